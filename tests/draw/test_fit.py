import pytest
import torch
from PIL import Image, ImageDraw

from cgan.cli import BadInput
from cgan.draw import drawings, hands, sampling, styles
from cgan.draw.fit import changes_per_z, descend, fit, plain_hand


def test_a_fit_finds_the_hand_and_does_not_depend_on_the_global_rng(compact, judge):
    digits, hand = [2, 5, 9], hands.seeded(900, [1], compact.z_dim)[0]
    drawn = sampling.generate(digits, weights=compact, hand=hand)
    found = fit(compact, drawn, digits)
    again = sampling.generate(digits, weights=compact, hand=hands.encode(found))
    assert (again - drawn).square().mean() < 0.04
    ten = sampling.generate(range(10), weights=compact, hand=found)
    assert (judge(ten) == torch.arange(10)).sum() >= 9
    torch.manual_seed(2)
    assert torch.equal(fit(compact, drawn, digits), found)


@pytest.mark.parametrize("unlike", [{"slant": 2}, {"width": 2}])
def test_several_drawings_are_no_worse_than_the_best_of_them(compact, judge, unlike):
    """A plain 4, and a 7 of another hand and style."""
    z = hands.seeded(5, [0, 1], compact.z_dim)
    z[1] = styles.styled(z[1:], compact, **unlike)[0]
    drawn, digits = sampling.draw(compact, z, torch.tensor([4, 7])), [4, 7]

    def right(found):
        ten = sampling.generate(range(10), weights=compact, hand=found)
        return (judge(ten) == torch.arange(10)).sum()

    alone = [right(fit(compact, drawn[i : i + 1], digits[i : i + 1])) for i in range(2)]
    assert right(fit(compact, drawn, digits)) >= max(alone)


def test_a_fit_gives_other_digits_the_style_of_the_drawing(compact):
    z, others = hands.seeded(6, [0], compact.z_dim), torch.tensor([0, 2, 5, 8])
    leans = []
    for slant in (-1.5, 1.5):
        drawn = sampling.draw(compact, styles.styled(z, compact, slant=slant), torch.tensor([4]))
        found = fit(compact, drawn, [4])
        leans.append(styles.measure(sampling.draw(compact, found.expand(4, -1), others))[:, 0].mean().item())
    assert leans[1] - leans[0] > 0.3  # pixels to the right per pixel of height


def test_a_plain_hand_has_the_style_and_nothing_else():
    """With directions at right angles, of which the second has length 2."""
    directions = torch.tensor([[1.0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 1, 0]])
    z, measured = torch.tensor([[1.0, 2, 3, 4]]), torch.tensor([[2.0, -1, 0]])
    # z has the style (1, 1, 3), and the mean with what is measured is (1.5, 0, 1.5).
    plain = plain_hand(directions, z, measured)
    assert plain == pytest.approx(torch.tensor([[1.3 * 1.5, 0, 0.8 * 1.5, 0]]), abs=1e-5)
    plain = plain_hand(directions, z, measured.expand(2, -1))
    assert plain == pytest.approx(torch.tensor([[1.5 * 1.5, 0, 1.3 * 1.5, 0]]), abs=1e-5)


def test_changes_of_linear_pictures_are_exact():
    slopes = torch.randn(10, 5, 784, generator=torch.Generator().manual_seed(0))

    def network(z, y):
        return (torch.einsum("nz,nzp->np", z, slopes[y]) + y[:, None]).view(-1, 1, 28, 28)

    dz = torch.tensor([1.0, 0, -2, 0.5, 0])
    squares = (dz @ slopes).square().mean()
    assert (dz @ changes_per_z(network, 5) @ dz).item() == pytest.approx(squares.item(), rel=1e-3)


def test_descent_finds_each_hand_its_minimum():
    aim = torch.tensor([[1.0, -1], [0, 2]])
    z, losses = descend(torch.zeros(2, 2), [0.2] * 40 + [0.02] * 40, lambda z: (z - aim).square().sum(1))
    assert z == pytest.approx(aim, abs=0.05) and losses.max() < 0.01


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
