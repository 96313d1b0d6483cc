import base64
import zlib

import numpy as np
import pytest
import torch

from cgan.cli import BadInput
from cgan.draw import hands


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


def test_natural_variation_is_a_function_of_code_turn_and_row():
    """Compare with the formula, written out with NumPy for one row."""
    z = hands.seeded(5, [2], 64)[0]
    varied = hands.natural(z, [3, 0], turn=7)
    stream = np.random.RandomState(zlib.crc32(f"{hands.encode(z)}.7".encode())).standard_normal((4, 64))
    expected = np.sqrt(0.75) * z.numpy() + 0.5 * stream[3]
    assert np.abs(varied[0].numpy() - expected).max() < 1e-6
    assert torch.equal(varied[1], hands.natural(z, [0], turn=7)[0])
    assert not torch.equal(varied[1], hands.natural(z, [0])[0])
    with pytest.raises(BadInput, match="turn must be a whole number from 0 to 9999"):
        hands.natural(z, [0], turn=10_000)


def test_natural_variation_is_standard_normal_and_stays_near_its_hand():
    """z' = sqrt(1 - s^2) z + s e has the length of z, and a correlation of sqrt(1 - s^2) with it."""
    z = hands.seeded(1, range(200), 64)
    varied = torch.cat([hands.natural(row, [0]) for row in z])
    assert varied.std().item() == pytest.approx(1, abs=0.02)
    correlation = (varied * z).mean() / (varied.std() * z.std())
    assert correlation.item() == pytest.approx(0.75**0.5, abs=0.02)


def test_hands_are_chosen_by_seed_or_code_and_vary_from_digit_to_digit(report):
    third, code = hands.seeded(5, [2], report.z_dim)[0], hands.encode(hands.seeded(5, [2], report.z_dim)[0])
    assert torch.equal(hands.choose(report, 5, 2, count=3), hands.seeded(5, [2, 3, 4], report.z_dim))
    assert torch.equal(hands.choose(report, count=3, variation="one"), hands.seeded(0, [0], report.z_dim))
    varied = hands.choose(report, 5, 2, count=3, variation="natural", turn=4)
    assert torch.equal(varied, hands.natural(third, range(3), 4))
    from_code = hands.choose(report, z=code, count=3, variation="natural", turn=4)
    assert (from_code - varied).abs().max() < 0.02  # a code rounds z, but starts the same variation
    assert hands.choose(report, z=code, variation="fresh").shape == (1, report.z_dim)
    for wrong, sentence in (
        ({"count": 2}, "z is one hand"),
        ({"seed": 1}, "Give z, or seed and i, not both"),
    ):
        with pytest.raises(BadInput, match=sentence):
            hands.choose(report, z=code, **wrong)
