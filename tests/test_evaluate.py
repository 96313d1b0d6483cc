"""The evaluate command on a tiny judge, generator and MNIST; and the controls that are shipped."""

import json
import os
from types import SimpleNamespace

import pytest
import torch

from cgan import data, sampling, weights
from cgan.cli import BadInput
from cgan.files import digest
from cgan.measure import evaluate, judge, metrics, results
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


TRAIN, TEST = blots(600, seed=1), blots(200, seed=2)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """A weights folder with two judges of the blots, and a generator outside it."""
    folder = tmp_path_factory.mktemp("weights")
    for seed, name in enumerate(results.JUDGES):
        network = judge.train(*TRAIN, seed=seed, width=4, epochs=6, reference_size=len(TEST[0]))
        judge.keep_reference(network, judge.look(network, TEST[0])[0], TEST[1])
        provenance = {"data_digest": digest(list(TRAIN)), "test_accuracy": 99.0}
        weights.save(folder / f"{name}.safetensors", "judge", network, provenance)
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
    results.path().unlink(missing_ok=True)
    return shipped


def run(capsys, *argv):
    evaluate.main(["--threads", "1", *map(str, argv)])
    return capsys.readouterr()


def test_without_mnist_a_file_is_measured_and_kept(folder, capsys):
    out, err = run(capsys, folder / "report.safetensors")
    kept = json.loads(results.path().read_text())
    report = weights.load(folder / "report.safetensors")
    assert list(kept["weights"]) == [report.id]
    row = kept["weights"][report.id]
    assert row["name"] == "report" and "nearest" not in row["measures"]
    assert "digit right, %" in out and f"{row['measures']['fd']:.2f}" in out
    assert "--data" in err  # what is missing, and the way to it


def test_with_mnist_all_is_measured_once_and_repeats(folder, capsys):
    file = folder / "report.safetensors"
    first, _ = run(capsys, file, "--data", "x", "--cas")
    for text in ("times the floor", "nearest training image", "trained on them", "±", "noise"):
        assert text in first
    written = results.path().read_bytes()
    second, _ = run(capsys, file, "--data", "x", "--cas")
    assert second == first and results.path().read_bytes() == written
    results.path().unlink()
    third, _ = run(capsys, file, "--data", "x", "--cas")
    assert third == first and results.path().read_bytes() == written
    again, _ = run(capsys)  # no file: what was measured before
    assert again == first


def test_measures_without_mnist_do_not_erase_those_with_it(folder, capsys):
    file = folder / "report.safetensors"
    run(capsys, file, "--data", "x")
    written = results.path().read_bytes()
    run(capsys, file)
    assert results.path().read_bytes() == written


def test_json_is_the_table(folder, capsys):
    run(capsys, "--data", "x")
    shown = json.loads(run(capsys, folder / "report.safetensors", "--json")[0])
    row = shown["weights"][weights.load(folder / "report.safetensors").id]
    floor = shown["controls"]["real"]["measures"]["fd"]
    assert row["measures"]["fd_times"] == round(row["measures"]["fd"] / floor, 1)
    assert set(shown["controls"]) == {"real", "test", "blurred", "mislabelled", "noise"}


def test_another_judge_starts_anew(folder, capsys):
    run(capsys, "--data", "x")
    kept = json.loads(results.path().read_text())
    kept["judges"]["judge"]["id"] = "0" * 12
    results.path().write_text(json.dumps(kept))
    assert "noise" not in run(capsys, folder / "report.safetensors")[0]


def test_controls_of_a_tiny_mnist_order_as_they_must(folder, capsys):
    run(capsys, "--data", "x")
    check_order(json.loads(results.path().read_text())["controls"], ordinary=90)


@pytest.mark.parametrize(
    "argv, sentence",
    [
        (["--cas"], "give --data"),
        (["nowhere.safetensors"], "no weights file nowhere.safetensors"),
    ],
)
def test_bad_input_is_one_sentence(folder, argv, sentence):
    with pytest.raises(BadInput, match=sentence):
        evaluate.main(argv)


def test_images_that_the_judge_did_not_learn_from_are_refused(folder, monkeypatch):
    monkeypatch.setattr(data, "load", lambda root, train=True: TEST)
    with pytest.raises(BadInput, match="learned from other images"):
        evaluate.main(["--data", "x"])


def test_damaged_results_are_refused(folder):
    for text in ("{", "[]", '{"judges": 1, "controls": {}, "weights": {}}'):
        results.path().write_text(text)
        with pytest.raises(BadInput, match="damaged"):
            evaluate.main([])
    results.path().unlink()


def test_a_judge_among_the_files_is_passed_over(folder, capsys):
    _, err = run(capsys, folder / "judge.safetensors", folder / "report.safetensors")
    assert "a judge draws no digits" in err
    assert len(json.loads(results.path().read_text())["weights"]) == 1


def test_no_two_digits_share_a_z(folder, monkeypatch):
    seeds = []

    def generate(labels, seed, generator):
        seeds.append((set(labels), seed))
        return torch.full((len(labels), 1, 28, 28), -1.0)

    monkeypatch.setattr(sampling, "generate", generate)
    images, labels = evaluate.draw(SimpleNamespace(conditional=True), 3)
    assert images.shape == (30, 28, 28) and images.dtype == torch.uint8
    assert labels.tolist() == [digit for digit in range(10) for _ in range(3)]
    assert seeds == [({digit}, digit) for digit in range(10)]


def check_order(controls, ordinary=99.0):
    """Real images are best and noise is worst by every measure that should see it; a blur is in between."""
    real, blurred, wrong, noise = (
        controls[name]["measures"] for name in ("real", "blurred", "mislabelled", "noise")
    )
    for measure in ("right", "worst", "right_2", "worst_2"):
        assert real[measure] > ordinary and noise[measure] < 50
        assert wrong[measure] < 10  # the only ones, with the next, that see a wrong label
        assert real[measure] >= blurred[measure] >= noise[measure]
    assert wrong["class_fd"] > 3 * real["class_fd"]
    for measure in ("fd", "fd_2", "class_fd"):
        assert real[measure] < blurred[measure] < noise[measure]
    for measure in ("precision", "recall", "density", "coverage"):
        assert real[measure] > blurred[measure] >= noise[measure]
        assert noise[measure] < 0.5
    assert real["nearest"] == wrong["nearest"] == 0 < blurred["nearest"] < noise["nearest"]


def test_the_shipped_controls_order_as_they_must():
    kept = results.load()
    check_order(kept["controls"])
    assert kept["controls"]["test"]["measures"]["nearest"] > 0
    for name, shipped_judge in kept["judges"].items():
        loaded = weights.load(weights.SHIPPED / f"{name}.safetensors")
        assert shipped_judge == {"id": loaded.id, "test_accuracy": loaded.provenance["test_accuracy"]}


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
    four = [metrics.precision_recall_density_coverage(halves[0], fake) for fake in spoilt]
    precisions, _, densities, coverages = zip(*four, strict=True)
    for measures in (precisions, densities, coverages):
        assert list(measures) == sorted(measures, reverse=True)
    noise = torch.randint(256, (200, 28, 28), generator=rng).byte()
    seen = judge.look(network, noise)[0]
    assert metrics.frechet_distance(*metrics.moments(halves[0]), *metrics.moments(seen)) > 20 * distances[0]


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set")
def test_the_shipped_floor_is_measured_again_on_real_images(monkeypatch):
    judges = evaluate.load_judges()
    images, labels = data.load(os.environ["MNIST_DIR"])
    index = evaluate.slice_of(labels, 0)
    measured = evaluate.measure(images[index], labels[index], judges)
    row = results.load()["controls"]["real"]
    for name, spread in row["spread"].items():
        if name in measured:  # one of the three that the mean is of
            assert abs(measured[name] - row["measures"][name]) <= 1.2 * spread + 0.01, name
