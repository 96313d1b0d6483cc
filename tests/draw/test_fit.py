import pytest
import torch
from PIL import Image, ImageDraw

from cgan.cli import BadInput
from cgan.draw import drawings, hands, sampling
from cgan.draw.fit import fit


def test_a_fit_finds_the_hand_and_does_not_depend_on_the_global_rng(compact, judge):
    digits, hand = [2, 5, 9], hands.seeded(900, [1], compact.z_dim)[0]
    drawn = sampling.generate(digits, weights=compact, hand=hand)
    found = fit(compact, drawn, digits)
    again = sampling.generate(digits, weights=compact, hand=hands.encode(found))
    assert (again - drawn).square().mean() < 0.02
    ten = sampling.generate(range(10), weights=compact, hand=found)
    assert (judge(ten) == torch.arange(10)).sum() >= 9
    torch.manual_seed(2)
    assert torch.equal(fit(compact, drawn, digits), found)


def test_a_fit_to_a_scribble_is_refused(compact):
    scribble = Image.new("L", (280, 280), 255)
    for y in range(30, 240, 40):
        ImageDraw.Draw(scribble).line((40, y, 240, y + 25), 0, 12)
    with pytest.raises(BadInput, match="This model cannot imitate this drawing"):
        fit(compact, drawings.from_image(scribble)[None], [3])


@pytest.mark.parametrize("n, digits", [(1, [1, 2]), (0, []), (11, [1] * 11), (1, [10])])
def test_fits_to_malformed_arguments_are_refused(compact, n, digits):
    with pytest.raises(BadInput):
        fit(compact, torch.zeros(n, 1, 28, 28), digits)
