import os
import threading

import numpy as np
import pytest
import torch

from cgan import hands, sampling, weights
from cgan.cli import BadInput
from cgan.networks import NETWORKS
from cgan.sampling import generate


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
    assert not torch.equal(generate([3], weights=report), generate([3], weights=report))  # without a seed
    assert torch.equal(torch_state, torch.get_rng_state()) and (numpy_state == np.random.get_state()[1]).all()


@pytest.mark.parametrize("n", [1, 16, 33])
def test_a_network_never_sees_a_chunk_of_another_size(report, monkeypatch, n):
    sizes = []
    network = report.network
    forward = type(network).forward
    monkeypatch.setattr(type(network), "forward", lambda G, z, y: sizes.append(len(z)) or forward(G, z, y))
    generate([1] * n, 0, report)
    assert sizes == [sampling.CHUNK] * -(-n // sampling.CHUNK)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
def test_a_forked_process_draws_too(report):
    expected = generate([3], 1, report)
    child = os.fork()
    if child == 0:
        os._exit(0 if torch.equal(generate([3], 1, report), expected) else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("name, least", [("report", 0.9), ("compact", 0.95)])
def test_the_digit_asked_for_is_the_digit_drawn(name, least, judge):
    for digit in range(10):
        drawn = judge(generate([digit] * 100, 1000 + digit, weights.shipped(name)))
        assert (drawn == digit).float().mean() >= least, digit


@pytest.mark.parametrize("seed", [-1, 1.5, 2**32, True, "x", float("nan"), "1e3", "٣", [1]])
def test_bad_seeds(report, seed):
    with pytest.raises(BadInput, match="seed must be a whole number from 0 to 4294967295"):
        generate([1], seed, report)


KINDS = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]


def arrays(values):
    """Yield whole numbers in every form that users have them in."""
    yield from (values, tuple(values), np.array(values, ">i4"), [np.uint8(value) for value in values])
    yield from (np.array(values, kind) for kind in KINDS)
    yield from (torch.tensor(values).to(getattr(torch, kind)) for kind in KINDS)
    yield np.array(values[::-1])[::-1]
    yield np.array([values, values]).T[:, 0]
    read_only = np.array(values)
    read_only.flags.writeable = False
    yield read_only


def test_labels_and_indices_may_be_whole_numbers_of_any_kind(report):
    expected = generate([9, 0, 3], 7, report, [5, 2, 2])
    for labels, indices in zip(arrays([9, 0, 3]), arrays([5, 2, 2]), strict=True):
        assert torch.equal(generate(labels, 7, report, indices), expected), labels
    assert torch.equal(generate(range(3), 7, report, range(1, 4)), generate([0, 1, 2], 7, report, [1, 2, 3]))


WRONG = [[1, -1], [1.5], [[1]], 3, [True], ["a"], "12", None, [[1], [2, 3]], {1: 2}, [None], [10**30], [1j]]


@pytest.mark.parametrize("labels", [[10], np.array([10], np.uint16), torch.ones(2, 1).long(), *WRONG])
def test_bad_labels(report, labels):
    with pytest.raises(BadInput, match="labels must be whole numbers from 0 to 9, in a list"):
        generate(labels, 0, report)


@pytest.mark.parametrize("indices", [[100_000], [2**31], *(wrong for wrong in WRONG if wrong is not None)])
def test_bad_indices(report, indices):
    with pytest.raises(BadInput, match="indices must be whole numbers from 0 to 99999, in a list"):
        generate([1], 0, report, indices)


@pytest.mark.parametrize("labels, indices", [([1] * 20, range(16)), ([1] * 16, range(17)), ([1], [])])
def test_there_are_as_many_indices_as_labels(report, labels, indices):
    with pytest.raises(BadInput, match=f"as many indices as labels: {len(labels)}, not {len(indices)}"):
        generate(labels, 42, report, indices=indices)


def test_weights_may_be_a_name_or_a_path(report):
    for given in ("report", weights.SHIPPED / "report.safetensors"):
        assert torch.equal(generate([3], 1, given), generate([3], 1, report))
    assert torch.equal(generate([3], 1), generate([3], 1, "compact"))


def test_one_hand_for_all_digits(compact):
    z = hands.seeded(7, [3], compact.z_dim)[0]
    expected = generate([1, 2], 7, compact, [3, 3])
    for hand in (z, z.tolist(), z.double().numpy()):
        assert torch.equal(generate([1, 2], weights=compact, hand=hand), expected)
    code = hands.encode(z)
    rounded = hands.decode(code, compact.z_dim)
    assert torch.equal(generate([1], hand=code), generate([1], hand=rounded))
    for more in ({"seed": 1}, {"indices": [0]}):
        with pytest.raises(BadInput, match="either a hand, or a seed and indices"):
            generate([1], hand=z, **more)
    for hand in (z[:3], z[None], z * torch.nan, ["a"], {}):
        with pytest.raises(BadInput, match="hand must be a code or 64"):
            generate([1], weights=compact, hand=hand)


def test_networks_that_cannot_draw_what_is_asked_for():
    for name in ("judge", "vae"):
        with pytest.raises(BadInput, match=f"A {name} cannot be asked for a digit"):
            generate([1], 0, name)
    with pytest.raises(BadInput, match="A cvae draws the digit it is asked for"):
        sampling.unconditional(1, 0, "cvae")


def test_some_pictures_of_any_weights(compact):
    vae = weights.shipped("vae")
    assert torch.equal(sampling.some(12, 3, compact), generate([*range(10), 0, 1], 3, compact))
    assert torch.equal(sampling.some(12, 3, vae), sampling.unconditional(12, 3, vae))
    assert torch.equal(sampling.unconditional(3, 3, vae), sampling.unconditional(12, 3, vae)[:3])


def test_pictures_are_tensors_to_learn_from():
    weights.shipped.cache_clear()
    pictures = generate([1, 2], 0)  # whoever draws first loads the network
    pictures.add_(0)
    z = torch.ones(1, 64, requires_grad=True)
    weights.shipped().network(z, torch.tensor([1])).sum().backward()
    assert z.grad.abs().sum() > 0


@pytest.mark.parametrize("family", ["report", "compact"])
def test_a_mixture_of_one_digit_is_that_digit(family):
    torch.manual_seed(0)
    network = NETWORKS[family]().eval()
    z, y = torch.randn(16, network.config["z_dim"]), torch.arange(16) % 10
    mixture = torch.nn.functional.one_hot(y, 10).float()
    assert torch.equal(network(z, y), network(z, mixture))
    assert not torch.equal(network(z, y), network(z, mixture / 2 + mixture.roll(1, 1) / 2))


def test_a_morph_begins_and_ends_with_its_pictures(compact):
    z = hands.seeded(1, [0, 4], compact.z_dim)
    frames = sampling.morph(compact, (3, z[0]), (8, z[1]), [0, 0.5, 1])
    ends = torch.cat([generate([3], 1, compact), generate([8], 1, compact, [4])])
    assert torch.allclose(frames[[0, 2]], ends, atol=1e-4) and not torch.allclose(
        frames[1], frames[0], atol=0.1
    )
    with pytest.raises(BadInput, match="digits must be whole numbers from 0 to 9"):
        sampling.morph(compact, (3, z[0]), (10, z[1]), [0])


def test_half_way_on_a_sphere_is_as_far_from_both(report, monkeypatch):
    seen = []
    monkeypatch.setattr(sampling, "draw", lambda weights, z, y: seen.append((z, y)))
    z0, z1 = hands.seeded(1, [0], 100)[0], hands.seeded(2, [4], 100)[0]
    sampling.morph(report, (3, z0), (8, z1), [0.0, 0.5, 1.0])
    z, y = seen[0]
    whole = torch.acos(torch.nn.functional.cosine_similarity(z0, z1, dim=0))
    assert torch.allclose(z[1] * torch.cos(whole / 2) * 2, z0 + z1, atol=1e-4)
    assert z[1].norm() > 0.8 * min(z0.norm(), z1.norm())  # not through the middle of the sphere
    assert y[1].tolist() == [0.5 if digit in (3, 8) else 0 for digit in range(10)]
    sampling.morph(report, (3, z0), (8, z0), [0.5])
    assert torch.equal(seen[1][0][0], z0)
