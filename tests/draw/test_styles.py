import dataclasses

import pytest
import torch
from torch.nn.functional import affine_grid, grid_sample

from cgan import weights
from cgan.cli import BadInput
from cgan.draw import hands, sampling, styles
from cgan.networks.compact import Generator


@pytest.fixture(scope="module")
def styled(compact):
    """The shipped weights with style directions."""
    return dataclasses.replace(compact, directions=styles.learn_directions(compact.network))


def test_measures_of_known_strokes():
    """Compare with a vertical bar of 4 x 20 pixels, upright and sheared."""
    bar = torch.full((1, 1, 28, 28), -1.0)
    bar[..., 4:24, 12:16] = 1
    slant, stroke, width = styles.measure(bar)[0].tolist()
    assert slant == 0 and stroke == pytest.approx(2 * 80 / 48, rel=0.1)  # 2 x area / length of the edges
    assert width == pytest.approx(4 * (15 / 12) ** 0.5)
    shear = affine_grid(torch.tensor([[[1.0, 0.5, 0], [0, 1, 0]]]), bar.shape, align_corners=False)
    leaning = styles.measure(grid_sample(bar + 1, shear, align_corners=False) - 1)[0]
    assert leaning[0].item() == pytest.approx(0.5, abs=0.01)
    assert leaning[2].item() == pytest.approx(width, rel=0.1)


def test_directions_move_one_measure_by_a_standard_deviation(styled):
    directions = styled.directions
    assert directions.shape == (3, 64) and torch.equal(directions, (directions * 1e4).round() / 1e4)
    z, y = hands.seeded(1, range(400), 64), torch.arange(10).repeat(40)
    base = styles.measure(sampling.draw(styled, z, y)).view(40, 10, 3)
    for k, name in enumerate(styles.STYLES):
        moved = sampling.draw(styled, styles.styled(z, styled, **{name: 1}), y)
        change = ((styles.measure(moved).view(40, 10, 3) - base) / base.std(0)).mean((0, 1))
        assert 0.7 < change[k] < 1.3
        assert all(abs(change[other]) < 0.25 for other in range(3) if other != k)


def test_networks_without_directions_are_left_as_they_were():
    class Blank(torch.nn.Linear):
        config = {"z_dim": 4}

        def forward(self, z, y):
            return torch.full((len(z), 1, 28, 28), -1.0)

    assert styles.learn_directions(Blank(1, 1)) is None
    assert styles.learn_directions(weights.shipped("vae").network) is None
    network = Generator(z_dim=2).train()
    before = {name: t.clone() for name, t in network.state_dict().items()}
    styles.learn_directions(network)
    assert network.training and all(torch.equal(before[k], t) for k, t in network.state_dict().items())


def test_styles_are_added_and_0_changes_no_pixel(styled):
    z = hands.seeded(5, range(3), 64)
    without = dataclasses.replace(styled, directions=None)
    assert styles.styled(z, styled) is z and styles.styled(z, without, 0, 0.0, -0.0) is z
    moved = styles.styled(z, styled, slant=1, stroke=-0.5)
    assert torch.allclose(moved, z + styled.directions[0] - 0.5 * styled.directions[1], atol=1e-6)
    assert torch.equal(styles.styled(z[1:2], styled, 1, -0.5), moved[1:2])  # whatever is beside it
    with pytest.raises(BadInput, match="have no styles"):
        styles.styled(z, without, slant=1)
    for amount in (2.1, -3, float("nan")):
        with pytest.raises(BadInput, match="width must be a number from -2 to 2"):
            styles.styled(z, styled, width=amount)
