import os
import pickle
import random
import subprocess
import sys
import time
import tracemalloc

import pytest
import safetensors.torch
import torch

from cgan import weights
from cgan.cli import BadInput
from cgan.networks.report import Generator


@pytest.fixture
def file(tmp_path):
    """A weights file of an untrained generator with a small z."""
    path = tmp_path / "small.safetensors"
    weights.save(path, "report", Generator(z_dim=4), {"epochs": 0, "by": "测试"}, torch.ones(3, 4))
    return path


def refusal(path, content=None):
    """Return the sentence in which a file is refused, quickly and without taking much memory."""
    if content is not None:
        path.write_bytes(content)
    start = time.process_time()
    tracemalloc.start()
    with pytest.raises(BadInput) as refused:
        weights.load(path)
    sentence = str(refused.value)
    assert str(path) in sentence and "\n" not in sentence and time.process_time() - start < 1
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()
    return sentence


def test_what_is_saved_is_loaded(tmp_path):
    network, directions = Generator(z_dim=4), torch.randn(3, 4)
    digest = weights.save(tmp_path / "a.safetensors", "vae-cgan", network, {"epochs": 3}, directions)
    loaded = weights.load(tmp_path / "a.safetensors")
    assert (loaded.recipe, loaded.config) == ("vae-cgan", {"num_classes": 10, "z_dim": 4})
    assert loaded.provenance == {"epochs": 3} and loaded.digest == digest and loaded.id == digest[:12]
    assert all(torch.equal(network.state_dict()[k], v) for k, v in loaded.network.state_dict().items())
    assert torch.equal(loaded.directions, directions) and not loaded.network.training


def test_a_file_that_is_cut_or_has_a_flipped_bit_is_refused(file):
    whole = file.read_bytes()
    for length in [0, 1, 7, 8, 9, 100, 2000, len(whole) // 2, len(whole) - 1]:
        refusal(file, whole[:length])
    directions = whole.index(torch.ones(3, 4).numpy().tobytes())
    for place in (-1, len(whole) // 2, directions):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        assert "is damaged" in refusal(file, bytes(flipped))


@pytest.mark.parametrize("count", [100, pytest.param(5_000, marks=pytest.mark.soak)])
def test_a_damaged_file_is_refused_or_draws_the_same(file, count):
    """The digest covers what pictures depend on; the provenance is not protected."""
    whole, chosen, original = file.read_bytes(), random.Random(1), weights.load(file)
    header = 8 + int.from_bytes(whole[:8], "little")
    for i in range(count):
        end = header if i % 2 else len(whole)  # every second one in the header
        place, lost, added = chosen.randrange(end), *(chosen.choice([0, 1, 8, 4000]) for _ in range(2))
        file.write_bytes(whole[:place] + chosen.randbytes(added) + whole[place + lost :])
        try:
            loaded = weights.load(file)
        except BadInput as error:
            assert str(file) in str(error) and "\n" not in str(error)
        else:
            assert loaded.digest == original.digest and type(loaded.network) is Generator


def test_a_pickle_is_not_run(file):
    class Mischief:
        def __reduce__(self):
            return (open, (str(file) + ".run", "w"))

    assert "is a PyTorch pickle" in refusal(file, pickle.dumps(Mischief()))
    assert not file.with_name(file.name + ".run").exists()


NEWER = safetensors.torch.save({"a": torch.ones(3)}, {"cgan": '{"format": 3}'})


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("x.pth", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "run git lfs pull"),
        ("x.pth", b"\n<!DOCTYPE html><html><head>", "a web page"),
        ("x.pth", b"PK\3\4" + bytes(500), "a PyTorch pickle"),
        ("state.pt", b"PK\3\4", "generator.safetensors"),
        ("x.pth", b"hello", "not a weights file of this program"),
        ("x.pth", safetensors.torch.save({"a": torch.ones(3)}), "not a weights file of this program"),
        ("x.pth", NEWER.replace(b": 3}", b":{}}"), "not a weights file of this program"),
        ("x.pth", NEWER, "written by a newer version of this program; update"),
    ],
)
def test_files_given_by_mistake_are_refused_with_advice(tmp_path, name, content, sentence):
    assert sentence in refusal(tmp_path / name, content)


@pytest.mark.parametrize(
    "name, config",
    [
        ("../../etc", {}),
        ("report", {"wings": 2}),
        ("report", {"num_classes": 3}),
        ("vae", {"z_dim": 10**12}),
        ("compact", {"z_dim": 10**12}),
        ("compact", {"z_dim": 4, "output_scale": float("nan")}),
        ("compact", {"z_dim": 4, "support": "1"}),
        *(("report", {"z_dim": z_dim}) for z_dim in [-1, 10**30, None, [4], "x" * 10**5]),
    ],
)
def test_configs_that_do_not_fit_are_refused(tmp_path, monkeypatch, name, config):
    network = Generator(z_dim=4)
    network.config = config
    monkeypatch.setattr(weights, "name_of", lambda _: name)
    weights.save(tmp_path / "x.safetensors", "report", network, {})
    assert "is damaged" in refusal(tmp_path / "x.safetensors")


@pytest.mark.parametrize(
    "network, directions",
    [
        (Generator(z_dim=4).double(), None),
        (torch.nn.DataParallel(Generator(z_dim=4)), None),  # its names begin with "module."
        (Generator(z_dim=4), torch.ones(3, 5)),
        (Generator(z_dim=4), torch.ones(2, 4)),
    ],
)
def test_tensors_that_do_not_fit_are_refused(tmp_path, monkeypatch, network, directions):
    network.config = {"z_dim": 4}
    monkeypatch.setattr(weights, "name_of", lambda _: "report")
    weights.save(tmp_path / "x.safetensors", "report", network, {}, directions)
    assert "is damaged" in refusal(tmp_path / "x.safetensors")


def test_weights_of_a_failed_run_are_refused(tmp_path):
    network = Generator(z_dim=4)
    weights.save(tmp_path / "x.safetensors", "report", network, {}, torch.full((3, 4), torch.nan))
    assert "not finite" in refusal(tmp_path / "x.safetensors")
    network.dense.bias.data[5] = float("nan")
    weights.save(tmp_path / "x.safetensors", "report", network, {})
    assert "not finite" in refusal(tmp_path / "x.safetensors")


def test_files_that_claim_false_sizes_are_refused(file):
    whole = file.read_bytes()
    for claim in (10**6, 10**12, 2**63, 2**64 - 1):
        assert "is damaged" in refusal(file, claim.to_bytes(8, "little") + b" " * 10**6)
    file.write_bytes(whole)
    os.truncate(file, 10**12)  # takes next to nothing on the disk
    assert "is damaged" in refusal(file)


def test_loading_imports_no_compiler():
    code = "import sys; from cgan import weights; weights.shipped(); print(*sys.modules)"
    root = weights.SHIPPED.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert "cgan.weights" in done.stdout.split() and "torch._dynamo" not in done.stdout.split()
