"""Every network, one file a family. NETWORKS: the name in a weights file -> the class that it rebuilds."""

from cgan.networks import judge, report

GENERATORS = {"report": report.Generator}  # those that draw, by the name of their recipe
NETWORKS = {**GENERATORS, "judge": judge.Judge}
