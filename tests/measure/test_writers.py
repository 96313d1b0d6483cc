"""Who wrote what, the verifier's loss, and the measures of hands beside real writers."""

import gzip
import math
import struct

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from cgan.cli import BadInput
from cgan.draw import hands, styles
from cgan.measure import qmnist, results, study, verifier, writers


def write_labels(folder, what, digits, names, compress=False):
    """Write a label file as QMNIST's."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        [digit, 0, name, i, digit, i, 0, 0] for i, (digit, name) in enumerate(zip(digits, names, strict=True))
    ]
    content = b"\0\0\x0c\x02" + struct.pack(">2i", len(rows), 8) + np.array(rows, ">i4").tobytes()
    file = folder / f"qmnist-{what}-labels-idx2-int{'.gz' if compress else ''}"
    file.write_bytes(gzip.compress(content) if compress else content)
    return file


@pytest.mark.parametrize("folder, compress", [(".", False), ("raw", True), ("QMNIST/raw", True)])
def test_the_names_of_the_writers_are_read(tmp_path, folder, compress):
    write_labels(tmp_path / folder, "train", [3, 1, 4], [7, 7, 9], compress)
    write_labels(tmp_path / folder, "test", [1, 5, 9], [2, 3, 2], not compress)
    assert qmnist.load_writers(tmp_path, torch.tensor([3, 1, 4])).tolist() == [7, 7, 9]
    # QMNIST has more test digits than MNIST, whose come first
    assert qmnist.load_writers(tmp_path, torch.tensor([1, 5]), train=False).tolist() == [2, 3]


def test_labels_that_are_absent_damaged_or_of_other_digits_are_refused(tmp_path):
    y = torch.tensor([3, 1, 4])
    with pytest.raises(BadInput, match=r"who wrote what; get it with torchvision.datasets.QMNIST\(.*'test'"):
        qmnist.load_writers(tmp_path, y, train=False)
    file = write_labels(tmp_path, "train", [3, 1, 5], [7, 7, 9])
    with pytest.raises(BadInput, match="other digits"):
        qmnist.load_writers(tmp_path, y)
    with pytest.raises(BadInput, match="other digits"):  # too few
        qmnist.load_writers(tmp_path, torch.tensor([3, 1, 5, 0]))
    whole = file.read_bytes()
    for content, fault in {
        whole[:-1]: "damaged",
        gzip.compress(whole)[:30]: "damaged",
        b"": "not an IDX file",
        whole[:6]: "not an IDX file",
        b"\0\0\x0c\x01\0\0\0\x01\0\0\0\x07": "not the columns",
    }.items():
        file.write_bytes(content)
        with pytest.raises(BadInput, match=fault):
            qmnist.load_writers(tmp_path, y)


def test_verifiers_do_not_learn_from_99_of_the_writers():
    names = torch.arange(539).repeat(2)
    known = qmnist.learned_from(names)
    assert known[:539].sum() == 440 and torch.equal(known[:539], known[539:])
    assert torch.equal(qmnist.learned_from(names + 1000), known)


def test_positives_are_other_digits_by_the_writer_and_negatives_are_by_others():
    h = normalize(torch.randn(5, 64, generator=torch.Generator().manual_seed(0)), dim=1)
    y, names = torch.tensor([1, 2, 1, 1, 3]), torch.tensor([0, 0, 0, 1, 1])
    e = (h @ h.T / verifier.TEMPERATURE).exp().tolist()

    def term(i, positives, negatives):
        below = sum(e[i][j] for j in positives + negatives)
        return -sum(math.log(e[i][j] / below) for j in positives) / len(positives)

    terms = [term(0, [1], [3, 4]), term(1, [0, 2], [3, 4]), term(2, [1], [3, 4])]
    terms += [term(3, [4], [0, 1, 2]), term(4, [3], [0, 1, 2])]
    assert verifier.contrastive_loss(h, y, names).item() == pytest.approx(sum(terms) / 5, rel=1e-5)


def test_a_writer_of_one_picture_is_no_anchor():
    h = normalize(torch.randn(3, 64), dim=1).requires_grad_()
    loss = verifier.contrastive_loss(h, torch.tensor([1, 2, 3]), torch.tensor([0, 0, 1]))
    loss.backward()
    assert loss.isfinite() and h.grad.isfinite().all()


def test_a_verifier_learns_who_wrote_what_and_is_kept(tmp_path, monkeypatch):
    """Four writers write dots, each at a height of their own, so the digits they write look alike."""
    monkeypatch.setattr(verifier, "STEPS", 40)
    monkeypatch.setattr(verifier, "SEEDS", 1)
    monkeypatch.setattr(qmnist, "HELD_OUT", 1)
    y, names = torch.arange(200) % 10, torch.arange(200) // 50
    images = torch.zeros(200, 28, 28, dtype=torch.uint8)
    for i, (digit, name) in enumerate(zip(y.tolist(), names.tolist(), strict=True)):
        images[i, 4 + 6 * name : 8 + 6 * name, 2 + 2 * digit : 6 + 2 * digit] = 255
    (trained,) = verifier.verifiers(tmp_path, images, y, names)
    x = images[:, None] / 127.5 - 1
    h = verifier.describe(trained, x, y)
    assert h.norm(dim=1).allclose(torch.ones(200))
    known = qmnist.learned_from(names)
    found, _ = writers.measure_pairs([trained], x[known], y[known], names[known])
    assert found["auc"] > 0.9

    monkeypatch.setattr(verifier, "train_verifier", lambda *_: pytest.fail("trained again"))
    (kept,) = verifier.verifiers(tmp_path, images, y, names)
    assert torch.equal(verifier.describe(kept, x, y), h)


def test_shifts_move_by_a_pixel_at_most():
    x = -torch.ones(200, 1, 28, 28)
    x[:, 0, 10, 20] = 1
    moved = verifier.shifted(x, np.random.RandomState(0))
    rows, columns = torch.nonzero(moved[:, 0] == 1)[:, 1:].unbind(1)
    assert sorted(set(rows.tolist())) == [9, 10, 11] and sorted(set(columns.tolist())) == [19, 20, 21]


def test_auc_of_normal_numbers_is_the_closed_form():
    rng = torch.Generator().manual_seed(0)
    same, other = torch.randn(20_000, generator=rng) + 1, torch.randn(20_000, generator=rng)
    assert writers.auc(same, other) == pytest.approx(0.5 * (1 + math.erf(0.5)), abs=0.006)
    assert writers.auc(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0])) == (0.75 + 1) / 2


def test_others_wrote_the_same_digit():
    y, names = torch.arange(60) % 10, torch.arange(60) // 20
    digits, not_by = torch.tensor([3, 3, 7] * 20), torch.tensor([0, 1, 2] * 20)
    picked = writers.by_others(digits, not_by, y, names)
    assert torch.equal(y[picked], digits) and (names[picked] != not_by).all()
    assert len(picked.unique()) > 6


def test_digits_that_are_given_are_different_and_by_one_writer():
    y, names = torch.arange(60) % 10, torch.arange(60) // 20
    given = writers.choose_digits(y, names, 3, 7)
    assert given.shape == (7, 3) and all(len(row.unique()) == 3 for row in y[given])
    assert (names[given] == torch.tensor([0, 1, 2, 0, 1, 2, 0])[:, None]).all()


def test_variance_within_writers_is_its_share_of_all(monkeypatch):
    """Two numbers with variance 1 within writers and 3 between them."""
    rng = np.random.RandomState(0)
    names, y = np.arange(4000).repeat(5), np.tile(np.arange(5), 4000) % 2
    between = rng.standard_normal((4000, 2, 3))[names, y] * 3**0.5
    values = torch.from_numpy(between + rng.standard_normal((20_000, 3)))
    monkeypatch.setattr(styles, "measure", lambda x: values)
    for share in writers.within_writers(None, torch.from_numpy(y), torch.from_numpy(names)).values():
        assert share == pytest.approx(0.25, abs=0.01)


@pytest.fixture
def tiny(mnist, monkeypatch, tmp_path):
    """Options of a study of 40 digits by 3 writers, with random hands for fits and its own results.json."""
    monkeypatch.setattr(results, "PATH", tmp_path / "results.json")
    for what in ("train", "test"):
        write_labels(mnist, what, [i % 10 for i in range(40)], [i % 3 for i in range(40)])
    small = {"FITS": {1: 4, 3: 2}, "HANDS": 3, "OF_EACH": 2, "SHARES": (0, 0.5)}
    small |= {"SET_WRITERS": 3, "SET_OF_EACH": 2}
    for name, value in small.items():
        monkeypatch.setattr(writers, name, value)
    monkeypatch.setattr(writers, "fit", lambda model, x, y: hands.seeded(len(x), [int(y[0])], model.z_dim)[0])
    monkeypatch.setattr(verifier, "STEPS", 2)
    monkeypatch.setattr(verifier, "SEEDS", 2)
    monkeypatch.setattr(qmnist, "HELD_OUT", 1)
    return ["--data", str(mnist), "--out", str(tmp_path / "study"), "--threads", "1"]


def test_the_study_compares_hands_with_writers(tiny, compact, capsys):
    study.main(["writers", *tiny])
    assert "a hand from three digits" in capsys.readouterr().out
    found = {(r["setting"], r["measure"]): r for r in results.select(name="writers", weights=compact.id)}
    lines = {line for line, _ in found}
    pen, hand_lines = "random hands, s = 0.5, one stroke weight", {"random hands, s", "learned hands, s"}
    assert lines == {"real writers", pen} | {f"{line} = {s}" for line in hand_lines for s in (0, 0.5)}
    within = [found[line, "within_stroke"]["value"] for line in (pen, "random hands, s = 0.5")]
    assert within[0] < within[1] / 2
    same = found["random hands, s = 0", "alike_digit"]  # the same picture twice
    assert same["value"] == 1 and found["random hands, s = 0.5", "alike_digit"]["value"] < 1
    assert found["real writers", "auc"]["spread"] is not None
    strangers = {r["setting"] for r in results.select(name="strangers")}
    assert strangers == {"a hand from one digit", "a hand from three digits", "random hands"}


def test_the_study_measures_a_set_by_writers(tiny, compact, monkeypatch):
    def accuracy(images, y, *test, **about):
        assert images.shape == (60, 28, 28) and torch.equal(y.bincount(), torch.full((10,), 6))
        return results.make({"cas": 98.5}, **about)

    monkeypatch.setattr(writers, "classification_accuracy", accuracy)
    study.main(["sets", *tiny])
    found = {r["measure"]: r["value"] for r in results.select(name="writers", setting="a set by 3 writers")}
    assert found["cas"] == 98.5 and 0 <= found["auc"] <= 1


def test_a_study_without_names_says_where_they_are(mnist, tmp_path, capsys):
    with pytest.raises(BadInput, match="give --labels data"):
        study.main(["writers", "--data", str(mnist), "--out", str(tmp_path / "study")])
