"""The evaluate command with a tiny judge and data set; the measures detect bad pictures."""

import os
import re

import pytest
import torch
from PIL import Image
from torchvision.transforms.functional import gaussian_blur

from cgan import weights
from cgan.cli import BadInput
from cgan.draw import sampling
from cgan.draw.images import to_uint8
from cgan.files import digest
from cgan.learn import data
from cgan.measure import evaluate, judge, results


def blots(n, seed):
    """Images of ten classes, each a blot of ink in a place of its own, which varies a little."""
    rng = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 10
    images = torch.zeros(n, 28, 28, dtype=torch.uint8)
    for i, (shift, ink) in enumerate(torch.randint(3, (n, 2), generator=rng).tolist()):
        row, column = divmod(int(labels[i]), 4)
        images[i, 4 + 7 * row + shift :, 2 + 6 * column :][:4, :4] = 150 + 50 * ink
    return images, labels


TRAIN, TEST = blots(1000, seed=1), blots(400, seed=2)
REPORT = weights.SHIPPED / "report.safetensors"


@pytest.fixture(scope="module")
def weights_folder(tmp_path_factory):
    """A weights folder with a judge of the blots."""
    folder = tmp_path_factory.mktemp("weights")
    network = judge.train_judge(*TRAIN, seed=0, width=4, epochs=4)
    judge.set_reference(network, *TEST)
    weights.save(folder / "judge.safetensors", "judge", network, {"data_digest": digest(list(TRAIN))})
    return folder


@pytest.fixture
def run(weights_folder, monkeypatch, tmp_path, capsys):
    """run(*argv) -> what the command prints."""
    monkeypatch.setattr(weights, "SHIPPED", weights_folder)
    monkeypatch.setattr(results, "PATH", tmp_path / "results.json")
    monkeypatch.setattr(data, "load", lambda root, train=True: TRAIN if train else TEST)
    for name, value in {"PER_DIGIT": 20, "CAS_PER_DIGIT": 24, "CAS_EPOCHS": 1}.items():
        monkeypatch.setattr(evaluate, name, value)

    def run(*argv):
        evaluate.main([str(REPORT), "--threads", "1", *map(str, argv)])
        return capsys.readouterr().out

    return run


@pytest.mark.soak
def test_measures_are_printed_and_kept_only_when_asked_for(run, weights_folder, tmp_path):
    printed = run()
    assert "digit right, %" in printed and "specks" in printed and "floor" not in printed
    assert not results.PATH.exists()

    printed = run("--data", "x", "--cas", "--keep")
    for text in ("x floor", "nearest training image", "CAS", "±", "real, training", "real, test"):
        assert text in printed
    written = results.PATH.read_bytes()
    assert run("--data", "x", "--cas", "--keep") == printed and results.PATH.read_bytes() == written

    kept = {r["measure"]: r for r in results.select(what="weights")}
    floor = {r["measure"]: r for r in results.select(name="real, training")}
    assert kept["cas"]["images"] == kept["right"]["images"] == 240 and kept["fd"]["images"] == 200
    assert kept["fd_ratio"]["value"] == pytest.approx(kept["fd"]["value"] / floor["fd"]["value"], abs=0.02)
    assert floor["fd"]["spread"] > 0 and floor["fd_ratio"]["value"] == 1
    run("--data", "x", "--sheet", tmp_path / "sheet.png")
    assert Image.open(tmp_path / "sheet.png").size == (41 * 28, 20 * 28)
    assert "x floor" in run()  # without --data, the kept floor is used
    id = weights.load(weights_folder / "judge.safetensors").id
    results.PATH.write_text(results.PATH.read_text().replace(id, "0" * 12))  # a floor by another judge
    assert "x floor" not in run()


def test_against_another_folder(run, monkeypatch):
    usual, same = run("--data", "x"), run("--against", "x")  # the judge knows these test images
    monkeypatch.setattr(data, "load", lambda root, train=True: TRAIN if train else blots(400, seed=3))
    other = run("--against", "held-out")
    distances = [float(re.search(r"distance +([\d.]+)", text)[1]) for text in (usual, same, other)]
    assert distances[0] == pytest.approx(distances[1], rel=0.01) and distances[2] not in distances[:2]
    assert "x floor" in other and not results.PATH.exists()


@pytest.mark.parametrize(
    "argv, sentence",
    [
        ("--cas", "give --data"),
        ("--sheet y.png", "give --data"),
        ("--data z --sheet y.jpg", "must end in .png"),
        ("--against y --keep", "leave out"),
    ],
)
def test_options_that_exclude_each_other_are_refused(argv, sentence, capsys):
    with pytest.raises(SystemExit, match="2"):
        evaluate.main(["x", *argv.split()])
    assert sentence in capsys.readouterr().err


def test_unsuitable_real_images_are_refused(run, monkeypatch):
    monkeypatch.setattr(data, "load", lambda root, train=True: TEST)
    with pytest.raises(BadInput, match="was trained on other images"):
        run("--data", "x")
    with pytest.raises(BadInput, match="too few images .* 82 of each digit"):
        run("--against", "x")


def test_no_two_digits_share_a_hand(report):
    pictures, labels = evaluate.draw_set(report, per_digit=3)
    assert pictures.dtype == torch.uint8 and labels.tolist() == [i // 3 for i in range(30)]
    assert torch.equal(pictures[21:24], to_uint8(sampling.generate([7] * 3, 7, report)))


def test_a_model_that_is_not_conditional_is_measured_without_labels(weights_folder):
    judge = weights.load(weights_folder / "judge.safetensors").network
    measures = evaluate.measure(*evaluate.draw_set(weights.shipped("vae"), per_digit=20), judge)
    assert {"fd", "precision", "specks"} < set(measures)
    assert not {"right", "worst", "class_fd"} & set(measures)


def test_bad_pictures_are_detected(weights_folder):
    """By every measure concerned, real images are best, blurred ones come next, and noise is worst."""
    network = weights.load(weights_folder / "judge.safetensors").network
    images, labels = blots(200, seed=5)
    noise = torch.randint(256, images.shape, generator=torch.Generator().manual_seed(0)).byte()

    def measure(images, labels=labels):
        return evaluate.measure(images, labels, network, train_images=TRAIN[0])

    real, blurred, noisy = measure(images), measure(gaussian_blur(images, 7, 1.0)), measure(noise)
    for name in ("fd", "class_fd", "nearest"):
        assert real[name] < blurred[name] < noisy[name]
    for name in ("precision", "recall", "coverage", "right", "worst"):
        assert real[name] >= blurred[name] >= noisy[name] and real[name] > noisy[name] < 50
    assert noisy["zeros"] < blurred["zeros"] < real["zeros"]
    ink = 100 * 16 / 28**2
    assert real["zeros"] == pytest.approx(100 - ink) and real["faint"] == 0
    assert measure(images // 31)["faint"] == pytest.approx(ink)  # of 4 to 8

    mislabelled = measure(images, (labels + 1) % 10)
    assert {name for name in real if mislabelled[name] != real[name]} == {"right", "worst", "class_fd"}
    assert mislabelled["right"] < 10 < 90 < real["right"]
    assert mislabelled["class_fd"] > 3 * real["class_fd"]


@pytest.mark.soak
@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set")
def test_the_shipped_floor_is_measured_again_on_real_images():
    images, labels = data.load(os.environ["MNIST_DIR"])
    index = evaluate.slice_of(labels, 0)
    measured = evaluate.measure(images[index], labels[index], weights.shipped("judge").network)
    kept = {r["measure"]: r for r in results.select(name="real, training")}
    for name, value in measured.items():  # one of the five slices whose mean was kept
        assert abs(value - kept[name]["value"]) <= 2 * kept[name]["spread"] + 0.01, name
