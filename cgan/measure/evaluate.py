"""Measure the quality of generated digits: 10,000 pictures of each generator, beside real ones.

python -m cgan.measure.evaluate runs/compact                       # in about half a minute
python -m cgan.measure.evaluate runs/compact --data data --cas     # all measures, in about five minutes
python -m cgan.measure.evaluate runs/trial --against held-out      # against that folder's test images
"""

import pandas as pd
import torch
from tqdm import tqdm

from cgan import weights
from cgan.cli import add_threads, command, friendly_errors, need
from cgan.draw import images, sampling
from cgan.files import digest, write_atomically
from cgan.learn import data
from cgan.measure import metrics, results
from cgan.measure.judge import features_and_digits, set_reference, share_right, train_judge

PER_DIGIT, SLICES = 1000, 5
CAS_PER_DIGIT, CAS_WIDTH, CAS_EPOCHS = 6000, 16, 6
# All other measures compare with the test images.
OF_TEST_IMAGES = "right", "worst", "specks", "zeros", "faint", "nearest"


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
    if options.sheet and not options.sheet.lower().endswith(".png"):
        parser.error(f"--sheet must end in .png, not {options.sheet}.")
    if options.keep and options.against:
        parser.error("results.json has figures against MNIST's test images; leave out --keep or --against.")
    return options


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    judge = weights.load(weights.SHIPPED / "judge.safetensors")
    models = weights.load_generators(options.files)
    controls, real = results.select(what="control", weights=judge.id), None
    if folder := options.against or options.data:
        real = *data.load(folder), *data.load(folder, train=False)
        if options.against:
            for labels, least in ((real[1], (SLICES - 1) * PER_DIGIT + 2), (real[3], 40)):
                few = f"{folder} has too few images to measure by: {least} of each digit are needed."
                need(labels.bincount(minlength=10).min() >= least, few)
            set_reference(judge.network, *real[2:])
            controls = []
        else:
            known = digest(list(real[:2])) == judge.provenance["data_digest"]
            need(known, f"The judge was trained on other images than those in {folder}; give MNIST's folder.")
        if ("cas" if options.cas else "fd") not in {record["measure"] for record in controls}:
            controls = measure_real(judge, real, options.cas)

    measured = []
    for name, model in tqdm(models.items(), "measuring", unit=" models", leave=False):
        trained_on, mnist = (w.provenance.get("data_digest") for w in (model, judge))
        if trained_on != mnist and not options.against:
            print(f"{name} was trained on other images than MNIST's; the judge knows MNIST's digits only.")
        measured += measure_model(model, judge, controls, real, options.cas, what="weights", name=name)
    print(results.table(measured + controls).T.to_string())
    if options.sheet:
        write_atomically(options.sheet, images.png(sheet(next(iter(models.values())), *real[2:])))
    if options.keep:
        results.keep(measured + controls)


def draw_set(model, per_digit):
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


def measure(pictures, labels, judge, train_images=None):
    """Measure uint8 pictures (N, 28, 28) that should show the digits `labels` (N,): {measure: value}.

    right, worst, specks, zeros and faint are in per cent; nearest is the median Euclidean distance to the
    nearest training image, pixels from -1 to 1. Measures that need labels are left out where those are -1.
    """
    features, digits = features_and_digits(judge, pictures)
    moments, real_moments = metrics.moments(features), (judge.reference_mean, judge.reference_cov)
    measures = {"fd": metrics.frechet_distance(*moments, *real_moments)}
    if labels[0] >= 0:
        measures |= readings(digits, labels)
        real = judge.reference_features, judge.reference_labels
        measures["class_fd"] = metrics.within_class_frechet_distance(*real, features, labels)
    measures |= metrics.precision_recall_coverage(judge.reference_features, features)
    measures["specks"] = 100 * metrics.specks(pictures)
    measures["zeros"] = 100 * (pictures == 0).double().mean().item()
    measures["faint"] = 100 * ((pictures > 0) & (pictures <= 8)).double().mean().item()
    if train_images is not None:
        queries, others = (data.to_float(x).flatten(1) for x in (pictures, train_images))
        measures["nearest"] = metrics.nearest_distances(queries, others).median().item()
    return measures


def readings(digits, labels):
    """Return how many of the digits (N,) equal the labels (N,), in per cent: of all, and of the worst."""
    right = 100 * (digits == labels).double()
    worst = min(right[labels == digit].mean().item() for digit in labels.unique())
    return {"right": right.mean().item(), "worst": worst}


def measure_model(model, judge, controls, real=None, cas=False, **about):
    """Draw 10,000 pictures and measure them. Return records.

    With `cas`, also draw 60,000 to train classifiers on, and count the right digits among these.

    controls: records of real images; without them there are no ratios to the floor. real: training images
    and labels, test images and labels; without them `nearest` is left out.
    """
    about["weights"] = model.id
    pictures, labels = draw_set(model, PER_DIGIT)
    measures = measure(pictures, labels, judge.network, real and real[0])
    floor = {r["measure"]: r["value"] for r in controls if r["name"] == "real, training"}
    for distance in {"fd", "class_fd"} & floor.keys() & measures.keys():
        measures[f"{distance}_ratio"] = measures[distance] / floor[distance]
    made = []
    if cas and model.conditional:  # a classifier cannot learn from pictures without labels
        many, their_labels = draw_set(model, CAS_PER_DIGIT)
        more_exact = readings(features_and_digits(judge.network, many)[1], their_labels)
        made += results.make(more_exact, **about, images=len(many))
        made += classification_accuracy(many, their_labels, *real[2:], **about)
        measures = {name: value for name, value in measures.items() if name not in more_exact}
    return results.make(measures, **about, images=len(labels)) + made


def measure_real(judge, real, cas):
    """Return the records of real images: the mean of five slices of the training images, and the test images.

    The slices' Frechet distances are the floor: how far apart two sets of real images are.
    """
    images, labels, *test = real
    about = {"what": "control", "name": "real, training", "weights": judge.id}
    slices = [slice_of(labels, i) for i in range(SLICES)]
    rows = pd.DataFrame([measure(images[i], labels[i], judge.network) for i in slices])
    for distance in ("fd", "class_fd"):
        rows[f"{distance}_ratio"] = rows[distance] / rows[distance].mean()
    made = results.make(rows.mean(), rows.std(), **about, images=len(slices[0]))
    if cas:
        made += classification_accuracy(*real, **about)
    measures = measure(*test, judge.network, images)
    measures = {name: measures[name] for name in OF_TEST_IMAGES}
    return made + results.make(measures, **{**about, "name": "real, test"}, images=len(test[0]))


def slice_of(labels, i):
    """Return the indices of the i-th thousand of each digit among the labels (N,)."""
    of_digit = [(labels == digit).nonzero().view(-1) for digit in range(10)]
    return torch.cat([index[i * PER_DIGIT : (i + 1) * PER_DIGIT] for index in of_digit])


def classification_accuracy(pictures, labels, test_images, test_labels, **about):
    """Train 3 classifiers on these pictures alone; record the share of test digits they read right, in %.

    The classification accuracy score (CAS) of Ravuri and Vinyals 2019.
    """
    classifiers = [train_judge(pictures, labels, seed, CAS_WIDTH, CAS_EPOCHS) for seed in range(3)]
    scores = pd.Series([share_right(classifier, test_images, test_labels) for classifier in classifiers])
    return results.make({"cas": scores.mean()}, {"cas": scores.std()}, **about, images=len(labels))


def sheet(model, test_images, test_labels, size=20):
    """Return size x size real test images beside as many drawn ones, sorted by digit, black on white."""
    of_each = size * size // 10
    real = torch.cat([test_images[test_labels == digit][:of_each] for digit in range(10)])
    halves = [pictures.view(size, size, 28, 28) for pictures in (real, draw_set(model, of_each)[0])]
    halves.insert(1, torch.full((size, 1, 28, 28), 40, dtype=torch.uint8))  # a gap
    return images.on_background(images.grid(torch.cat(halves, dim=1).flatten(0, 1), 2 * size + 1), "white")


if __name__ == "__main__":
    with friendly_errors():
        main()
