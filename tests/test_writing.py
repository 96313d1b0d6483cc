import numpy as np
import pytest

from cgan import writing
from cgan.cli import BadInput


def test_ink_on_every_ground(report):
    black, white, clear = (
        np.asarray(writing.write("2026-11-24", 7, report, "one", ground)) for ground in writing.GROUNDS
    )
    assert black.max() > 250 and (white == 255 - black).all()
    assert clear.shape == (*black.shape, 2) and (clear[..., 1] == black).all() and not clear[..., 0].any()
    assert not black[0].any() and not black[:, 0].any()  # a margin


def test_one_hand_repeats_itself_and_a_fresh_one_does_not(report):
    def halves(hand):  # "7 7": the same ink twice, if the hand is one
        ink = np.asarray(writing.write("7\n7", 3, report, hand)) > 90
        middle = writing.MARGIN + writing.LINE
        return ink[writing.MARGIN : middle], ink[middle : middle + writing.LINE]

    first, second = halves("one")
    assert (first == second).all()
    first, second = halves("fresh")
    assert (first != second).any()


def test_digits_stand_on_the_baseline_and_signs_are_as_thick_as_they_are(report):
    for digit in "0123456789":
        ink = np.asarray(writing.write(digit, 5, report)) > 90
        bottom = np.flatnonzero(ink.sum(axis=1) > 1)[-1] + 1
        assert bottom == writing.MARGIN + writing.BASELINE
    thin, bold = (np.asarray(writing._sign("-", thickness)).sum() for thickness in (2, 4))
    assert 1.8 < bold / thin < 2.6


def test_every_sign_is_drawn(report):
    widths = {sign: writing.write(sign, 0, report).width for sign in writing.STROKES}
    assert widths["."] < widths["-"] < 40
    assert writing.write("1 1", 0, report).width == writing.write("11", 0, report).width + writing.SPACE
    assert writing.write("1" * 64, 0, report, "fresh").height == 2 * writing.MARGIN + writing.LINE


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "1 to 64 characters, not 0"),
        (" \n", "not 0"),
        ("1" * 65, "not 65"),
        ("1a", "not 'a'"),
        ("٣", "not '٣'"),
    ],
)
def test_what_cannot_be_written(report, text, sentence):
    with pytest.raises(BadInput, match=sentence):
        writing.write(text, 0, report)
    with pytest.raises(BadInput, match="ground must be black, white or transparent, not 'red'"):
        writing.write("1", 0, report, "one", "red")
