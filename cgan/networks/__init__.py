"""Every network, one file a family. NETWORKS: the name in a weights file -> the class that it rebuilds."""

from cgan.networks import compact, judge, report

FAMILIES = {"report": report, "compact": compact}  # pairs of a Generator and a Discriminator
GENERATORS = {name: family.Generator for name, family in FAMILIES.items()}
NETWORKS = {**GENERATORS, "judge": judge.Judge}
