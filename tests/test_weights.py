import json
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

IDS = {
    "compact": "bd4ddd677837",
    "report": "ab799f314784",
    "vae-cgan": "0948d60b6441",
    "cvae": "43ddda30df8c",
    "cvae-100": "edce5995e9d7",
    "vae": "4f3d01ba2b1b",
    "judge": "9810f496662b",
}


@pytest.fixture
def file(tmp_path):
    """A weights file of an untrained generator with a small z."""
    path = tmp_path / "small.safetensors"
    weights.save(path, "report", Generator(z_dim=4), {"epochs": 0, "by": "测试"}, torch.ones(3, 4))
    return path


def described(path, **changes):
    """Rewrite a file's metadata, leaving its tensors and its digest as they are."""
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    about = {**json.loads(header["__metadata__"]["cgan"]), **changes}
    about = {key: value for key, value in about.items() if value is not None}
    path.write_bytes(safetensors.torch.save(safetensors.torch.load(data), {"cgan": json.dumps(about)}))


def refusal(path, content=None):
    """Return the sentence in which a file is refused, quickly."""
    if content is not None:
        path.write_bytes(content)
    start = time.process_time()
    with pytest.raises(BadInput) as refused:
        weights.load(path)
    sentence = str(refused.value)
    assert str(path) in sentence and "\n" not in sentence and time.process_time() - start < 1
    return sentence


def test_what_is_saved_is_loaded(tmp_path):
    network, directions = Generator(z_dim=4), torch.randn(3, 4)
    digest = weights.save(tmp_path / "a.safetensors", "vae-cgan", network, {"epochs": 3}, directions)
    loaded = weights.load(tmp_path / "a.safetensors")
    assert (loaded.recipe, loaded.config) == ("vae-cgan", {"num_classes": 10, "z_dim": 4})
    assert (loaded.z_dim, loaded.conditional, loaded.draws) == (4, True, True)
    assert loaded.provenance == {"epochs": 3} and loaded.digest == digest and loaded.id == digest[:12]
    assert all(torch.equal(network.state_dict()[k], v) for k, v in loaded.network.state_dict().items())
    assert torch.equal(loaded.directions, directions) and not loaded.network.training


@pytest.mark.parametrize("name", IDS)
def test_weights_of_the_first_format_keep_their_ids(name):
    """The id is the digest of config and tensors, whichever format they are stored in."""
    shipped = weights.shipped(name)
    if shipped.directions is not None:
        pytest.skip("new weights in format 2")
    assert shipped.id == IDS[name] and shipped.draws == (name != "judge")


def test_the_first_format_named_the_model_alone(file):
    described(file, format=1, recipe=None, network=None, model="vae-cgan")
    loaded = weights.load(file)
    assert loaded.recipe == "vae-cgan" and type(loaded.network) is Generator


def test_the_digest_is_of_the_weights_not_of_their_history(tmp_path):
    network = Generator(z_dim=4)

    def saved(**more):
        return weights.save(tmp_path / "x.safetensors", "report", network, **more)

    a = saved(provenance={"seconds": 1})
    network.to(memory_format=torch.channels_last)
    assert a == saved(provenance={})
    assert a != saved(provenance={}, directions=torch.zeros(3, 4))
    network.embed.weight.data[0, 0] += 1e-3
    assert a != saved(provenance={})


def test_half_precision_is_for_the_disk_alone(tmp_path):
    network, path = Generator(z_dim=4), tmp_path / "half.safetensors"
    weights.save(path, "report", network, {}, torch.full((3, 4), 0.1234), half=True)
    loaded = weights.load(path)
    assert path.stat().st_size < 2.1 * sum(p.numel() for p in network.parameters()) + 4000
    assert loaded.network.dense.weight.dtype == torch.float and loaded.directions[0, 0] == torch.tensor(
        0.1234
    )
    assert torch.equal(loaded.network.dense.weight, network.dense.weight.half().float())


def test_cut_at_any_length(file):
    whole = file.read_bytes()
    for length in [0, 1, 7, 8, 9, 100, 2000, len(whole) // 2, len(whole) - 1]:
        refusal(file, whole[:length])


def damage(content, chosen):
    """Change bytes in one of the ways of disks and downloads."""
    place, length = chosen.randrange(len(content)), chosen.choice([1, 2, 8, 100, 4000])
    noise = chosen.choice([bytes(length), b"\xff" * length, chosen.randbytes(length)])
    flipped = bytes([content[place] ^ 1 << chosen.randrange(8)])
    elsewhere = content[chosen.randrange(len(content)) :][:length]
    new, lost = chosen.choice([(flipped, 1), (noise, length), (noise, 0), (b"", length), (elsewhere, length)])
    return content[:place] + new + content[place + lost :]


@pytest.mark.parametrize("count", [100, pytest.param(5_000, marks=pytest.mark.soak)])
def test_a_damaged_file_is_refused_or_draws_the_same(file, count):
    """The digest covers what pictures depend on; the provenance is not protected."""
    whole, chosen, original = file.read_bytes(), random.Random(1), weights.load(file)
    header = 8 + int.from_bytes(whole[:8], "little")
    for i in range(count):
        end = header if i % 2 else len(whole)  # every second one in the header
        file.write_bytes(damage(whole[:end], chosen) + whole[end:])
        try:
            loaded = weights.load(file)
        except BadInput as error:
            assert str(file) in str(error) and "\n" not in str(error)
        else:
            assert loaded.digest == original.digest and type(loaded.network) is Generator


def test_a_flipped_bit_in_a_tensor_is_noticed(file):
    whole = bytearray(file.read_bytes())
    for place in (-1, -1000, len(whole) // 2):
        flipped = whole.copy()
        flipped[place] ^= 1
        assert "is damaged" in refusal(file, bytes(flipped))


def test_a_pickle_is_not_run(file):
    class Mischief:
        def __reduce__(self):
            return (open, (str(file) + ".run", "w"))

    assert "is a PyTorch pickle" in refusal(file, pickle.dumps(Mischief()))
    assert not file.with_name(file.name + ".run").exists()


OURS = safetensors.torch.save({"a": torch.ones(3)}, {"cgan": '{"format": 3}'})


@pytest.mark.parametrize(
    "content, sentence",
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "Git LFS pointer.*git lfs pull"),
        (b"\n<!DOCTYPE html><html><head>", "web page"),
        (b"<html lang=en>", "web page"),
        (b"PK\3\4" + bytes(500), "PyTorch pickle"),
        (b"\x80\x02}q\x00.", "PyTorch pickle"),
        (b"hello", "not a weights file of this program"),
        (safetensors.torch.save({"a": torch.ones(3)}), "not a weights file of this program"),
        (OURS.replace(b'{\\"format\\": 3}', b"[" * 15), "not a weights file of this program"),
        (OURS.replace(b": 3}", b":{}}"), "not a weights file of this program"),
        (OURS, "newer .*update"),
    ],
)
def test_what_people_give_by_mistake(tmp_path, content, sentence):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(BadInput, match=sentence):
        weights.load(tmp_path / "x.pth")


def test_a_training_state_names_the_weights_beside(file):
    state = file.with_name("state.pt")
    assert f"give {file.with_name('generator.safetensors')}" in refusal(state, b"PK\3\4")


def test_a_folder_of_runs(file, tmp_path):
    a, b = (tmp_path / "runs" / name for name in ("a", "b"))
    for run in (a, b):
        run.mkdir(parents=True)
        (run / "state.pt").touch()
    assert "holds no weights yet" in refusal(a)
    files = [run / "generator.safetensors" for run in (a, b)]
    for run in files:
        run.write_bytes(file.read_bytes())
    assert weights.load(a).id == weights.load(tmp_path).id == weights.load(file).id
    assert f"give one of them: {files[0]}, {files[1]}." in refusal(tmp_path / "runs")
    assert "no weights file" in refusal(tmp_path / "nothing")


SIZES = [-1, 0, 10**12, 10**30, 1e3, None, [4], "4", "x" * 10**5]


@pytest.mark.parametrize(
    "name, config",
    [
        ("../../etc", {}),
        ("report", {"wings": 2}),
        ("report", {"num_classes": 3}),
        ("vae", {"z_dim": 10**12}),
        ("compact", {"z_dim": 10**12}),
        *(("report", {"z_dim": z_dim}) for z_dim in SIZES),
    ],
)
def test_contents_that_do_not_fit(tmp_path, monkeypatch, name, config):
    network = Generator(z_dim=4)
    network.config = config
    monkeypatch.setattr(weights, "name_of", lambda _: name)
    weights.save(tmp_path / "x.safetensors", "report", network, {})
    tracemalloc.start()
    assert "is damaged" in refusal(tmp_path / "x.safetensors")
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("kind", [torch.float64, torch.int64, torch.bool])
def test_tensors_of_another_type(tmp_path, kind):
    network = Generator(z_dim=1)
    network.embed = torch.nn.Module()
    network.embed.register_buffer("weight", torch.zeros(10, 1).to(kind))
    weights.save(tmp_path / "x.safetensors", "report", network, {})
    assert "is damaged" in refusal(tmp_path / "x.safetensors")


def test_the_prefix_of_parallel_training_is_refused(tmp_path, monkeypatch):
    network = torch.nn.DataParallel(Generator(z_dim=4))
    network.config = network.module.config
    monkeypatch.setattr(weights, "name_of", lambda _: "report")
    weights.save(tmp_path / "x.safetensors", "report", network, {})
    assert "is damaged" in refusal(tmp_path / "x.safetensors")


@pytest.mark.parametrize("directions", [torch.ones(3, 5), torch.ones(2, 4)])
def test_directions_that_do_not_fit(tmp_path, directions):
    weights.save(tmp_path / "x.safetensors", "report", Generator(z_dim=4), {}, directions)
    assert "is damaged" in refusal(tmp_path / "x.safetensors")


def test_weights_of_a_failed_run(tmp_path):
    network = Generator(z_dim=4)
    weights.save(tmp_path / "x.safetensors", "report", network, {}, torch.full((3, 4), torch.nan))
    assert "not finite" in refusal(tmp_path / "x.safetensors")
    network.dense.bias.data[5] = float("nan")
    weights.save(tmp_path / "x.safetensors", "report", network, {})
    assert "not finite" in refusal(tmp_path / "x.safetensors")


def test_files_with_false_claims_take_no_memory(file):
    whole = file.read_bytes()
    tracemalloc.start()
    for claim in (10**6, 10**12, 2**63, 2**64 - 1):
        assert "is damaged" in refusal(file, claim.to_bytes(8, "little") + b" " * 10**6)
    file.write_bytes(whole)
    os.truncate(file, 10**12)  # takes next to nothing on the disk
    assert "is damaged" in refusal(file)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_weights_are_found_by_name_and_path(file, monkeypatch):
    ours = weights.load(file)
    assert weights.find(ours) is ours and weights.find(None) is weights.shipped()
    assert weights.find("vae") is weights.shipped("vae")
    monkeypatch.chdir(file.parent)
    for path in (file, str(file), file.name, "./small.safetensors"):
        assert weights.find(path).id == ours.id
    with pytest.raises(BadInput, match="no weights 'nonsense'.*compact.*report"):
        weights.find("nonsense")
    for path in ("nonsense.safetensors", "runs/nonsense"):
        with pytest.raises(BadInput, match=f"no weights file {path}"):
            weights.find(path)
    for other in (3, ours.network, {"path": file}):
        with pytest.raises(BadInput, match="weights must be a path, a name or Weights, not"):
            weights.find(other)


def test_generators_are_found_in_files_folders_and_runs(file, tmp_path):
    run = tmp_path / "runs" / "mine"
    run.mkdir(parents=True)
    (run / "generator.safetensors").write_bytes(file.read_bytes())
    assert list(weights.load_generators([file])) == ["small"]
    assert list(weights.load_generators([run])) == ["mine"]
    assert list(weights.load_generators([run / "generator.safetensors"])) == ["mine"]
    assert list(weights.load_generators([file.parent])) == ["small"]
    assert list(weights.load_generators([file, run])) == ["small"]  # the same weights
    other = tmp_path / "other"
    other.mkdir()
    weights.save(other / "small.safetensors", "report", Generator(z_dim=3), {})
    both = list(weights.load_generators([file, other]).items())
    assert [name for name, _ in both] == ["small", f"small {both[1][1].id}"]
    assert list(weights.load_generators([tmp_path / "runs"])) == ["mine"]
    with pytest.raises(BadInput, match="no generator in"):
        weights.load_generators([weights.SHIPPED / "judge.safetensors"])
    with pytest.raises(BadInput, match="no weights file"):
        weights.load_generators([tmp_path / "nothing"])


def test_the_names_of_shipped_weights_are_theirs(tmp_path):
    digest = weights.save(tmp_path / "compact.safetensors", "report", Generator(z_dim=3), {})
    found = weights.load_generators([tmp_path, weights.SHIPPED])
    assert f"compact {digest[:12]}" in found and found["compact"].id == weights.shipped().id
    assert "judge" not in found


def test_loading_imports_no_compiler():
    code = "import sys; from cgan import weights; weights.shipped(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=weights.SHIPPED.parent, capture_output=True, text=True
    )
    assert "cgan.weights" in done.stdout.split() and "torch._dynamo" not in done.stdout.split()
