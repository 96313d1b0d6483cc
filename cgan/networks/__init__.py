"""Every network, one file a family. NETWORKS: the name in a weights file -> the class that it rebuilds."""

from cgan.networks import compact, judge, report, vae

# Those that draw, by the name of their recipe.
GENERATORS = {
    "report": report.Generator,
    "compact": compact.Generator,
    "vae": vae.AutoEncoder,
    "cvae": vae.AutoEncoder,
    "vae-cgan": report.Generator,
}
NETWORKS = {**GENERATORS, "judge": judge.Judge}
