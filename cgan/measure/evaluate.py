"""Measure the quality of generated digits: 10,000 pictures of each generator, beside real ones.

python -m cgan.measure.evaluate runs/compact                       # in about half a minute
python -m cgan.measure.evaluate runs/compact --data data --cas     # all measures, in about five minutes
python -m cgan.measure.evaluate runs/trial --against held-out      # against that folder's test images
"""

import statistics
import sys

import torch

from cgan import data, images, sampling, weights
from cgan.cli import add_threads, command, friendly_errors, need
from cgan.files import digest, write_atomically
from cgan.measure import metrics, records
from cgan.measure.judge import look, train

PER_DIGIT, SLICES = 1000, 5
CAS_PER_DIGIT, CAS_WIDTH, CAS_EPOCHS = 6000, 16, 6
OF_MODELS = {"fd", "class_fd", "precision", "recall", "coverage"}  # compare with the test images


def parse_args(argv=None):
    parser = command(__doc__)
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="weights files, run folders, or folders of weights")
    add("--data", metavar="DIR", help="folder of MNIST: also measure the distance to its training images")
    add("--cas", action="store_true", help="also train 3 classifiers on 60,000 pictures")
    add("--against", metavar="DIR", help="compare with the test images in DIR, not with MNIST's")
    add("--keep", action="store_true", help="write the figures to weights/results.json")
    add("--sheet", metavar="PNG", help="draw 400 real digits beside 400 of the first FILE's")
    add_threads(parser)
    options = parser.parse_args(argv)
    if (options.cas or options.sheet) and not (options.data or options.against):
        parser.error("--cas and --sheet need real digits: give --data the folder of MNIST, too.")
    if options.keep and options.against:
        parser.error("results.json has figures against MNIST's test images; leave out --keep or --against.")
    return options


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    judge = weights.load(weights.SHIPPED / "judge.safetensors")
    models = weights.load_generators(options.files)
    controls, real, reference = records.load(what="control", weights=judge.id), None, None
    if options.data or options.against:
        folder = options.against or options.data
        real = *data.load(folder), *data.load(folder, train=False)
    if options.against:
        features, _ = look(judge.network, real[2])
        controls, reference = [], (features, real[3], *metrics.moments(features))
    elif real:
        known = digest(list(real[:2])) == judge.provenance["data_digest"]
        need(known, f"The judge learned from other images than those in {options.data}; give --data MNIST.")
    if real and (not controls or (options.cas and "cas" not in {r["measure"] for r in controls})):
        controls = measure_real(judge, real, reference, options.cas)

    measured = []
    for name, model in models.items():
        about = {"what": "weights", "name": name, "weights": model.id}
        measured += measure_model(model, judge, controls, real, reference, options.cas, **about)
    print(records.table(measured + controls).T.to_string())
    if options.sheet:
        write_atomically(options.sheet, images.png(sheet(next(iter(models.values())), *real[2:])))
    if options.keep:
        records.keep(measured + controls)


def draw(model, per_digit):
    """Draw `per_digit` pictures of each digit: uint8 (N, 28, 28), and their labels (N,).

    Each digit has a seed of its own, so that no two digits share a hand. A model that is not conditional
    draws as many pictures from the same seeds; their labels are -1.
    """
    labels = torch.arange(10).repeat_interleave(per_digit)
    if model.conditional:
        pictures = [sampling.generate([digit] * per_digit, digit, model) for digit in range(10)]
    else:
        pictures = [sampling.unconditional(per_digit, seed, model) for seed in range(10)]
        labels = torch.full_like(labels, -1)
    return images.to_uint8(torch.cat(pictures)), labels


def measure(pictures, labels, judge, reference=None, train_images=None):
    """Measure uint8 pictures (N, 28, 28) that should show the digits `labels` (N,): {measure: value}.

    reference: features, labels, mean and covariance of the real test images; None for MNIST's. right, worst,
    specks, zeros and faint are in per cent; nearest is the median Euclidean distance to the nearest training
    image, pixels from -1 to 1. What needs labels is left out where those are -1.
    """
    features, digits = look(judge, pictures)
    own = judge.reference_features, judge.reference_labels, judge.reference_mean, judge.reference_cov
    real, real_labels, mean, cov = reference or own
    measures = {"fd": metrics.frechet_distance(*metrics.moments(features), mean, cov)}
    if labels[0] >= 0:
        measures |= readings(digits, labels)
        measures["class_fd"] = metrics.within_class_frechet_distance(real, real_labels, features, labels)
    shares = metrics.precision_recall_coverage(real, features)
    measures |= zip(["precision", "recall", "coverage"], shares, strict=True)
    shares = metrics.specks(pictures), *metrics.zeros_and_faint(pictures)
    measures |= zip(["specks", "zeros", "faint"], [100 * share for share in shares], strict=True)
    if train_images is not None:
        queries, others = (data.to_float(x).flatten(1) for x in (pictures, train_images))
        measures["nearest"] = metrics.nearest_distances(queries, others).median().item()
    return measures


def readings(digits, labels):
    """Return the share of digits (N,) that equal `labels`, over all and for the worst label, in %."""
    right = (digits == labels).double() * 100
    by_digit = [right[labels == digit].mean().item() for digit in labels.unique()]
    return {"right": right.mean().item(), "worst": min(by_digit)}


def measure_model(model, judge, controls, real=None, reference=None, cas=False, **about):
    """Draw pictures and return the records of a model. With `cas`, right and worst are of 60,000 pictures."""
    print(f"Measuring {about['name']} {model.id}", file=sys.stderr, flush=True)
    cas = cas and model.conditional  # a classifier cannot learn from pictures without labels
    pictures, labels = draw(model, CAS_PER_DIGIT if cas else PER_DIGIT)
    first = slice_of(labels, 0) if cas else slice(None)
    measures = measure(pictures[first], labels[first], judge.network, reference, real and real[0])
    floor = {r["measure"]: r["value"] for r in controls if r["name"] == "real, training"}
    for distance in {"fd", "class_fd"} & floor.keys() & measures.keys():
        measures[f"{distance}_ratio"] = measures[distance] / floor[distance]
    made = records.make(measures, **about, images=len(labels[first]))
    if cas:
        measures = readings(look(judge.network, pictures)[1], labels)
        made = [record for record in made if record["measure"] not in measures]
        made += records.make(measures, **about, images=len(labels))
        made += classification_accuracy(pictures, labels, real, **about)
    return made


def measure_real(judge, real, reference, cas):
    """Return the records of real images: the mean of five slices of the training images, and the test images.

    The slices' Frechet distances are the floor: how far apart two sets of real images are.
    """
    print("Measuring real images", file=sys.stderr, flush=True)
    train_images, train_labels, test_images, test_labels = real
    slices = [slice_of(train_labels, i) for i in range(SLICES)]
    rows = [measure(train_images[i], train_labels[i], judge.network, reference) for i in slices]
    about = {"what": "control", "name": "real, training", "weights": judge.id}
    means = {name: statistics.mean(row[name] for row in rows) for name in rows[0]}
    spread = {name: statistics.stdev(row[name] for row in rows) for name in rows[0]}
    means |= {"fd_ratio": 1, "class_fd_ratio": 1}
    spread |= {f"{name}_ratio": spread[name] / means[name] for name in ("fd", "class_fd")}
    made = records.make(means, **about, images=len(slices[0]), spread=spread)
    if cas:
        made += classification_accuracy(train_images, train_labels, real, **about)
    test = measure(test_images, test_labels, judge.network, reference, train_images)
    test = {name: value for name, value in test.items() if name not in OF_MODELS}
    return made + records.make(test, **{**about, "name": "real, test"}, images=len(test_images))


def slice_of(labels, i):
    """Return the indices of the i-th thousand of each digit among the labels (N,)."""
    of_digit = [(labels == digit).nonzero().view(-1) for digit in range(10)]
    return torch.cat([index[i * PER_DIGIT : (i + 1) * PER_DIGIT] for index in of_digit])


def classification_accuracy(pictures, labels, real, **about):
    """Train 3 classifiers on these pictures alone; record the share of test digits they read right, in %.

    The classification accuracy score (CAS) of Ravuri and Vinyals 2019.
    """
    scores = []
    for seed in range(3):
        classifier = train(pictures, labels, seed, CAS_WIDTH, CAS_EPOCHS, description=f"CAS, {seed + 1} of 3")
        scores.append(readings(look(classifier, real[2])[1], real[3])["right"])
    spread = {"cas": statistics.stdev(scores)}
    return records.make({"cas": statistics.mean(scores)}, **about, images=len(labels), spread=spread)


def sheet(model, test_images, test_labels, size=20):
    """Return an image of size x size real test images beside as many drawn ones, in order of their digits."""
    of_each = size * size // 10
    real = torch.cat([test_images[test_labels == digit][:of_each] for digit in range(10)])
    halves = [pictures.view(size, size, 28, 28) for pictures in (real, draw(model, of_each)[0])]
    halves.insert(1, torch.full((size, 1, 28, 28), 255, dtype=torch.uint8))  # a gap
    return images.grid(torch.cat(halves, dim=1).flatten(0, 1), 2 * size + 1)


if __name__ == "__main__":
    with friendly_errors():
        main()
