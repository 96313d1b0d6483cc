"""Every network, one file a family. A weights file says which of NETWORKS rebuilds it."""

from cgan.networks import compact, judge, report, vae

NETWORKS = {
    "report": report.Generator,
    "compact": compact.Generator,
    "vae": vae.AutoEncoder,
    "judge": judge.Judge,
}


def name_of(network):
    """Return the name in NETWORKS of a network's class."""
    return next(name for name, kind in NETWORKS.items() if type(network) is kind)
