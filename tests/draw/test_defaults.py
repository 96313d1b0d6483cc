"""Whatever the caller has set in PyTorch, the same weights, digit and hand give the same picture."""

from contextlib import contextmanager

import pytest
import torch

from cgan import weights
from cgan.draw import drawings, fit, font, hands, images, sampling, styles, writing


@contextmanager
def default_dtype(dtype):
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


@contextmanager
def default_device(device):
    torch.set_default_device(device)
    try:
        yield
    finally:
        torch.set_default_device(None)


@contextmanager
def precision(name):
    torch.set_float32_matmul_precision(name)
    try:
        yield
        assert torch.get_float32_matmul_precision() == name
    finally:
        torch.set_float32_matmul_precision("highest")


SETTINGS = {
    "float64": lambda: default_dtype(torch.float64),
    "bfloat16": lambda: default_dtype(torch.bfloat16),
    "a default device": lambda: default_device("meta"),
    "a device as context": lambda: torch.device("meta"),
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "inference mode": torch.inference_mode,
    "no gradients": torch.no_grad,
    "medium precision": lambda: precision("medium"),
}


def drawn():
    """Draw by every public way, with weights that are loaded anew."""
    weights.shipped.cache_clear()
    compact = weights.shipped()
    z = hands.seeded(1, range(3), compact.z_dim)
    yield z
    yield sampling.generate(range(10), 1)
    yield sampling.generate([3], 1, "report")
    yield sampling.generate([3], hand=[0.1] * 64)
    yield sampling.generate([3], hand=hands.encode(z[0]))
    yield sampling.some(3, 1, weights.shipped("vae"))
    yield sampling.morph(compact, (3, z[0]), (8, z[1]), [0, 0.3, 1])
    yield styles.styled(z, compact, slant=1, stroke=0.3, width=-1)
    yield hands.natural(z[0], range(5))
    yield styles.measure(sampling.generate(range(10), 1))
    yield drawings.from_image(images.enlarge(images.grid(images.to_uint8(sampling.generate([3], 5))), 4))
    yield torch.frombuffer(bytearray(font.make_font(compact, z[0], slant=1)[0]), dtype=torch.uint8)
    yield torch.frombuffer(bytearray(writing.write("12-3", compact, z[:1]).tobytes()), dtype=torch.uint8)
    yield fit.fit(compact, sampling.generate([3], 5), [3])


@pytest.fixture(scope="module")
def usual():
    return list(drawn())


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_callers_settings_change_nothing(setting, usual):
    with SETTINGS[setting]():
        changed = list(drawn())
    for expected, ours in zip(usual, changed, strict=True):
        assert ours.dtype == expected.dtype and ours.device == expected.device
        assert torch.equal(ours, expected)
    fit.fit(weights.shipped(), usual[1][:1], [0])  # weights loaded then are no inference tensors


def test_directions_are_learned_the_same_in_float64(compact):
    expected = styles.learn_directions(compact.network)
    with default_dtype(torch.float64), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(styles.learn_directions(compact.network), expected)
