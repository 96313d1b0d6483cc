"""Hands in the browser are those of cgan.draw.hands: NumPy's stream, CRC-32, codes, natural variation."""

import zlib

import numpy as np
import pytest
import torch

from cgan.cli import BadInput
from cgan.draw import hands, styles

SEEDS = [
    0,
    1,
    65535,
    2**31,
    2**32 - 1,
    *np.random.RandomState(0).randint(0, 2**32, 995, dtype=np.uint32).tolist(),
]


def test_a_thousand_seeds_give_numpys_hands(scripts):
    script = """(seeds, { zDim }) => {
      const all = new Float32Array(seeds.length * zDim);
      seeds.forEach((seed, i) => all.set(seeded(seed, 0, 1, zDim), i * zDim));
      return sent(all);
    }"""
    found = scripts.call(script, np.array(SEEDS, np.uint32), zDim=64).reshape(-1, 64)
    assert len(found) == 1000
    assert np.array_equal(
        found, [np.random.RandomState(seed).standard_normal(64).astype(np.float32) for seed in SEEDS]
    )


@pytest.mark.parametrize(("first", "n", "z_dim"), [(0, 100, 64), (17, 3, 64), (3, 2, 7)])
def test_rows_of_a_seed(scripts, first, n, z_dim):
    script = "({ first, n, zDim }) => sent(seeded(42, first, n, zDim))"
    found = scripts.call(script, first=first, n=n, zDim=z_dim).reshape(n, z_dim)
    assert np.array_equal(found, hands.seeded(42, range(first, first + n), z_dim))


def test_crc32(scripts):
    texts = ["", "a", "123456789", *(f"AbC-_{i}.{i}" for i in range(300))]
    assert scripts.page.evaluate("(texts) => texts.map(crc32)", texts) == [
        zlib.crc32(t.encode()) for t in texts
    ]


def test_rounding_half_to_even(scripts):
    values = [*np.arange(-4, 4, 0.25).tolist(), 0.49999999999999994, 126.5, -127.5]
    assert scripts.page.evaluate("(values) => values.map(roundHalfEven)", values) == [
        round(v) for v in values
    ]


def test_codes(scripts):
    z = hands.seeded(5, range(500), 64)
    z[:100] = (z[:100] * 25).round() / 25 + 0.02  # halves between two steps
    z[100:110] *= 100  # beyond the range of a code
    script = "(z) => Array.from({ length: 500 }, (_, i) => encode(z.slice(64 * i, 64 * i + 64)))"
    codes = scripts.call(script, z.numpy(), dtype=None)
    assert codes == [hands.encode(row) for row in z]
    decoded = scripts.page.evaluate(
        "(codes) => sent(Float32Array.from(codes.flatMap((code) => [...decode(code, 64)])))", codes
    )
    expected = torch.stack([hands.decode(code, 64) for code in codes])
    assert decoded == scripts.page.evaluate("(z) => sent(Float32Array.from(z))", expected.flatten().tolist())


@pytest.mark.parametrize("code", ["", "A", "AAAA", "!" * 86, "A" * 85 + "B", "A" * 86 + "=="])
def test_what_encode_never_writes_is_no_code(scripts, code):
    assert scripts.page.evaluate("(code) => decode(code, 64)", code) is None
    with pytest.raises(BadInput):
        hands.decode(code, 64)


def test_natural_variation(scripts):
    for seed, turn, rows in [(0, 0, [0, 1, 2]), (7, 3, [5]), (2**32 - 1, 9999, [10, 13, 29])]:
        z = hands.seeded(seed, [0], 64)[0]
        found = scripts.call(
            "(z, { rows, turn }) => sent(natural(z, rows, turn))", z.numpy(), rows=rows, turn=turn
        )
        assert np.array_equal(found.reshape(-1, 64), hands.natural(z, rows, turn))


def test_styles(scripts, compact):
    z, amounts = hands.seeded(0, range(9), 64), [1.5, -0.3, 2]
    script = "(z, { directions, amounts }) => sent(styled(z, directions, amounts))"
    found = scripts.call(script, z.numpy(), directions=compact.directions.tolist(), amounts=amounts)
    np.testing.assert_allclose(found.reshape(9, 64), styles.styled(z, compact, *amounts), atol=1e-6)
    assert np.array_equal(scripts.call(script, z.numpy(), directions=None, amounts=amounts), z.flatten())
