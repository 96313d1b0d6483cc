import json
import pickle
import random
import subprocess
import sys

import pytest
import safetensors.torch
import torch

from cgan import weights
from cgan.cli import BadInput
from cgan.networks.report import Generator


@pytest.fixture
def file(tmp_path):
    """A weights file of an untrained generator with a small z."""
    torch.manual_seed(0)
    weights.save(tmp_path / "small.safetensors", "report", Generator(z_dim=4), {"epochs": 0, "by": "测试"})
    return tmp_path / "small.safetensors"


def test_what_is_saved_is_loaded(tmp_path):
    network = Generator(z_dim=4)
    digest = weights.save(tmp_path / "a.safetensors", "report", network, {"epochs": 3})
    loaded = weights.load(tmp_path / "a.safetensors")
    assert (loaded.model, loaded.config) == ("report", {"num_classes": 10, "z_dim": 4})
    assert loaded.provenance == {"epochs": 3} and loaded.digest == digest and loaded.id == digest[:12]
    assert all(torch.equal(network.state_dict()[k], v) for k, v in loaded.network.state_dict().items())
    assert not loaded.network.training


def test_the_digest_is_of_the_weights_not_of_their_history(tmp_path):
    network = Generator(z_dim=4)
    a = weights.save(tmp_path / "a.safetensors", "report", network, {"seconds": 1})
    b = weights.save(tmp_path / "b.safetensors", "report", network.to(memory_format=torch.channels_last), {})
    network.embed.weight.data[0, 0] += 1e-3
    assert a == b != weights.save(tmp_path / "c.safetensors", "report", network, {})


def refused(path, content):
    path.write_bytes(content)
    with pytest.raises(BadInput) as refusal:
        weights.load(path)
    sentence = str(refusal.value)
    assert str(path) in sentence and "\n" not in sentence and ("train" in sentence or "update" in sentence)
    return sentence


def test_cut_at_any_length(file):
    whole = file.read_bytes()
    for length in [0, 1, 7, 8, 9, 100, 2000, len(whole) // 2, len(whole) - 1000, len(whole) - 1]:
        refused(file, whole[:length])


def test_one_flipped_bit_anywhere(file):
    whole = file.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    chosen = random.Random(1)
    places = [chosen.randrange(header) for _ in range(150)] + [
        chosen.randrange(len(whole)) for _ in range(25)
    ]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chosen.randrange(8)
        refused(file, bytes(flipped))


def test_a_pickle_is_not_run(file):
    class Mischief:
        def __reduce__(self):
            return (open, (str(file) + ".run", "w"))

    assert "not a .safetensors file" in refused(file, pickle.dumps(Mischief()))
    assert not file.with_name(file.name + ".run").exists()


def test_files_of_others(file):
    tensors = {"a": torch.ones(3)}
    assert "another program" in refused(file, safetensors.torch.save(tensors))
    for text in ("[1]", "{}", "[" * 100_000, '{"seal": "", "format": 1, "model": "x", "config": {}}'):
        assert "another program" in refused(file, safetensors.torch.save(tensors, {"cgan": text}))
    newer = json.dumps(dict.fromkeys(["model", "config", "provenance", "seal", "digest"]) | {"format": 2})
    assert "update this one" in refused(file, safetensors.torch.save(tensors, {"cgan": newer}))


@pytest.mark.parametrize(
    "model, config, reason",
    [
        ("../../etc", {}, "does not know"),
        ("report", {"z_dim": 10**12}, "not what a report network is made of"),
        ("report", {"wings": 2}, "not what a report network is made of"),
        ("report", {"z_dim": "4"}, "not what a report network is made of"),
        ("report", {"num_classes": 3}, "for 3 classes, not the ten digits"),
        (["report"], {}, "not described as a weights file is"),
    ],
)
def test_contents_that_do_not_fit(tmp_path, model, config, reason):
    network = Generator(z_dim=4)
    network.config = config
    weights.save(tmp_path / "x.safetensors", model, network, {})
    with pytest.raises(BadInput, match=reason):
        weights.load(tmp_path / "x.safetensors")


def test_weights_that_are_not_numbers(tmp_path):
    network = Generator(z_dim=4)
    network.dense.bias.data[5] = float("nan")
    weights.save(tmp_path / "x.safetensors", "report", network, {})
    with pytest.raises(BadInput, match="not finite"):
        weights.load(tmp_path / "x.safetensors")


def test_a_failed_write_leaves_the_old_file(file, monkeypatch):
    before = file.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError):
        weights.save(file, "report", Generator(z_dim=4), {})
    assert file.read_bytes() == before and list(file.parent.iterdir()) == [file]


def test_generators_are_found_in_files_folders_and_runs(file, tmp_path):
    run = tmp_path / "runs" / "mine"
    run.mkdir(parents=True)
    (run / "generator.safetensors").write_bytes(file.read_bytes())
    assert list(weights.load_generators([file])) == ["small"]
    assert list(weights.load_generators([run])) == ["mine"] and weights.load(run).id == weights.load(file).id
    assert list(weights.load_generators([file.parent])) == ["small"]
    assert list(weights.load_generators([file, run])) == ["small"]  # the same weights
    other = tmp_path / "other"
    other.mkdir()
    weights.save(other / "small.safetensors", "report", Generator(z_dim=3), {})
    both = list(weights.load_generators([file, other]).items())
    assert [name for name, _ in both] == ["small", f"small {both[1][1].id}"]
    assert "judge" not in weights.load_generators([weights.SHIPPED])
    with pytest.raises(BadInput, match="no generator's weights"):
        weights.load_generators([tmp_path / "runs"])
    with pytest.raises(BadInput, match="no weights file"):
        weights.load_generators([tmp_path / "nothing"])


def test_unknown_shipped_weights():
    with pytest.raises(BadInput, match="no weights 'nonsense'.*report"):
        weights.shipped("nonsense")


def test_loading_imports_no_compiler():
    code = "import sys; from cgan import weights; weights.shipped(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=weights.SHIPPED.parent, capture_output=True, text=True
    )
    assert "cgan.weights" in done.stdout.split() and "torch._dynamo" not in done.stdout.split()
