import numpy as np
import pytest

from cgan.cli import BadInput
from cgan.draw import hands, writing


def write(text, weights, seed=7, indices=(0,), **options):
    return writing.write(text, weights, hands.seeded(seed, indices, weights.z_dim), **options)


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
def test_signs_as_people_type_them(report, typed, written):
    assert writing.normalise(typed) == written
    assert writing.count_digits(typed) == sum(character.isdigit() for character in written)
    assert write(typed, report).tobytes() == write(written, report).tobytes()


@pytest.mark.parametrize(
    "text, sentence",
    [
        (" \n", "There is nothing to write"),
        ("1" * 65, "at most 64 characters, not 65"),
        ("1a", "not 'a'"),
        ("٣", "not '٣'"),
        ("1\t2", "not '.t'"),
    ],
)
def test_what_cannot_be_written_is_refused(text, sentence):
    with pytest.raises(BadInput, match=sentence):
        writing.count_digits(text)


def test_wrapping_breaks_long_lines_at_spaces(report):
    def lines(text, wrap):
        broken = write(text, report, indices=range(writing.count_digits(text)), wrap=wrap)
        return (broken.height - 2 * writing.MARGIN) // writing.LINE

    assert [lines("12 34 56", 5), lines("123456789", 4), lines("2026-11-25", 7)] == [2, 3, 2]
    assert [lines("1" * 64, 16), lines("\n".join("1" * 7), 30), lines("12345 6789\n" * 5 + "1", 9)] == [
        4,
        7,
        11,
    ]
    assert write("20+26", report, wrap=16).tobytes() == write("20+26", report).tobytes()
    for wrap in (0, 65, "x"):
        with pytest.raises(BadInput, match="wrap must be a whole number from 1 to 64"):
            write("1", report, wrap=wrap)


def test_no_digit_is_lost_by_wrapping(report):
    text = " ".join("0123456789"[i:] for i in range(5)) + "\n7\n8"
    fresh = range(writing.count_digits(text))
    ink = [np.asarray(write(text, report, 1, fresh, wrap=wrap)).astype(int).sum() for wrap in (None, 5, 30)]
    assert max(ink) - min(ink) < 0.01 * max(ink)  # neighbours' soft edges may overlap
