import os
import threading

import numpy as np
import pytest
import torch

from cgan import weights
from cgan.cli import BadInput
from cgan.draw import hands, sampling
from cgan.draw.sampling import generate


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


def arrays(values):
    """Yield whole numbers in every form that users have them in."""
    yield from (values, tuple(values), np.array(values, ">i4"), [np.uint8(value) for value in values])
    kinds = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"]
    yield from (np.array(values, kind) for kind in kinds)
    yield from (torch.tensor(values).to(getattr(torch, kind)) for kind in kinds)
    yield np.array(values[::-1])[::-1]
    yield np.array([values, values]).T[:, 0]
    read_only = np.array(values)
    read_only.flags.writeable = False
    yield read_only


def test_labels_and_indices_may_be_whole_numbers_of_any_kind(report):
    expected = generate([9, 0, 3], 7, report, [5, 2, 2])
    for labels, indices in zip(arrays([9, 0, 3]), arrays([5, 2, 2]), strict=True):
        assert torch.equal(generate(labels, 7, report, indices), expected), labels


WRONG = [[-1], [1.5], [[1]], 3, [True], ["a"], "12", None, [[1], [2, 3]], {1: 2}, [None], [10**30], [1j]]
INDICES = [[100_000], [2**31], *(wrong for wrong in WRONG if wrong is not None)]


@pytest.mark.parametrize(
    "name, value, sentence",
    [
        *(("labels", value, "whole numbers from 0 to 9, in a list") for value in [[10], *WRONG]),
        *(("indices", value, "whole numbers from 0 to 99999, in a list") for value in INDICES),
        *(("seed", value, "a whole number from 0 to 4294967295") for value in [-1, 1.5, 2**32, True, "1e3"]),
    ],
)
def test_bad_labels_indices_and_seeds_are_refused(report, name, value, sentence):
    with pytest.raises(BadInput, match=f"{name} must be {sentence}"):
        generate(**{"labels": [1], "seed": 0, "weights": report, name: value})


@pytest.mark.parametrize("labels, indices", [([1] * 20, range(16)), ([1] * 16, range(17)), ([1], [])])
def test_there_must_be_as_many_indices_as_labels(report, labels, indices):
    with pytest.raises(BadInput, match=f"as many indices as labels: {len(labels)}, not {len(indices)}"):
        generate(labels, 42, report, indices=indices)


def test_a_seed_has_100_000_hands(compact):
    for draw in (lambda n: generate([1] * n, 1, compact), lambda n: sampling.some(n, 1, compact)):
        with pytest.raises(BadInput, match="A seed has 100000 hands, not 100001; draw in several parts"):
            draw(100_001)
    with pytest.raises(BadInput, match="A seed has 100000 hands"):
        sampling.unconditional(100_001, 1, "vae")


def test_one_hand_for_all_digits(compact):
    z = hands.seeded(7, [3], compact.z_dim)[0]
    expected = generate([1, 2], 7, compact, [3, 3])
    for hand in (z, z.tolist(), z.double().numpy()):
        assert torch.equal(generate([1, 2], weights=compact, hand=hand), expected)
    code = hands.encode(z)
    assert torch.equal(generate([1], hand=code), generate([1], hand=hands.decode(code, compact.z_dim)))
    with pytest.raises(BadInput, match="either a hand, or a seed and indices"):
        generate([1], hand=z, seed=1)
    for hand in (z[:3], z[None], z * torch.nan, ["a"]):
        with pytest.raises(BadInput, match="hand must be a code or 64"):
            generate([1], weights=compact, hand=hand)


def test_weights_that_are_not_conditional(compact):
    for name in ("judge", "vae"):
        with pytest.raises(BadInput, match=f"A {name} cannot be asked for a digit"):
            generate([1], 0, name)
    with pytest.raises(BadInput, match="A compact draws the digit it is asked for"):
        sampling.unconditional(1, 0, compact)
    vae = weights.shipped("vae")
    assert torch.equal(sampling.some(12, 3, vae), sampling.unconditional(12, 3, vae))
    assert torch.equal(sampling.unconditional(3, 3, vae), sampling.unconditional(12, 3, vae)[:3])
    assert torch.equal(sampling.some(12, 3, compact), generate([*range(10), 0, 1], 3, compact))


def test_pictures_and_weights_are_no_inference_tensors():
    weights.shipped.cache_clear()
    generate([1, 2], 0).add_(0)  # the first to draw loads the network
    z = torch.ones(1, 64, requires_grad=True)
    weights.shipped().network(z, torch.tensor([1])).sum().backward()
    assert z.grad.abs().sum() > 0


def test_a_morph_leads_from_one_digit_to_another(compact):
    z = hands.seeded(1, [0, 4], compact.z_dim)
    first, middle, last = sampling.morph(compact, (3, z[0]), (8, z[1]), [0, 0.5, 1])
    ends = torch.stack([first, last]), torch.cat([generate([3], 1), generate([8], 1, indices=[4])])
    assert torch.allclose(*ends, atol=1e-4) and not torch.allclose(middle, first, atol=0.1)
    assert torch.equal(*sampling.morph(compact, (3, z[0]), (3, z[0]), [0.1, 0.9]))
