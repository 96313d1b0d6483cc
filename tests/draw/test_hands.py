import base64
import dataclasses
import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps
from torch.nn.functional import affine_grid, grid_sample

from cgan import weights
from cgan.cli import BadInput
from cgan.draw import hands, images, sampling
from cgan.networks.compact import Generator


@pytest.fixture(scope="module")
def styled(compact):
    """The shipped weights with style directions."""
    return dataclasses.replace(compact, directions=hands.learn_directions(compact.network))


def test_the_hands_of_a_seed_are_numpys_frozen_stream():
    expected = np.random.RandomState(42).standard_normal((5, 100)).astype(np.float32)
    assert np.array_equal(hands.seeded(42, [4, 1, 4], 100).numpy(), expected[[4, 1, 4]])
    assert hands.seeded(42, [0], 2)[0].tolist() == pytest.approx([0.49671415, -0.1382643])  # well known
    assert torch.equal(hands.seeded(2**32 - 1, [0], 1), hands.seeded("4294967295", [0], 1))


def test_a_code_has_one_byte_per_number():
    z = torch.tensor([0.0, 0.04, -0.04, 0.059, 5.08, 99, -99])
    steps = np.array([0, 1, -1, 1, 127, 127, -127], np.int8)
    code = hands.encode(z)
    assert code == base64.urlsafe_b64encode(steps.tobytes()).decode().rstrip("=")
    assert torch.equal(hands.decode(code, 7), torch.tensor(steps / 25, dtype=torch.float))
    for row in hands.seeded(3, range(100), 64):
        code = hands.encode(row)
        assert len(code) == 86 and hands.encode(hands.decode(code, 64)) == code


NO_BITS_TOO_MANY, BELOW_127 = "AB", "gAAA"


@pytest.mark.parametrize("code", ["", "AA=", "A+/A", "AA AA", NO_BITS_TOO_MANY, BELOW_127, None, b"AAAA"])
def test_bad_codes_are_refused(code):
    with pytest.raises(BadInput, match="not the code of a hand"):
        hands.decode(code, 4)
    with pytest.raises(BadInput, match="made for other weights: it has 3 numbers, not 4"):
        hands.decode("AAAA", 4)


# Styles


def test_measures_of_known_strokes():
    """Compare with a vertical bar of 4 x 20 pixels, upright and sheared."""
    bar = torch.full((1, 1, 28, 28), -1.0)
    bar[..., 4:24, 12:16] = 1
    slant, stroke, width = hands.measure_styles(bar)[0].tolist()
    assert slant == 0 and stroke == pytest.approx(2 * 80 / 48, rel=0.1)  # 2 x area / length of the edges
    assert width == pytest.approx(4 * (15 / 12) ** 0.5)
    shear = affine_grid(torch.tensor([[[1.0, 0.5, 0], [0, 1, 0]]]), bar.shape, align_corners=False)
    leaning = hands.measure_styles(grid_sample(bar + 1, shear, align_corners=False) - 1)[0]
    assert leaning[0].item() == pytest.approx(0.5, abs=0.01)
    assert leaning[2].item() == pytest.approx(width, rel=0.1)


def test_directions_move_one_measure_by_a_standard_deviation(styled):
    directions = styled.directions
    assert directions.shape == (3, 64) and torch.equal(directions, (directions * 1e4).round() / 1e4)
    z, y = hands.seeded(1, range(400), 64), torch.arange(10).repeat(40)
    base = hands.measure_styles(sampling.draw(styled, z, y)).view(40, 10, 3)
    for k, name in enumerate(hands.STYLES):
        moved = sampling.draw(styled, hands.styled(z, styled, **{name: 1}), y)
        change = ((hands.measure_styles(moved).view(40, 10, 3) - base) / base.std(0)).mean((0, 1))
        assert 0.7 < change[k] < 1.3
        assert all(abs(change[other]) < 0.25 for other in range(3) if other != k)


def test_networks_without_directions_are_left_as_they_were():
    class Blank(torch.nn.Linear):
        config = {"z_dim": 4}

        def forward(self, z, y):
            return torch.full((len(z), 1, 28, 28), -1.0)

    assert hands.learn_directions(Blank(1, 1)) is None
    assert hands.learn_directions(weights.shipped("vae").network) is None
    network = Generator(z_dim=2).train()
    before = {name: t.clone() for name, t in network.state_dict().items()}
    hands.learn_directions(network)
    assert network.training and all(torch.equal(before[k], t) for k, t in network.state_dict().items())


def test_styles_are_added_and_0_changes_no_pixel(styled):
    z = hands.seeded(5, range(3), 64)
    without = dataclasses.replace(styled, directions=None)
    assert hands.styled(z, styled) is z and hands.styled(z, without, 0, 0.0, -0.0) is z
    moved = hands.styled(z, styled, slant=1, stroke=-0.5)
    assert torch.allclose(moved, z + styled.directions[0] - 0.5 * styled.directions[1], atol=1e-6)
    assert torch.equal(hands.styled(z[1:2], styled, 1, -0.5), moved[1:2])  # whatever is beside it
    with pytest.raises(BadInput, match="have no styles"):
        hands.styled(z, without, slant=1)
    for amount in (2.1, -3, float("nan")):
        with pytest.raises(BadInput, match="width must be a number from -2 to 2"):
            hands.styled(z, styled, width=amount)


# Drawings


@pytest.fixture
def drawing():
    """A 3, drawn with a round pen on a pad of 280 pixels."""
    points = [(90, 60), (190, 60), (130, 130), (180, 190), (120, 230), (80, 210)]
    return marked(lambda draw: draw.line(points, fill=0, width=22, joint="curve"))


def marked(function):
    image = Image.new("L", (280, 280), 255)
    function(ImageDraw.Draw(image))
    return image


def test_a_drawing_is_converted_to_mnists_format(drawing):
    x = hands.from_image(drawing)
    assert x.shape == (1, 28, 28) and x.min() == -1 and x.max() == 1
    ink = (x[0] + 1) / 2
    rows, columns = ink.sum(1).nonzero(), ink.sum(0).nonzero()
    assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 == 20
    assert ((ink > 0.05) & (ink < 0.95)).sum() > 20  # soft edges
    for axis in (0, 1):
        assert (ink.sum(axis) @ torch.arange(28.0) / ink.sum()).item() == pytest.approx(14, abs=0.55)


def test_ink_is_found_in_any_mode_and_contrast(drawing, tmp_path):
    expected = hands.from_image(drawing)
    ink = ImageOps.invert(drawing)
    variants = [drawing.convert(mode) for mode in ("1", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F", "HSV")]
    variants += [ink, images.on_background(ink, "transparent"), drawing.point(lambda v: 120 + v // 3)]
    variants.append(Image.merge("LA", [ink, ink]))  # light ink on a transparent background
    variants.append(drawing.resize((1120, 1120), 0))
    for image in variants:
        assert (hands.from_image(image) - expected).abs().mean() < 0.02
    drawing.save(tmp_path / "three.png")
    assert torch.equal(hands.from_image(tmp_path / "three.png"), expected)


@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (280, 280), 255),
        Image.new("RGBA", (280, 280)),
        Image.new("L", (1, 1)),
        marked(lambda draw: draw.point((100, 100), 0)),
        marked(lambda draw: draw.ellipse((100, 100, 122, 122), 0)),
        marked(lambda draw: draw.rectangle((40, 40, 240, 240), 0)),
        Image.fromarray(np.random.RandomState(0).randint(0, 255, (280, 280, 3), dtype=np.uint8)),
    ],
    ids=["empty", "transparent", "1x1", "point", "dot", "block", "noise"],
)
def test_images_without_a_digit_are_refused(image):
    with pytest.raises(BadInput, match="No digit can be made out"):
        hands.from_image(image)


def test_files_that_are_not_pictures_are_refused(drawing, tmp_path):
    drawing.save(file := io.BytesIO(), "PNG")
    Image.new("1", (4000, 3001)).save(large := io.BytesIO(), "PNG")
    for content in (b"", b"hello", file.getvalue()[:200], file.getvalue()[:-40], large.getvalue()):
        with pytest.raises(BadInput, match="cannot be read; use a PNG or JPEG of up to 12 million pixels"):
            hands.from_image(io.BytesIO(content))
    with pytest.raises(FileNotFoundError):
        hands.from_image(tmp_path / "nothing.png")


# Fits


def test_a_fit_finds_the_hand_and_does_not_depend_on_the_global_rng(compact, judge):
    digits, hand = [2, 5, 9], hands.seeded(900, [1], compact.z_dim)[0]
    drawn = sampling.generate(digits, weights=compact, hand=hand)
    found = hands.fit(compact, drawn, digits)
    again = sampling.generate(digits, weights=compact, hand=hands.encode(found))
    assert (again - drawn).square().mean() < 0.02
    ten = sampling.generate(range(10), weights=compact, hand=found)
    assert (judge(ten) == torch.arange(10)).sum() >= 9
    torch.manual_seed(2)
    assert torch.equal(hands.fit(compact, drawn, digits), found)


def test_a_fit_to_a_scribble_is_refused(compact):
    scribble = marked(lambda draw: [draw.line((40, y, 240, y + 25), 0, 12) for y in range(30, 240, 40)])
    with pytest.raises(BadInput, match="This model cannot imitate this drawing"):
        hands.fit(compact, hands.from_image(scribble)[None], [3])


@pytest.mark.parametrize("n, digits", [(1, [1, 2]), (0, []), (11, [1] * 11), (1, [10])])
def test_fits_to_malformed_arguments_are_refused(compact, n, digits):
    with pytest.raises(BadInput):
        hands.fit(compact, torch.zeros(n, 1, 28, 28), digits)
