import pytest
import torch
from conftest import write_mnist

from cgan import data
from cgan.cli import BadInput


def test_images_and_labels_are_read_and_scaled(mnist):
    images, labels = data.load(mnist)
    assert images.shape == (40, 28, 28) and images.dtype == torch.uint8
    assert labels.tolist() == [i % 10 for i in range(40)]
    x = data.to_float(torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1).expand(3, 28, 28))
    assert x.shape == (3, 1, 28, 28) and x[:, 0, 0, 0].tolist() == pytest.approx([-1, -0.6, 1])


def test_an_epoch_has_every_image_once_in_an_order_of_its_own(mnist):
    images, labels = data.load(mnist)
    images = torch.arange(40, dtype=torch.uint8).view(40, 1, 1).expand(40, 28, 28)
    stream = data.batches(images, labels, batch_size=16, seed=3)
    epochs = [[next(stream)[0] for _ in range(3)] for _ in range(2)]
    assert [len(x) for x in epochs[0]] == [16, 16, 8]
    values = [((torch.cat(x)[:, 0, 0, 0] + 1) * 127.5).round().tolist() for x in epochs]
    assert sorted(values[0]) == sorted(values[1]) == list(range(40)) and values[0] != values[1]


def test_batches_go_on_from_any_step(mnist):
    images, labels = data.load(mnist)
    whole = data.batches(images, labels, 16, seed=3)
    expected = [next(whole) for _ in range(7)]
    for first in range(7):
        x, y = next(data.batches(images, labels, 16, seed=3, first_step=first))
        assert torch.equal(x, expected[first][0]) and torch.equal(y, expected[first][1])


def test_random_streams_differ_by_each_argument_and_leave_the_global_one_alone():
    before = torch.get_rng_state()
    streams = [("noise", 0, 0), ("noise", 0, 1), ("noise", 1, 0), ("shuffle", 0, 0)]
    numbers = {torch.rand(1, generator=data.random_stream(s, p, i)).item() for p, s, i in streams}
    assert len(numbers) == 4 and torch.equal(before, torch.get_rng_state())


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def swap(path):
    path.write_bytes(path.with_name("train-labels-idx1-ubyte").read_bytes())


@pytest.mark.parametrize(
    "name, damage",
    [
        ("train-images-idx3-ubyte", cut),
        ("train-images-idx3-ubyte", lambda path: path.write_bytes(b"")),
        ("train-images-idx3-ubyte", lambda path: path.write_bytes(b"<html>not found</html>")),
        ("train-images-idx3-ubyte", swap),
        ("train-labels-idx1-ubyte", lambda path: path.write_bytes(path.read_bytes()[:12])),
        ("train-labels-idx1-ubyte", lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x0a")),
    ],
)
def test_a_damaged_file_is_named(mnist, name, damage):
    damage(mnist / "MNIST" / "raw" / name)
    with pytest.raises(BadInput, match=f"{name} cannot be used: it .*; delete it and run again"):
        data.load(mnist)


def test_labels_that_do_not_fit_the_images_are_refused(mnist, tmp_path):
    other = write_mnist(tmp_path / "other", n=30)
    name = "MNIST/raw/train-labels-idx1-ubyte"
    (mnist / name).write_bytes((other / name).read_bytes())
    with pytest.raises(BadInput, match="30 labels for 40 images"):
        data.load(mnist)


def test_a_damaged_file_beside_a_missing_one_is_named(mnist, monkeypatch):
    (mnist / "MNIST/raw/train-images-idx3-ubyte").write_bytes(b"<html>")
    (mnist / "MNIST/raw/t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(BadInput, match="train-images-idx3-ubyte cannot be used"):
        data.load(mnist)


def test_no_data_and_no_network_is_said_in_a_sentence(tmp_path, monkeypatch):
    def fail(self):
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz")

    monkeypatch.setattr("torchvision.datasets.MNIST.download", fail)
    with pytest.raises(BadInput, match="train-images-idx3-ubyte.*could not be downloaded.*--data"):
        data.load(tmp_path / "new")
    assert not (tmp_path / "new").exists()
