"""The judge: what it refuses, how it learns, and that the shipped ones read digits."""

import ast
import os
from pathlib import Path

import pytest
import torch

from cgan import data, weights
from cgan.cli import BadInput
from cgan.files import digest
from cgan.measure import judge
from cgan.networks.judge import Judge

ROOT = Path(__file__).parent.parent
SHIPPED = [weights.SHIPPED / f"{name}.safetensors" for name in ("judge", "judge-2")]


def bars(n):
    """Images of ten classes that are told apart at a glance: a bar of ink whose row tells the digit."""
    labels = torch.arange(n) % 10
    images = torch.zeros(n, 28, 28, dtype=torch.uint8)
    for i, digit in enumerate(labels.tolist()):
        images[i, 4 + 2 * digit : 6 + 2 * digit, 6:22] = 255
    return images, labels


@pytest.mark.parametrize("n", [1, 13])
def test_shapes(n):
    network = Judge(width=4, reference_size=0).eval()
    x = torch.rand(n, 1, 28, 28) * 2 - 1
    assert network.features(x).shape == (n, 128)
    assert network(x).shape == (n, 10)
    assert torch.equal(network(x), network.logits(network.features(x)))


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda x: (x + 1) * 127.5, "from -1 to 1, not from"),
        (lambda x: (x + 1) / 2, "background is -1"),
        (lambda x: x * 1.01, "from -1 to 1, not from"),
        (lambda x: x * float("nan"), "not from nan"),
        (lambda x: ((x + 1) * 127.5).byte(), "uint8"),
        (lambda x: x.flatten(1), "N x 1 x 28 x 28"),
        (lambda x: x.squeeze(1), "N x 1 x 28 x 28"),
    ],
)
def test_images_of_another_scale_or_shape_are_refused(change, sentence):
    x = data.to_float(bars(10)[0])
    network = Judge(width=4, reference_size=0).eval()
    network(x)
    with pytest.raises(BadInput, match=sentence):
        network(change(x))


def test_augmented_images_keep_their_range_and_their_background():
    x = data.to_float(bars(50)[0])
    augmented = judge.augment(x, torch.Generator().manual_seed(0))
    assert augmented.shape == x.shape and not torch.equal(augmented, x)
    assert augmented.min() == -1 and augmented.max() <= 1
    assert torch.all(augmented[:, :, 0, 0] == -1)  # what came into view
    ink = (augmented + 1).sum() / (x + 1).sum()
    assert 0.95 < ink < 1.05


def test_training_learns_and_repeats_to_the_bit_and_leaves_the_global_rng_alone():
    images, labels = bars(400)
    before = torch.random.get_rng_state()
    first, second = (judge.train(images, labels, seed=3, width=4, epochs=5) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert digest(first.state_dict()) == digest(second.state_dict())
    features, digits = judge.look(first, images)
    assert (digits == labels).double().mean() > 0.5  # 0.1 is chance


def test_command_writes_a_judge_that_carries_its_reference(tmp_path, monkeypatch, capsys):
    def load(root, train=True):
        return bars(200 if train else 60)

    monkeypatch.setattr(data, "load", load)
    out = tmp_path / "new" / "judge.safetensors"
    judge.main(["--epochs", "1", "--width", "4", "--threads", "1", "--out", str(out)])
    assert "of the 60 test images are read right" in capsys.readouterr().out
    loaded = weights.load(out)
    assert loaded.config == {"width": 4, "reference_size": 60}
    assert loaded.provenance["data_digest"] == digest(list(bars(200)))
    assert "out" not in loaded.provenance["options"] and "data" not in loaded.provenance["options"]
    features, _ = judge.look(loaded.network, bars(60)[0])
    torch.testing.assert_close(loaded.network.reference_features, features.half(), rtol=0, atol=1e-2)
    torch.testing.assert_close(loaded.network.reference_mean, features.double().mean(dim=0))
    torch.testing.assert_close(loaded.network.reference_cov, torch.cov(features.double().T))
    assert loaded.network.reference_labels.tolist() == bars(60)[1].tolist()


def test_nothing_that_trains_a_generator_uses_a_judge_or_a_test_image():
    for file in [
        "train.py",
        *(f"cgan/{name}.py" for name in ("losses", "run", "networks/report", "networks/vae")),
        *(path.relative_to(ROOT) for path in (ROOT / "cgan" / "recipes").glob("*.py")),
    ]:
        source = (ROOT / file).read_text(encoding="utf-8")
        names = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(ast.parse(source))}
        assert "judge" not in source.lower(), file
        assert "test_images" not in names and "train=False" not in source, file


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_judges_know_the_test_set_at_99_5_per_cent(path):
    loaded = weights.load(path)
    network = loaded.network
    assert loaded.provenance["test_accuracy"] >= 99.5
    # The reference alone tells it, too: its features are those of the 10,000 test images, less rounding.
    digits = network.logits(network.reference_features.float()).argmax(dim=1)
    right = 100 * (digits == network.reference_labels).double().mean().item()
    assert right == pytest.approx(loaded.provenance["test_accuracy"], abs=0.02)
    torch.testing.assert_close(
        network.reference_features.double().mean(dim=0), network.reference_mean, atol=1e-3, rtol=0
    )


def test_the_shipped_judges_differ():
    first, second = map(weights.load, SHIPPED)
    assert first.provenance["options"]["seed"] != second.provenance["options"]["seed"]
    assert first.config["width"] != second.config["width"]


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set")
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_judges_read_real_test_images(path):
    loaded = weights.load(path)
    images, labels = data.load(os.environ["MNIST_DIR"], train=False)
    features, digits = judge.look(loaded.network, images[:1000])
    assert (digits == labels[:1000]).double().mean() > 0.99
    torch.testing.assert_close(
        features, loaded.network.reference_features[:1000].float(), atol=0.01, rtol=0.001
    )
