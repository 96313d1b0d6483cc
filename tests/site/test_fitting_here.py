"""Fitting a hand in the browser finds hands as good as those of cgan.draw.fit."""

import numpy as np
import pytest
import torch

from cgan.draw import fit, sampling

FIT = """async (drawings, { digits }) => {
  const each = digits.map((_, i) => drawings.slice(784 * i, 784 * i + 784));
  const found = await fitHand(engine, each, digits, async () => {});
  return found && sent(found.z);
}"""


def loss(weights, z, drawings, digits):
    """What both fits make small."""
    drawn = weights.network(z.expand(len(digits), -1), digits)
    return ((drawn - drawings).square().mean() + fit.PULL * z.square().mean()).item()


def ratio(engine, weights, drawings, digits):
    ours = torch.from_numpy(engine.call(FIT, drawings.numpy(), digits=digits.tolist()).copy())
    theirs = fit.fit(weights, drawings, digits)
    return loss(weights, ours, drawings, digits) / loss(weights, theirs, drawings, digits)


@pytest.mark.parametrize("count", [6, pytest.param(30, marks=pytest.mark.soak)])
def test_as_good_as_fit(engine, compact, report, count):
    digits = torch.arange(count) % 10
    drawings = sampling.generate(digits, 5, report)  # of another model
    ratios = [ratio(engine, compact, drawings[i, None], digits[i, None]) for i in range(count)]
    print(sorted(ratios))
    assert np.median(ratios) <= 1.02
    assert max(ratios) <= 1.05


def test_several_drawings(engine, compact, report):
    digits = torch.tensor([3, 4, 7])
    assert ratio(engine, compact, sampling.generate(digits, 0, report), digits) <= 1.05


def test_no_hand_draws_a_full_square(engine):
    assert engine.call(FIT, np.ones(784, np.float32), digits=[1], dtype=None) is None
