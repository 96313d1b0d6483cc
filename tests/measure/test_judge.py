"""How the judge learns, and that the shipped one reads digits."""

import ast
from pathlib import Path

import pytest
import torch

from cgan import weights
from cgan.files import digest
from cgan.learn import data
from cgan.measure import judge

ROOT = Path(judge.__file__).parents[2]


def bars(n):
    """Images of ten classes, each a bar of ink whose row depends on the digit."""
    labels, at = torch.arange(n) % 10, torch.arange(28)
    is_row = at // 2 == 2 + labels[:, None]  # (n, 28)
    return 255 * (is_row[:, :, None] & (at > 5) & (at < 22)).byte(), labels


def test_augmented_images_keep_their_range_and_background():
    x = data.to_float(bars(50)[0])
    augmented = judge.augment(x, torch.Generator().manual_seed(0))
    assert augmented.shape == x.shape and not torch.equal(augmented, x)
    assert augmented.min() == -1 and augmented.max() <= 1
    assert torch.all(augmented[:, :, 0, 0] == -1)  # what came into view
    assert 0.95 < (augmented + 1).sum() / (x + 1).sum() < 1.05


def test_training_learns_and_repeats_to_the_bit_and_leaves_the_global_rng_alone():
    images, labels = bars(200)
    before = torch.random.get_rng_state()
    first, second = (judge.train_judge(images, labels, seed=3, width=4, epochs=8) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert digest(first.state_dict()) == digest(second.state_dict())
    assert judge.share_right(first, images, labels) > 50  # 10 is chance


def test_command_writes_a_judge_that_carries_its_reference(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(data, "load", lambda root, train=True: bars(200 if train else 60))
    monkeypatch.setattr(judge, "EPOCHS", 1)
    monkeypatch.setattr(judge, "WIDTH", 4)
    judge.main(["--threads", "1", "--out", str(tmp_path / "judge.safetensors")])
    assert "of the 60 test images right" in capsys.readouterr().out
    loaded = weights.load(tmp_path / "judge.safetensors")
    network = loaded.network
    assert loaded.config == {"width": 4, "reference_size": 60}
    assert loaded.provenance["data_digest"] == digest(list(bars(200)))
    features, _ = judge.features_and_digits(network, bars(60)[0])
    torch.testing.assert_close(network.reference_features, features.half(), rtol=0, atol=1e-2)
    torch.testing.assert_close(network.reference_mean, features.double().mean(dim=0))
    torch.testing.assert_close(network.reference_cov, torch.cov(features.double().T))
    assert network.reference_labels.tolist() == bars(60)[1].tolist()


def test_nothing_that_trains_a_generator_uses_a_judge_or_a_test_image():
    networks = [ROOT / "cgan" / "networks" / f"{name}.py" for name in ("report", "compact", "vae")]
    learn = list(ROOT.glob("cgan/learn/**/*.py"))
    assert ROOT / "cgan" / "learn" / "losses.py" in learn
    for file in [ROOT / "train.py", *networks, *learn]:
        source = file.read_text(encoding="utf-8")
        used = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(ast.parse(source))}
        assert "judge" not in source.lower(), file
        assert "test_images" not in used and "train=False" not in source, file


def test_the_shipped_judge_reads_99_5_per_cent_of_the_test_set():
    loaded = weights.shipped("judge")
    network = loaded.network
    assert loaded.provenance["test_accuracy"] >= 99.5
    # Its reference, the rounded features of the 10,000 test images, gives the same accuracy.
    digits = network.logits(network.reference_features.float()).argmax(dim=1)
    right = 100 * (digits == network.reference_labels).double().mean().item()
    assert right == pytest.approx(loaded.provenance["test_accuracy"], abs=0.02)
