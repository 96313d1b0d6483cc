"""A data set as tensors, and its batches."""

import pytest
import torch

from cgan.cli import BadInput
from cgan.learn import data


def test_images_and_labels_are_read_and_scaled(mnist):
    images, labels = data.load(mnist)
    assert images.shape == (40, 28, 28) and images.dtype == torch.uint8
    assert labels.dtype == torch.int64 and labels.tolist() == [i % 10 for i in range(40)]
    assert not torch.equal(data.load(mnist, train=False)[0], images)
    x = data.to_float(torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1).expand(3, 28, 28))
    assert x.shape == (3, 1, 28, 28) and x[:, 0, 0, 0].tolist() == pytest.approx([-1, -0.6, 1])


def test_there_must_be_a_label_for_each_image(mnist):
    labels = mnist / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    labels.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 30, *range(10), *range(10), *range(10)]))
    with pytest.raises(
        BadInput, match="train-labels-idx1-ubyte holds 30 labels, .*images-idx3-ubyte 40 images"
    ):
        data.load(mnist)


def test_an_epoch_has_every_image_once_in_an_order_of_its_own():
    images = torch.arange(40, dtype=torch.uint8).view(40, 1, 1).expand(40, 28, 28)
    stream = data.batches(images, torch.arange(40), batch_size=16, seed=3)
    epochs = [[next(stream) for _ in range(3)] for _ in range(2)]
    assert [len(x) for x, _ in epochs[0]] == [16, 16, 8] and data.steps_per_epoch(images, 16) == 3
    orders = [torch.cat([y for _, y in epoch]).tolist() for epoch in epochs]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(40)) and orders[0] != orders[1]
    for first, (x, y) in enumerate(epochs[0] + epochs[1]):
        assert ((x[:, 0, 0, 0] + 1) * 127.5).round().tolist() == y.tolist()
        _, again = next(data.batches(images, torch.arange(40), 16, seed=3, first_step=first))
        assert torch.equal(again, y)


def test_processes_share_the_batches_of_one():
    images, labels = torch.zeros(40, 28, 28, dtype=torch.uint8), torch.arange(40)
    assert data.steps_per_epoch(images, 12, 3) == 4  # 13 images for each process
    shares = [data.batches(images, labels, 12, 5, 0, rank, 3) for rank in range(3)]
    whole, seen = data.batches(images, labels, 12, 5), []
    for step in range(4):
        together = sorted(sum((next(share)[1].tolist() for share in shares), []))
        if step < 3:
            assert together == sorted(next(whole)[1].tolist())
        seen += together
    assert len(seen) == len(set(seen)) == 39


def test_random_streams_differ_by_each_argument_and_leave_the_global_one_alone():
    before = torch.get_rng_state()
    streams = [(0, "noise", 0), (0, "noise", 1), (1, "noise", 0), (0, "shuffle", 0), (0, "noise", 0, 1)]
    numbers = [torch.rand(1, generator=data.random_stream(*arguments)).item() for arguments in streams]
    assert len(set(numbers)) == 5 and torch.equal(before, torch.get_rng_state())
    assert torch.rand(1, generator=data.random_stream(0, "noise", 0)).item() == numbers[0]
