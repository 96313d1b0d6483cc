"""Pack the weights of a `compact` generator for the browser: fold what is fixed, round what can be rounded.

A pack is gzip of: the header's length (uint32, little-endian), the header (JSON), then the tensors in the
order of `weights` in engine.c, float32, or float16 with all low bytes before all high ones, which gzip packs
better. The header: `id`, `z_dim`, `output_scale`, `support`, `directions` of the styles or null, and
`tensors`, for each [how many numbers, bytes of a number]. For the fit of a hand, weights with directions end
with `fit.changes_per_z`, float32.
"""

import gzip
import json
import struct

import numpy as np
import torch
from torch.nn.functional import conv2d, leaky_relu, normalize, pixel_shuffle

from cgan.cli import need
from cgan.draw import fit, hands
from cgan.networks import compact

LEVEL = 2 / 255  # between two of the 256 greys of a picture in [-1, 1]


def pack(weights):
    """Pack Weights for engine.c: bytes. Raises BadInput unless they are of a `compact` generator."""
    is_compact = isinstance(weights.network, compact.Generator)
    need(is_compact, f"In a browser only a compact generator can draw, not a {weights.recipe}.")
    network, tensors = weights.network, fold(weights.network)
    halves = roundable(tensors, network)
    header = {
        "id": weights.id,
        "z_dim": weights.z_dim,
        "output_scale": network.output_scale,
        "support": network.support,
        "directions": None if weights.directions is None else weights.directions.tolist(),
        "tensors": [[t.numel(), 2 if name in halves else 4] for name, t in tensors.items()],
    }
    start = json.dumps(header).encode()
    body = [_bytes(t, name in halves) for name, t in tensors.items()]
    if weights.directions is not None:
        body.append(_bytes(fit.changes_per_z(network, weights.z_dim), False))
    return gzip.compress(struct.pack("<I", len(start)) + start + b"".join(body), 9, mtime=0)


def _bytes(tensor, is_half):
    if not is_half:
        return tensor.numpy().astype("<f4").tobytes()
    return tensor.numpy().astype("<f2").reshape(-1, 1).view(np.uint8).T.tobytes()


def fold(network):
    """Return the tensors of engine.c's `Weights` by name, in its order, float64, channels last.

    The digit's half of the dense layer becomes a table. Fixed statistics of BatchNorm, and the biases before
    them, become part of the gains and shifts; after up1, each of the four pixels has its own shift.
    """
    state = {name: tensor.double() for name, tensor in network.state_dict().items()}
    embed, dense = state["embed.weight"], state["dense.weight"].T  # (10, Z), (2 * Z, 7 * 7 * 128)
    z_dim = embed.shape[1]
    tensors = {
        "dense": dense[:z_dim],
        "digit": normalize(embed) * z_dim**0.5 @ dense[z_dim:],
        "bias": state["dense.bias"],
        "inner": embed @ embed.T,
    }
    biases = {
        1: torch.zeros(1, 128),
        2: state["up1.bias"].view(48, 4).T,  # (2 * 2, 48)
        3: state["conv1.bias"].expand(4, 48),
        4: state["conv2.bias"].expand(4, 48),
    }
    for k, bias in biases.items():
        norm = getattr(network, f"norm{k}").norm
        gain = state[f"norm{k}.gain.weight"] / (norm.running_var.double() + norm.eps).sqrt()  # (10, C)
        shift = state[f"norm{k}.bias.weight"] - gain * norm.running_mean
        tensors[f"gain{k}"] = gain[:, None]  # (10, 1, C)
        tensors[f"shift{k}"] = shift[:, None] + gain[:, None] * bias  # (10, 1 or 2 * 2, C)
    tensors["up1"] = state["up1.weight"].view(48, 4, 128).permute(2, 1, 0)  # (128, 2 * 2, 48)
    for name in ("conv1", "conv2", "up2"):
        tensors[name] = state[f"{name}.weight"].permute(2, 3, 1, 0)  # (3, 3, in, out)
    return tensors | {"up2_bias": state["up2.bias"]}


def draw(tensors, z, y, network):
    """Draw with folded tensors: z (N, Z), digits y (N,) -> (N, 1, 28, 28). The same steps as in engine.c."""
    t = {name: tensor.float() for name, tensor in tensors.items()}

    def norm(h, k):  # (N, 7, 7, 2 * 2, C) or (N, 7, 7, 1, 128)
        gain, shift = (t[f"{name}{k}"][y][:, None, None] for name in ("gain", "shift"))
        return leaky_relu(h * gain + shift, compact.SLOPE)

    def convolve(h, name):  # (N, 7, 7, 2 * 2, 48) -> (N, 14, 14, out)
        return conv2d(pixels(h), t[name].permute(3, 2, 0, 1), padding=1).permute(0, 2, 3, 1)

    def pixels(h):  # (N, 7, 7, 2 * 2, C) -> (N, C, 14, 14)
        return pixel_shuffle(h.permute(0, 4, 3, 1, 2).flatten(1, 2), 2)

    def tiles(h):  # (N, 14, 14, C) -> (N, 7, 7, 2 * 2, C)
        return h.unflatten(1, (7, 2)).unflatten(3, (7, 2)).transpose(2, 3).flatten(3, 4)

    h = z @ t["dense"] + t["digit"][y] + t["bias"]  # (N, 7 * 7 * 128)
    h = norm(h.view(-1, 7, 7, 1, 128), 1)
    h = norm(torch.einsum("nyxoi,ipc->nyxpc", h, t["up1"]), 2)
    h = norm(tiles(convolve(h, "conv1")), 3)
    h = norm(tiles(convolve(h, "conv2")), 4)
    h = convolve(h, "up2") + t["up2_bias"]  # (N, 14, 14, 2 * 2)
    x = network.output_scale * torch.tanh(pixel_shuffle(h.permute(0, 3, 1, 2), 2))  # (N, 1, 28, 28)
    return compact.without_specks(x.clamp(-1, 1), network.support)


def roundable(tensors, network):
    """Return the names of the tensors to round to float16.

    From the largest to the smallest, those that keep 200 pictures within half a level of the exact ones.
    """
    z, y = hands.seeded(0, range(200), network.config["z_dim"]), torch.arange(200) % 10
    exact = draw(tensors, z, y, network)
    names, rounded = [], dict(tensors)
    for name in sorted(tensors, key=lambda name: tensors[name].numel(), reverse=True):
        tried = rounded | {name: tensors[name].half()}
        moved = (draw(tried, z, y, network) - exact).abs().max()
        if moved <= LEVEL / 2:  # not if it is NaN, which numbers beyond float16 give
            names, rounded = [*names, name], tried
    return names
