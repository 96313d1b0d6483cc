"""The evaluate command on a tiny judge, generator and MNIST; and that the measures notice bad pictures."""

import os
import re
from types import SimpleNamespace

import pytest
import torch
from torchvision.transforms.functional import gaussian_blur

from cgan import data, sampling, weights
from cgan.cli import BadInput
from cgan.files import digest
from cgan.measure import evaluate, judge, metrics, records
from cgan.networks.report import Generator


def blots(n, seed):
    """Images of ten classes: each has a blot of ink of its own, in a place that varies a little."""
    rng = torch.Generator().manual_seed(seed)
    labels = torch.arange(n) % 10
    images = torch.zeros(n, 28, 28, dtype=torch.uint8)
    for i, (shift, ink) in enumerate(torch.randint(3, (n, 2), generator=rng).tolist()):
        row, column = divmod(int(labels[i]), 4)
        images[i, 4 + 7 * row + shift :, 2 + 6 * column :][:4, :4] = 150 + 50 * ink
    return images, labels


TRAIN, TEST = blots(1000, seed=1), blots(200, seed=2)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """A weights folder with a judge of the blots, and an untrained generator."""
    folder = tmp_path_factory.mktemp("weights")
    network = judge.train(*TRAIN, seed=0, width=4, epochs=4, reference_size=len(TEST[0]))
    judge.keep_reference(network, judge.look(network, TEST[0])[0], TEST[1])
    provenance = {"data_digest": digest(list(TRAIN)), "test_accuracy": 99.0}
    weights.save(folder / "judge.safetensors", "judge", network, provenance)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        weights.save(folder / "report.safetensors", "report", Generator(z_dim=4), {})
    return folder


@pytest.fixture
def folder(shipped, monkeypatch):
    monkeypatch.setattr(weights, "SHIPPED", shipped)
    monkeypatch.setattr(data, "load", lambda root, train=True: TRAIN if train else TEST)
    monkeypatch.setattr(evaluate, "PER_DIGIT", 20)
    monkeypatch.setattr(evaluate, "CAS_PER_DIGIT", 24)
    monkeypatch.setattr(evaluate, "CAS_EPOCHS", 1)
    records.path().unlink(missing_ok=True)
    return shipped


def run(capsys, *argv):
    evaluate.main(["--threads", "1", *map(str, argv)])
    return capsys.readouterr().out


def test_a_measurement_is_printed_and_leaves_the_checkout_clean(folder, capsys):
    before = sorted(folder.iterdir())
    printed = run(capsys, folder / "report.safetensors")  # as unlike a digit as pictures can be
    assert "digit right, %" in printed and "specks" in printed and "floor" not in printed
    assert sorted(folder.iterdir()) == before


def test_all_measures_are_kept_when_asked_for_and_repeat(folder, capsys):
    file = folder / "report.safetensors"
    printed = run(capsys, file, "--data", "x", "--cas", "--keep")
    for text in ("x floor", "nearest training image", "CAS", "±", "real, training", "real, test"):
        assert text in printed
    written = records.path().read_bytes()
    assert run(capsys, file, "--data", "x", "--cas", "--keep") == printed
    assert records.path().read_bytes() == written

    id = weights.load(file).id
    kept = {r["measure"]: r for r in records.load(weights=id)}
    floor = {r["measure"]: r for r in records.load(name="real, training")}
    assert kept["right"]["images"] == kept["cas"]["images"] == 240 and kept["fd"]["images"] == 200
    assert kept["fd_ratio"]["value"] == pytest.approx(kept["fd"]["value"] / floor["fd"]["value"], abs=0.02)
    assert floor["fd"]["spread"] > 0 and floor["fd_ratio"]["value"] == 1
    assert "x floor" in run(capsys, file)  # the kept floor serves where there is no --data


def test_figures_by_another_judge_are_not_used(folder, capsys):
    run(capsys, folder / "report.safetensors", "--data", "x", "--keep")
    text = records.path().read_text().replace(weights.load(folder / "judge.safetensors").id, "0" * 12)
    records.path().write_text(text)
    assert "real, training" not in run(capsys, folder / "report.safetensors")


def test_against_another_folder(folder, capsys, monkeypatch):
    file = folder / "report.safetensors"
    usual = run(capsys, file, "--data", "x")
    same = run(capsys, file, "--against", "x")  # the test images that the judge knows, looked at again
    held_out = blots(100, seed=3)
    monkeypatch.setattr(data, "load", lambda root, train=True: TRAIN if train else held_out)
    other = run(capsys, file, "--against", "held-out")
    distances = [re.search(r"Frechet distance +([\d.]+)", printed)[1] for printed in (usual, same, other)]
    assert float(distances[0]) == pytest.approx(float(distances[1]), rel=0.01)
    assert distances[2] not in distances[:2]
    assert "x floor" in other and not records.path().exists()


def test_a_sheet(folder):
    image = evaluate.sheet(weights.load(folder / "report.safetensors"), *blots(400, seed=6))
    assert image.size == (41 * 28, 20 * 28) and image.getpixel((20 * 28 + 14, 14)) == 255  # the gap


@pytest.mark.parametrize(
    "argv, sentence",
    [
        (["x", "--cas"], "give --data"),
        (["x", "--sheet", "y.png"], "give --data"),
        (["x", "--against", "y", "--keep"], "leave out"),
    ],
)
def test_options_that_do_not_go_together(folder, argv, sentence, capsys):
    with pytest.raises(SystemExit, match="2"):
        evaluate.main(argv)
    assert sentence in capsys.readouterr().err


def test_images_that_the_judge_did_not_learn_from_are_refused(folder, monkeypatch):
    monkeypatch.setattr(data, "load", lambda root, train=True: TEST)
    with pytest.raises(BadInput, match="learned from other images"):
        evaluate.main([str(folder), "--data", "x"])


def test_no_two_digits_share_a_hand(monkeypatch):
    seeds = []

    def generate(labels, seed, model):
        seeds.append((set(labels), seed))
        return torch.full((len(labels), 1, 28, 28), -1.0)

    monkeypatch.setattr(sampling, "generate", generate)
    images, labels = evaluate.draw(SimpleNamespace(conditional=True), 3)
    assert images.shape == (30, 28, 28) and images.dtype == torch.uint8
    assert labels.tolist() == [digit for digit in range(10) for _ in range(3)]
    assert seeds == [({digit}, digit) for digit in range(10)]


def test_a_model_that_knows_no_digits_is_measured_without_them(folder, monkeypatch):
    pictures = blots(200, seed=4)[0]
    monkeypatch.setattr(sampling, "unconditional", lambda n, seed, model: data.to_float(pictures[:n]))
    network = weights.load(folder / "judge.safetensors").network
    images, labels = evaluate.draw(SimpleNamespace(conditional=False), 20)
    measures = evaluate.measure(images, labels, network)
    assert {"fd", "precision", "coverage", "specks"} < set(measures)
    assert not {"right", "worst", "class_fd"} & set(measures)


def test_bad_pictures_are_noticed(folder):
    """Real images are best and noise is worst by every measure that should see it; a blur is in between."""
    network = weights.load(folder / "judge.safetensors").network
    images, labels = blots(200, seed=5)
    noise = torch.randint(256, images.shape, generator=torch.Generator().manual_seed(0)).byte()

    def measure(images, labels=labels):
        return evaluate.measure(images, labels, network, train_images=TRAIN[0])

    real, blurred, noise = measure(images), measure(gaussian_blur(images, 7, 1.0)), measure(noise)
    for name in ("fd", "class_fd", "nearest"):
        assert real[name] < blurred[name] < noise[name]
    for name in ("precision", "recall", "coverage", "right", "worst"):
        assert real[name] >= blurred[name] >= noise[name] and real[name] > noise[name] < 50
    assert noise["zeros"] < blurred["zeros"] < real["zeros"]

    mislabelled = measure(images, (labels + 1) % 10)
    changed = {name for name in real if mislabelled[name] != real[name]}
    assert changed == {"right", "worst", "class_fd"}
    assert mislabelled["right"] < 10 < 90 < real["right"]
    assert mislabelled["class_fd"] > 3 * real["class_fd"]


def test_the_shipped_reference_judges_itself_as_real_and_noise_as_noise():
    """Without MNIST: halves of the test set's own features, as they are and spoilt more and more."""
    network = weights.load(weights.SHIPPED / "judge.safetensors").network
    features = network.reference_features.float()
    rng = torch.Generator().manual_seed(0)
    halves = features[torch.randperm(len(features), generator=rng)[:4000]].chunk(2)
    spoilt = [halves[1] + s * torch.randn(halves[1].shape, generator=rng) for s in (0.0, 0.3, 1.0, 3.0)]
    distances = [
        metrics.frechet_distance(*metrics.moments(halves[0]), *metrics.moments(fake)) for fake in spoilt
    ]
    assert distances == sorted(distances)
    shares = [metrics.precision_recall_coverage(halves[0], fake) for fake in spoilt]
    for measures in ([share[0] for share in shares], [share[2] for share in shares]):
        assert measures == sorted(measures, reverse=True)
    noise = torch.randint(256, (200, 28, 28), generator=rng).byte()
    seen = judge.look(network, noise)[0]
    assert metrics.frechet_distance(*metrics.moments(halves[0]), *metrics.moments(seen)) > 20 * distances[0]


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set")
def test_the_shipped_floor_is_measured_again_on_real_images():
    network = weights.load(weights.SHIPPED / "judge.safetensors").network
    images, labels = data.load(os.environ["MNIST_DIR"])
    index = evaluate.slice_of(labels, 0)
    measured = evaluate.measure(images[index], labels[index], network)
    kept = {r["measure"]: r for r in records.load(name="real, training")}
    for name, value in measured.items():  # one of the five that the mean is of
        assert abs(value - kept[name]["value"]) <= 2 * kept[name]["spread"] + 0.01, name
