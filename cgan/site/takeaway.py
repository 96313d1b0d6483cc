"""The answer of /gradio_api/digits.html: the page without a server, made from the weights that are served."""

import threading

from cgan.cli import BadInput
from cgan.networks import compact
from cgan.site import bundle

_made, _lock = {}, threading.Lock()  # id of the weights -> the file


class NotForBrowsers(BadInput):
    """The weights cannot draw in a browser."""

    status = 404


def digits_html(weights):
    """Return the file and its headers. Making it takes some seconds; it is made once for each weights."""
    if not isinstance(weights.network, compact.Generator):
        raise NotForBrowsers(f"Only a compact model can be taken along, not a {weights.recipe}.")
    with _lock:
        if weights.id not in _made:
            _made[weights.id] = bundle.one_file(weights)
    return _made[weights.id], {"Content-Disposition": 'attachment; filename="digits.html"'}
