"""The engine in the browser draws what PyTorch draws, for any weights of `compact`."""

import dataclasses
import importlib.util

import numpy as np
import pytest
import torch
from torch.nn.functional import one_hot

from cgan.cli import BadInput
from cgan.draw import hands, images, sampling, styles
from cgan.networks import compact as family
from cgan.site import compile as engine_source
from cgan.site import pack
from tests.site.browser import FOLDER, Scripts


def of(compact, network):
    """Weights with another network, untrained."""
    network.requires_grad_(False).eval()
    return dataclasses.replace(compact, config=network.config, network=network, directions=None)


def furthest(scripts, of_weights, z, y):
    """Return by how many grey levels the browser and PyTorch differ, at most."""
    drawn = images.to_uint8(sampling.draw(of_weights, z, y)).numpy().astype(int)
    assert drawn.std() > 10
    return np.abs(scripts.draw(z, y) - drawn).max()


def test_a_thousand_pictures_are_within_one_grey_level(engine, compact):
    z = hands.seeded(7, range(1000), 64)
    digits = torch.arange(1000) % 10
    y, other = one_hot(digits, 10).float(), one_hot((digits + 3) % 10, 10)
    share = torch.linspace(0, 1, 250)[:, None]
    y[250:500] = (1 - share) * y[250:500] + share * other[250:500]  # as Morph mixes them
    y[500:600] = torch.rand(100, 10, generator=torch.manual_seed(0)).softmax(1)
    for row, amounts in zip(
        range(600, 1000, 100), [(2, 0, 0), (0, -2, 0), (0, 0, 2), (-1, 1, -1)], strict=True
    ):
        z[row : row + 100] = styles.styled(z[row : row + 100], compact, *amounts)
    assert furthest(engine, compact, z, y) <= 1


@pytest.mark.parametrize("settings", [{"z_dim": 7}, {"z_dim": 100, "output_scale": 1.5}, {"support": 1}])
def test_any_compact_weights(chromium, compact, settings):
    torch.manual_seed(0)
    network = family.Generator(**settings)
    for name, tensor in network.state_dict().items():  # as after training: statistics and gains of any size
        if name.startswith("norm") and tensor.is_floating_point():
            tensor.copy_(torch.rand_like(tensor) + (0.5 if "var" in name or "gain" in name else -0.5))
    scripts, untrained = Scripts(chromium), of(compact, network)
    network.up2.weight.mul_(3)
    scripts.load(untrained)
    z = hands.seeded(0, range(50), untrained.z_dim)
    y = torch.rand(50, 10).softmax(1)
    y[:30] = one_hot(torch.arange(30) % 10, 10)
    assert furthest(scripts, untrained, z, y) <= 1


def test_gradients_are_those_of_pytorch(engine, compact):
    z = hands.seeded(3, range(20), 64).requires_grad_()
    dx = torch.randn(20, 1, 28, 28, generator=torch.manual_seed(0)) / 28
    y = one_hot(torch.arange(20) % 10, 10).float()
    (compact.network(z, y) * dx).sum().backward()
    script = """(z, y, dx) => {
      engine.draw(z, y, true);
      return sent(engine.gradient(dx));
    }"""
    dz = engine.call(script, z.detach().numpy(), y.numpy(), dx.numpy()).reshape(20, 64)
    assert np.abs(dz - z.grad.numpy()).max() < 0.02 * z.grad.abs().max()


def test_rounding_stays_within_half_a_level(compact):
    network, tensors = compact.network, pack.fold(compact.network)
    names = pack.roundable(tensors, network)
    assert {"dense", "digit", "up1", "conv1", "conv2"} <= set(names)
    z, y = hands.seeded(9, range(100), 64), torch.arange(100) % 10
    drawn = pack.draw(tensors, z, y, network)
    torch.testing.assert_close(drawn, sampling.draw(compact, z, y), atol=1e-4, rtol=0)
    rounded = pack.draw(
        {name: t.half() if name in names else t for name, t in tensors.items()}, z, y, network
    )
    assert (rounded - drawn).abs().max() < pack.LEVEL


def test_what_float16_cannot_hold_stays_float32():
    network = family.Generator(z_dim=4)
    network.requires_grad_(False).eval().up1.weight.mul_(1e6)
    network.norm2.norm.running_var.fill_(1e12)
    assert "up1" not in pack.roundable(pack.fold(network), network)


def test_only_compact_weights_are_packed(report):
    with pytest.raises(BadInput, match="compact"):
        pack.pack(report)


@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is for developers")
def test_the_engine_is_what_its_source_compiles_to():
    assert engine_source.compiled() == (FOLDER / "engine.wasm").read_bytes()
