"""Every network, one file a family. NETWORKS: the name in a weights file -> the class that it rebuilds."""

from cgan.networks import compact, judge, report, vae

# Pairs of a Generator and a Discriminator, and all that draw, by the name of their recipe.
FAMILIES = {"report": report, "compact": compact, "vae-cgan": report}
GENERATORS = {name: family.Generator for name, family in FAMILIES.items()}
GENERATORS |= {"vae": vae.AutoEncoder, "cvae": vae.AutoEncoder}
NETWORKS = {**GENERATORS, "judge": judge.Judge}
