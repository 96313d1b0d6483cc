import numpy as np
import pytest

from cgan import hands, images, writing
from cgan.cli import BadInput


def write(text, weights, seed=7, indices=(0,), **options):
    return writing.write(text, weights, hands.seeded(seed, indices, weights.z_dim), **options)


def test_ink_on_every_background(report):
    black, white, clear = (
        np.asarray(write("2026-11-24", report, background=background)) for background in images.BACKGROUNDS
    )
    assert black.max() > 250 and (white == 255 - black).all()
    assert clear.shape == (*black.shape, 2) and (clear[..., 1] == black).all() and not clear[..., 0].any()
    assert not black[0].any() and not black[:, 0].any()  # a margin
    with pytest.raises(BadInput, match="background must be black, white or transparent, not 'red'"):
        write("1", report, background="red")


def test_one_hand_repeats_itself_and_a_fresh_one_does_not(report):
    def halves(indices):  # a 7 on each of two lines
        ink = np.asarray(write("7\n7", report, 3, indices)) > 90
        middle = writing.MARGIN + writing.LINE
        return ink[writing.MARGIN : middle], ink[middle : middle + writing.LINE]

    first, second = halves([0])
    assert (first == second).all()
    first, second = halves([0, 1])
    assert (first != second).any()


def test_digits_stand_on_the_baseline_and_signs_are_as_thick(report):
    for digit in "0123456789":
        ink = np.asarray(write(digit, report, 5)) > 90
        bottom = np.flatnonzero(ink.sum(axis=1) > 1)[-1] + 1
        assert bottom == writing.MARGIN + writing.BASELINE
    thin, bold = (np.asarray(writing._sign("-", thickness)).sum() for thickness in (2, 4))
    assert 1.8 < bold / thin < 2.6


def test_every_sign_is_drawn(report):
    widths = {sign: write(sign, report).width for sign in writing.STROKES}
    assert widths["."] < widths["-"] < 40
    assert write("1 1", report).width == write("11", report).width + writing.SPACE
    assert write("1" * 64, report, 0, range(64)).height == 2 * writing.MARGIN + writing.LINE


@pytest.mark.parametrize(
    "typed, written",
    [
        ("１２：３０", "12:30"),
        ("2026–11—24", "2026-11-24"),
        ("−3×4÷2", "-3x4/2"),
        ("3*4＝12", "3x4=12"),
        ("（１＋２）", "(1+2)"),
        ("½", "1/2"),
        ("1\r\n2", "1\n2"),
        ("1\u00a02\u30003", "1 2 3"),
    ],
)
def test_text_as_people_type_it(report, typed, written):
    assert writing.normalise(typed) == written
    assert writing.count_digits(typed) == sum(character.isdigit() for character in written)
    assert write(typed, report).tobytes() == write(written, report).tobytes()


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("", "There is nothing to write"),
        (" \n", "There is nothing to write"),
        ("1" * 65, "at most 64 characters, not 65"),
        ("1a", "not 'a'"),
        ("٣", "not '٣'"),
        ("1\t2", "not '.t'"),
    ],
)
def test_what_cannot_be_written(report, text, sentence):
    with pytest.raises(BadInput, match=sentence):
        write(text, report)
    with pytest.raises(BadInput, match=sentence):
        writing.count_digits(text)


def test_wrapping_breaks_long_lines_at_spaces_and_short_ones_stand_in_columns(report):
    def breaks(text, wrap):
        broken = write(text, report, indices=range(writing.count_digits(text)), wrap=wrap)
        return (broken.height - 2 * writing.MARGIN) // writing.LINE

    assert [breaks("12 34 56", 5), breaks("123456789", 4), breaks("2026-11-25", 7)] == [2, 3, 2]
    for text in ("1" * 64, "\n".join("1" * 32), "12345 6789\n" * 5 + "1"):
        image = write(text, report, wrap=16)
        assert 0.3 < image.width / image.height < 6, image.size
    text = "20+26"
    assert write(text, report, wrap=16).tobytes() == write(text, report).tobytes()
    for wrap in (0, 65, "x"):
        with pytest.raises(BadInput, match="wrap must be a whole number from 1 to 64"):
            write("1", report, wrap=wrap)


def test_no_digit_is_lost_by_wrapping(report):
    text = " ".join("0123456789"[i:] for i in range(5)) + "\n7\n8"
    fresh = range(writing.count_digits(text))
    ink = [np.asarray(write(text, report, 1, fresh, wrap=wrap)).astype(int).sum() for wrap in (None, 5, 30)]
    assert max(ink) - min(ink) < 0.01 * max(ink)  # neighbours' soft edges may overlap
