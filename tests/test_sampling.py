import os
import threading

import numpy as np
import pytest
import torch

from cgan import sampling, weights
from cgan.cli import BadInput
from cgan.sampling import generate, noise


def test_noise_is_numpys_frozen_stream():
    expected = np.random.RandomState(42).standard_normal((5, 100)).astype(np.float32)
    assert np.array_equal(noise(42, 5, 100).numpy(), expected)
    assert noise(42, 1, 2)[0].tolist() == pytest.approx([0.49671415, -0.1382643])  # as published everywhere
    assert torch.equal(noise(42, 50, 100)[:5], noise(42, 5, 100))
    assert torch.equal(noise(2**32 - 1, 1, 1), noise("4294967295", 1, 1))


def test_a_picture_does_not_depend_on_its_neighbours(report):
    labels = torch.tensor([7, 2, 1, 0, 4, 1, 4, 9, 5, 9] * 5)
    pictures = generate(labels, 42, report)
    assert pictures.shape == (50, 1, 28, 28) and pictures.abs().max() <= 1
    for n in (1, 2, 7, 15, 16, 17, 33):
        assert torch.equal(generate(labels[:n], 42, report), pictures[:n])
    sevens = generate([7] * 41, 42, report)
    assert torch.equal(sevens[::10], pictures[::10][:5])  # the same digit, seed and index
    assert not torch.equal(generate([7], 43, report), sevens[:1])
    assert generate([], 42, report).shape == (0, 1, 28, 28)


def test_the_shipped_weights_are_the_default(compact):
    assert torch.equal(generate([3], 1), generate([3], 1, compact))


def test_pictures_are_the_same_in_any_thread_and_leave_the_global_rngs_alone(report):
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    expected = {seed: generate([8] * 20, seed, report) for seed in range(8)}
    wrong = []

    def draw(seed):
        for _ in range(3):
            if not torch.equal(generate([8] * 20, seed, report), expected[seed]):
                wrong.append(seed)

    threads = [threading.Thread(target=draw, args=(seed,)) for seed in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert torch.equal(torch_state, torch.get_rng_state()) and (numpy_state == np.random.get_state()[1]).all()


@pytest.mark.parametrize("name, least", [("report", 0.9), ("compact", 0.95)])
def test_the_digit_asked_for_is_the_digit_drawn(name, least, judge):
    for digit in range(10):
        drawn = judge(generate([digit] * 100, 1000 + digit, weights.shipped(name)))
        assert (drawn == digit).float().mean() >= least, digit


def test_a_network_never_sees_a_chunk_of_another_size(report, monkeypatch):
    sizes = []
    network = report.network
    forward = type(network).forward
    monkeypatch.setattr(type(network), "forward", lambda G, z, y: sizes.append(len(z)) or forward(G, z, y))
    generate([1] * 33, 0, report)
    assert sizes == [sampling.CHUNK] * 3


@pytest.mark.parametrize("seed", [-1, 1.5, 2**32, None, True, "x", float("nan"), "1e3", "٣"])
def test_bad_seeds(report, seed):
    with pytest.raises(BadInput, match="seed must be a whole number from 0 to 4294967295"):
        generate([1], seed, report)


def test_pictures_are_tensors_to_learn_from():
    weights.shipped.cache_clear()
    pictures = generate([1, 2], 0)  # and so may be the network, whoever loads it first
    pictures.add_(0)
    z = torch.ones(1, 64, requires_grad=True)
    weights.shipped().network(z, torch.tensor([1])).sum().backward()
    assert z.grad.abs().sum() > 0


def test_a_judge_draws_nothing():
    with pytest.raises(BadInput, match="weights of a judge draw no digits"):
        generate([1], 0, weights.load(weights.SHIPPED / "judge.safetensors"))


@pytest.mark.parametrize("labels", [[10], [-1], [1.5], [[1]], 3, [True], ["a"], None, [[1], [2, 3]]])
def test_bad_labels(report, labels):
    with pytest.raises(BadInput, match="labels must be whole numbers from 0 to 9"):
        generate(labels, 0, report)


def test_any_indices(report):
    tiles = generate([3] * 20, 5, report)
    assert torch.equal(generate([3, 3, 3], 5, report, [17, 0, 17]), tiles[[17, 0, 17]])


@pytest.mark.parametrize("family", ["report", "compact"])
def test_a_mixture_of_one_digit_is_that_digit(family):
    torch.manual_seed(0)
    network = sampling.GENERATORS[family]().eval()
    z, y = torch.randn(16, network.config["z_dim"]), torch.arange(16) % 10
    mixture = torch.nn.functional.one_hot(y, 10).float()
    assert torch.equal(network(z, y), network(z, mixture))
    assert not torch.equal(network(z, y), network(z, mixture / 2 + mixture.roll(1, 1) / 2))


def test_half_way_on_a_sphere_is_as_far_from_both(report, monkeypatch):
    seen = []
    monkeypatch.setattr(sampling, "_draw", lambda weights, z, y: seen.append((z, y)))
    sampling.morph((3, 1, 0), (8, 2, 4), [0.0, 0.5, 1.0], report)
    z, y = seen[0]
    ends = z[[0, 2]]
    angles = torch.nn.functional.cosine_similarity(z[1:2], ends)
    whole = torch.acos(torch.nn.functional.cosine_similarity(*ends, dim=0))
    scale = ends.norm(dim=1)
    assert torch.allclose(z[1] * torch.cos(whole / 2) * 2, ends.sum(0), atol=1e-4)
    assert z[1].norm() > 0.8 * scale.min() and angles.min() > 0.5  # not through the middle of the sphere
    assert y[1].tolist() == [0.5 if digit in (3, 8) else 0 for digit in range(10)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="of POSIX")
def test_a_forked_process_draws_too(report):
    expected = generate([3], 1, report)
    child = os.fork()
    if child == 0:
        os._exit(0 if torch.equal(generate([3], 1, report), expected) else 1)
    assert os.waitpid(child, 0)[1] == 0
