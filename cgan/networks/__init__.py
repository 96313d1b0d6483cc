"""All networks, one file per family.

Generators take z, float (N, z_dim), standard normal, and y, either digits, int64 (N,), or mixtures of digits,
float (N, 10). They return images, float (N, 1, 28, 28) in [-1, 1]. A network's attribute `config` holds the
arguments that rebuild it; a weights file stores these and its name in NETWORKS.
"""

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
