"""Sets: what is in them, in which order, and that those who read such sets find it."""

import csv
import errno
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.datasets import MNIST, ImageFolder
from torchvision.datasets.mnist import read_sn3_pascalvincent_tensor

from cgan.cli import BadInput
from cgan.draw import hands, images, sampling, sets

LAST = 2**32 - 1


def tile(model, digit, z):
    return images.to_uint8(sampling.draw(model, z[None], torch.tensor([digit])))[0].numpy()


def seeded(model, seed, i):
    return hands.seeded(seed, [i], model.z_dim)[0]


def unpack(data, folder):
    """Unpack a .zip. Return its entries, and the header and rows of metadata.csv."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
        header, *rows = csv.reader(io.StringIO(archive.read("metadata.csv").decode()))
        return archive.infolist(), header, rows


def test_a_zip_of_pictures_has_class_folders_and_a_table_in_the_seeds_order(tmp_path, compact):
    data = sets.zip_bytes(sets.png_entries(range(2, 5), 4, LAST, compact))
    assert data == sets.zip_bytes(sets.png_entries(range(2, 5), 4, LAST, compact))
    entries, header, rows = unpack(data, tmp_path)
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert header == ["file_name", "label"]
    assert [entry.filename for entry in entries] == ["metadata.csv", *(name for name, _ in rows)]
    plain = [f"{digit}/digit{digit}_seed{LAST}_0000{i}.png" for i in range(4) for digit in (2, 3, 4)]
    assert rows == [[plain[k], plain[k][0]] for k in np.random.RandomState(LAST).permutation(12)]
    picture = Image.open(tmp_path / "3" / f"digit3_seed{LAST}_00001.png")
    assert (np.asarray(picture) == tile(compact, 3, seeded(compact, LAST, 1))).all()
    found = ImageFolder(tmp_path)
    assert found.classes == ["2", "3", "4"] and found.targets == [0] * 4 + [1] * 4 + [2] * 4


def test_a_labelled_set_is_mixed_and_torchvision_reads_it(tmp_path, compact):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)  # an empty folder is free; a hidden file is no data
    (raw / ".DS_Store").touch()
    seed = LAST - 2  # the seeds of higher digits begin again at 0
    sets.write_idx(tmp_path, sets.idx_entries(range(10), 12, seed, compact))
    for split, first, n in (("train", 0, 12), ("t10k", 12, 2)):
        data = MNIST(tmp_path, train=split == "train")
        order = np.random.RandomState(seed + (split == "t10k")).permutation(10 * n)
        assert data.targets.tolist() == (order % 10).tolist()
        for k in range(0, 10 * n, 7):
            digit, i = int(order[k] % 10), first + order[k] // 10
            expected = tile(compact, digit, seeded(compact, (seed + digit) % 2**32, i))
            assert (data.data[k].numpy() == expected).all()
    (tmp_path / "usual").mkdir()
    (tmp_path / "usual" / "file").touch()
    modes = [(path.stat().st_mode, path.parent.stat().st_mode) for path in raw.iterdir()]
    assert len(modes) == 5 and set(modes) == {
        ((tmp_path / "usual" / "file").stat().st_mode, (tmp_path / "usual").stat().st_mode)
    }
    with pytest.raises(BadInput, match="already holds files; choose another folder"):
        sets.write_idx(tmp_path, sets.idx_entries([1], 1, 0, compact))


def test_the_order_of_the_test_pictures_begins_again_after_the_last_seed(compact):
    files = dict(sets.idx_entries(range(10), 6, LAST, compact))
    labels = files["t10k-labels-idx1-ubyte"][8:]
    assert labels == bytes((np.random.RandomState(0).permutation(10) % 10).tolist())


def test_neighbours_in_a_set_share_no_pattern(compact):
    """Every second or every tenth picture holds all digits, as MNIST's do."""
    labels = np.frombuffer(
        dict(sets.idx_entries(range(10), 60, 5, compact))["train-labels-idx1-ubyte"][8:], "u1"
    )
    for step in (2, 10):
        assert len(set(labels[::step].tolist())) == 10


def test_a_set_by_writers_says_who_wrote_what(tmp_path, compact):
    """Writer i is hand i of the seed, varied from digit to digit; no writer is in both parts."""
    sets.write_idx(tmp_path, sets.idx_entries(range(3, 6), 2, 7, compact, writers=4))
    raw = tmp_path / "MNIST" / "raw"
    for split, writers in (("train", [0, 1, 2, 3]), ("t10k", [4])):
        labels = read_sn3_pascalvincent_tensor(raw / f"{split}-labels-idx2-int").long()
        data = MNIST(tmp_path, train=split == "train")
        order = np.random.RandomState(7 + (split == "t10k")).permutation(6 * len(writers))
        plain = [[digit, 0, i, 3 * j + digit - 3] for i in writers for j in range(2) for digit in (3, 4, 5)]
        assert labels[:, :4].tolist() == [plain[k] for k in order] and labels[:, 4:].abs().sum() == 0
        assert data.targets.tolist() == labels[:, 0].tolist()
        for picture, (digit, _, writer, number) in zip(data.data, labels[:, :4].tolist(), strict=True):
            z = hands.natural(seeded(compact, 7, writer), [10 * (number // 3) + digit])[0]
            assert (picture.numpy() == tile(compact, digit, z)).all()


def test_a_zip_by_writers_has_their_numbers_in_its_table(tmp_path, compact):
    data = sets.zip_bytes(sets.png_entries(range(10), 2, 7, compact, writers=2))
    _, header, rows = unpack(data, tmp_path)
    assert header == ["file_name", "label", "writer"] and len(rows) == 40
    by_name = {name: (label, writer) for name, label, writer in rows}
    assert by_name["8/digit8_seed7_writer00001_00018.png"] == ("8", "1")
    picture = Image.open(tmp_path / "8" / "digit8_seed7_writer00001_00018.png")
    z = hands.natural(seeded(compact, 7, 1), [18])[0]
    assert (np.asarray(picture) == tile(compact, 8, z)).all()
    with pytest.raises(BadInput, match="A writer draws at most 10,000 pictures of each digit"):
        next(sets.png_entries([1], 10_001, 7, compact, writers=1))


def test_a_full_disk_is_named_and_leaves_the_folder_free(tmp_path, compact, monkeypatch):
    def fail(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError) as error:
        sets.write_idx(tmp_path, sets.idx_entries([1], 1, 0, compact))
    assert error.value.filename == str(tmp_path / "MNIST" / "raw" / "train-labels-idx1-ubyte")
    assert list((tmp_path / "MNIST").iterdir()) == []


@pytest.mark.parametrize("text", ["10", "9-0", "", "a", "3-", "٣"])
def test_ranges_of_digits(text):
    assert sets.digit_range("3-5") == range(3, 6) and sets.digit_range("7") == range(7, 8)
    with pytest.raises(BadInput, match="this must be a digit 0-9 or a range such as 0-9"):
        sets.digit_range(text)
