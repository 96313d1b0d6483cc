"""Files made to do harm: refused with a sentence within a second and 200 MB, and nothing in them is run."""

import json
import os
import random
import struct
import time
import tracemalloc
import zipfile
from io import BytesIO

import pytest
import safetensors.torch
import torch

import train
from cgan import data, run, weights
from cgan.cli import BadInput, exit_with_a_sentence
from cgan.networks.report import Generator
from cgan.recipes import build
from cgan.state import load_state, save_state, seal

SOAK = pytest.param(10_000, marks=pytest.mark.soak)
ALL_REFUSED = "refused with a sentence, but for those that only say something else; nothing executed"


def refused(load, *arguments):
    """The sentence of the refusal, which is quick."""
    start = time.process_time()
    with pytest.raises(BadInput) as refusal:
        load(*arguments)
    assert time.process_time() - start < 1 and "\n" not in str(refusal.value)
    return str(refusal.value)


def mutate(content, chosen):
    """Bytes like `content`, changed in one of the ways that discs, downloads and enemies have."""
    content = bytearray(content)
    place, length = chosen.randrange(len(content)), chosen.choice([1, 2, 8, 100, 4000])
    noise = chosen.choice([bytes(length), b"\xff" * length, chosen.randbytes(length)])
    match chosen.randrange(6):
        case 0:
            content[place] ^= 1 << chosen.randrange(8)
        case 1:
            content[place : place + length] = noise
        case 2:
            content[place:place] = noise
        case 3:
            del content[place : place + length]
        case 4:
            del content[place:]
        case 5:
            content[place : place + length] = content[chosen.randrange(len(content)) :][:length]
    return bytes(content)


@pytest.fixture
def small(tmp_path):
    """A weights file of 70 kB."""
    generator = Generator(z_dim=1)
    weights.save(tmp_path / "small.safetensors", "report", generator, {"epochs": 0})
    return tmp_path / "small.safetensors"


@pytest.mark.parametrize("count", [150, SOAK])
def test_mutated_weights(small, count, withstood):
    whole, chosen = small.read_bytes(), random.Random(1)
    header = 8 + int.from_bytes(whole[:8], "little")
    for i in range(count):
        half = header if i % 2 else len(whole)  # half of them in the header
        changed = mutate(whole[:half], chosen) + whole[half:]
        if changed != whole:
            small.write_bytes(changed)
            assert "small.safetensors" in refused(weights.load, small)
    withstood(f"{count:,} damaged weights files", ALL_REFUSED)


def save(folder, anything):
    """As a state.pt, rightly sealed."""
    content = BytesIO()
    torch.save(anything, content)
    (folder / "state.pt").write_bytes(seal(content.getvalue()))


@pytest.fixture
def state(tmp_path):
    """A state.pt that is small and whole."""
    parts = {"G": torch.nn.Linear(3, 3).state_dict()}
    about = {"options": {"lr": 0.1}, "data_digest": "0", "step": 1, "seconds": 1.0, "previews": []}
    save_state(tmp_path, about | {"log": [{"step": 1, "seconds": 0.1, "g": 1.0}], "parts": parts})
    return tmp_path / "state.pt"


@pytest.mark.parametrize("count", [150, SOAK])
def test_mutated_states(state, count, withstood):
    assert load_state(state.parent)["step"] == 1
    whole, chosen = state.read_bytes(), random.Random(2)
    for i in range(count):
        if i % 2:  # an enemy also mends the seal
            changed = mutate(whole[:-64], chosen)
            state.write_bytes(seal(changed))
            try:
                load_state(state.parent)  # that, too, can be a state: of other numbers
            except BadInput as error:
                assert "state.pt is" in str(error) and "\n" not in str(error)
        elif (changed := mutate(whole, chosen)) != whole:
            state.write_bytes(changed)
            assert "state.pt is damaged" in refused(load_state, state.parent)
    withstood(f"{count:,} damaged training states, half of them sealed anew", ALL_REFUSED)


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def test_nothing_in_a_state_is_called(tmp_path):
    for mischief in (Call(os.mkdir, str(tmp_path / "made")), Call(bytearray, 10**10)):
        save(tmp_path, {"format": mischief})
        assert "state.pt is damaged" in refused(load_state, tmp_path)
    assert not (tmp_path / "made").exists()


def test_a_state_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state/data.pkl", bytes(50_000_000))
    (tmp_path / "state.pt").write_bytes(seal(content.getvalue()))
    tracemalloc.start()
    assert "state.pt is damaged" in refused(load_state, tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_states_of_other_shapes(tmp_path):
    for other in ([], {}, {"format": 1}, {"format": "1"}, None, torch.zeros(3)):
        save(tmp_path, other)
        assert "state.pt is damaged" in refused(load_state, tmp_path)


@pytest.mark.parametrize(
    "forged",
    [
        {"step": -1},
        {"seconds": float("nan")},
        {"cpu_seconds": "long"},
        {"log": [{"step": 1, "seconds": 0.1}, {"step": 2}]},
        {"log": [{"step": 1, "seconds": float("inf")}]},
        {"log": [1]},
        {"previews": [torch.zeros(2, 2)]},
        {"previews": ["x"]},
    ],
)
def test_a_state_with_what_no_run_has(state, forged):
    save_state(state.parent, load_state(state.parent) | forged)
    assert "state.pt is damaged" in refused(load_state, state.parent)


@pytest.mark.parametrize(
    "forged",
    [
        {"epochs": "many"},
        {"epochs": -1},
        {"batch_size": [16]},
        {"lr": {}},
        {"model": "nonsense"},
        {"model": "compact"},
        {"set": 5},
        {"set": ["G=__import__"]},
        {"threads": 0},
        {"device": "abacus"},
        {"processes": 0},
        {"epoch": 2},
        {"out": "elsewhere"},
        {7: 7},
    ],
)
def test_a_state_with_options_that_cannot_be(mnist, tmp_path, capsys, forged):
    out = ["--out", str(tmp_path)]
    train.main(["--model", "report", "--data", str(mnist), "--epochs", "1", "--threads", "1", *out])
    state = load_state(tmp_path)
    save_state(tmp_path, state | {"options": state["options"] | forged})
    with pytest.raises(SystemExit, match="2"), exit_with_a_sentence():
        train.main(["--resume", *out])
    assert "Traceback" not in capsys.readouterr().err
    assert set(load_state(tmp_path)["options"]) == set(state["options"] | forged)


def test_a_state_of_other_networks(state, tmp_path):
    recipe = build("report", 0)
    sentence = refused(run.Run, tmp_path, recipe, {"model": "report"}, "0", load_state(tmp_path))
    assert "state.pt is damaged or not a training state" in sentence


def test_files_far_too_large_are_not_read(small, state, mnist):
    images = mnist / "MNIST" / "raw" / "train-images-idx3-ubyte"
    for file in (small, state, images):
        os.truncate(file, 10**12)  # of a disk, next to nothing
    tracemalloc.start()
    assert "larger than" in refused(weights.load, small)
    assert "state.pt is damaged" in refused(load_state, state.parent)
    assert "train-images" in refused(data.load, mnist)
    with open(images, "r+b") as file:  # as long as it says, and yet
        file.write(struct.pack(">4i", 0x803, 2_000_000, 28, 28))
    os.truncate(images, 16 + 2_000_000 * 784)
    assert "more than 1,000,000 images" in refused(data.load, mnist)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_weights_with_claims(small):
    for claim in (10**6, 10**12, 2**63, 2**64 - 1):
        small.write_bytes(claim.to_bytes(8, "little") + b" " * 10**6)
        assert "not a .safetensors file" in refused(weights.load, small)
    for depth in range(880, 1000, 4):  # around the depth that Python takes
        about = {"format": 1, "model": "report", "config": {}, "digest": "", "seal": ""}
        text = json.dumps(about | {"provenance": {}}, sort_keys=True).replace("{}", "[" * depth + "]" * depth)
        small.write_bytes(safetensors.torch.save({"a": torch.ones(1)}, {"cgan": text}))
        refused(weights.load, small)


@pytest.mark.parametrize("kind", [torch.float64, torch.int64, torch.bool, torch.uint8, torch.complex64])
def test_weights_of_another_type_of_number(tmp_path, kind):
    network = Generator(z_dim=1)
    network.embed = torch.nn.Module()
    network.embed.register_buffer("weight", torch.zeros(10, 1).to(kind))
    try:
        weights.save(tmp_path / "x.safetensors", "report", network, {})
    except KeyError:
        pytest.skip("this release of safetensors writes no such numbers")
    assert "not what a report network is made of" in refused(weights.load, tmp_path / "x.safetensors")


@pytest.mark.parametrize("z_dim", [-1, 0, 2**31, 10**30, 1e3, None, True, [4], {}, "x" * 10**5])
def test_weights_of_impossible_sizes(tmp_path, z_dim):
    for model in ("report", "compact"):
        network = Generator(z_dim=4)
        network.config = {"z_dim": z_dim}
        weights.save(tmp_path / "x.safetensors", model, network, {})
        refused(weights.load, tmp_path / "x.safetensors")


@pytest.mark.parametrize("shape", [(2**31, 28, 28), (40, 2**16, 2**16), (39, 28, 28), (0, 28, 28)])
def test_an_idx_file_that_claims_other_sizes(mnist, shape):
    path = mnist / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(struct.pack(">4I", 0x803, *shape) + path.read_bytes()[16:])
    assert "train-images-idx3-ubyte cannot be used" in refused(data.load, mnist)


@pytest.mark.parametrize("count", [100, SOAK])
def test_mutated_idx_files(mnist, count, withstood):
    chosen = random.Random(3)
    path = mnist / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    whole = path.read_bytes()
    for _ in range(count):
        path.write_bytes(mutate(whole, chosen))
        try:
            data.load(mnist)  # other digits are digits, too
        except BadInput as error:
            assert "cannot be used" in str(error) or "labels for" in str(error)
    withstood(f"{count:,} damaged files of MNIST", ALL_REFUSED)


def test_a_gzip_bomb_beside_nothing_is_not_unpacked(tmp_path, monkeypatch):
    """torchvision takes a .gz only if it is the one that it knows, by its MD5."""
    import gzip

    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(10**7)))
    monkeypatch.setattr("torchvision.datasets.MNIST.mirrors", ["http://127.0.0.1:9/"])
    assert "could not be downloaded" in refused(data.load, tmp_path)
    assert not (raw / "train-images-idx3-ubyte").exists()
