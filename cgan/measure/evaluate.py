"""Measure how good generated digits are: 10,000 of them, beside real ones and known bad ones.

python -m cgan.measure.evaluate weights/report.safetensors            # the table; kept in weights/results.json
python -m cgan.measure.evaluate runs/report --data data --cas         # a run folder, and all measures
python -m cgan.measure.evaluate                                       # all that was measured before
"""

import statistics
import sys

import torch
from torchvision.transforms.functional import gaussian_blur

from cgan import data, images, sampling, weights
from cgan.cli import BadInput, add_threads, command, exit_with_a_sentence
from cgan.files import digest, write_atomically
from cgan.images import to_uint8
from cgan.measure import metrics, results
from cgan.measure.judge import look, train

PER_DIGIT = 1000
CAS_PER_DIGIT, CAS_WIDTH, CAS_EPOCHS = 6000, 16, 6


def parse_args(argv=None):
    parser = command(__doc__)
    add = parser.add_argument
    add("files", nargs="*", metavar="FILE", help="weights to measure (default: print what was measured)")
    add("--data", help="folder of MNIST: also measures the distance to the training images, and the controls")
    add("--cas", action="store_true", help="also train 3 classifiers on 60,000 pictures; needs --data")
    add("--json", action="store_true", help="print JSON, not a table")
    add(
        "--sheet",
        metavar="PNG",
        help="also draw 40 real and 40 of the first FILE's of each digit; needs --data",
    )
    add_threads(add)
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    if (options.cas or options.sheet) and not options.data:
        raise BadInput("--cas and --sheet need real digits; give --data the folder of MNIST, too.")
    torch.set_num_threads(options.threads)
    judges = load_judges()
    generators = [file for file in map(weights.load, options.files) if draws(file)]
    mnist = load_mnist(options.data, judges[0]) if options.data else None

    kept = results.of_judges(judges)
    if mnist:
        measure_controls(kept, judges, mnist, options.cas)
    for generator in generators:
        measure_generator(kept, judges, generator, mnist, options.cas)
    progress("")

    if options.sheet and generators and mnist:
        write_atomically(options.sheet, images.png(sheet(generators[0], *mnist[2:])))
    ids = [generator.id for generator in generators] or list(kept["weights"])
    print(results.as_json(kept, ids) if options.json else results.table(kept, ids))
    if not kept["controls"]:
        print("Real images were not measured by this judge yet; --data does it, once.", file=sys.stderr)


def load_judges():
    """The two judges that are shipped: a list of Weights."""
    return [weights.load(weights.SHIPPED / f"{name}.safetensors") for name in results.JUDGES]


def draws(file):
    """Whether a weights file draws digits. One that doesn't, as a judge among weights/*, is passed over."""
    if not file.draws:
        print(f"Passed over: a {file.recipe} draws no digits.", file=sys.stderr)
    return file.draws


def load_mnist(folder, judge):
    """Training images and labels, test images and labels. Raises BadInput if the judge knows others."""
    mnist = *data.load(folder), *data.load(folder, train=False)
    if digest(list(mnist[:2])) != judge.provenance["data_digest"]:
        raise BadInput(f"The judge learned from other images than those in {folder}; give --data the same.")
    return mnist


def measure_generator(kept, judges, generator, mnist, cas):
    """Draw and measure; write it to results.json under the id of the weights."""
    name = f"{generator.recipe} {generator.id}"
    cas = cas and generator.conditional  # there is nothing to be learned from pictures without labels
    images, labels = draw(generator, CAS_PER_DIGIT if cas else PER_DIGIT, name)
    index = slice_of(labels, 0) if cas else slice(None)
    row = mean_and_spread([measure(images[index], labels[index], judges, mnist, name)])
    if cas:
        add_cas(row, images, labels, mnist, name)
    results.keep(kept, "weights", generator.id, {"name": generator.recipe, **row})


def draw(generator, per_digit, name="pictures"):
    """The ten digits, `per_digit` of each, as people see them: uint8 (N, 28, 28) and their labels (N,).

    Each digit has a seed of its own, so that no two digits share a z. Weights that know no digit draw as many
    pictures from the same seeds; their labels are -1.
    """
    images, labels = [], torch.arange(10).repeat_interleave(per_digit)
    for digit in range(10):
        progress(f"{name}: drawing {per_digit * 10:,} pictures, digit {digit}")
        if generator.conditional:
            pictures = sampling.generate([digit] * per_digit, digit, generator)
        else:
            pictures = sampling.unconditional(per_digit, digit, generator)
        images.append(to_uint8(pictures))
    return torch.cat(images), labels if generator.conditional else torch.full_like(labels, -1)


def measure(images, labels, judges, mnist=None, name="pictures"):
    """What the judges see in uint8 images (N, 28, 28) that should show the digits (N,): a dict of floats.

    Where the labels are -1, the measures that need to know the digit are left out.

    "right" and "worst" (the digit that fares worst) are per cent, "nearest" is the median over the images of
    the Euclidean distance to the nearest training image, each pixel from -1 to 1.
    """
    measures = {}
    for suffix, judge in zip(["", "_2"], [judge.network for judge in judges], strict=True):
        progress(f"{name}: shown to judge{suffix}")
        features, digits = look(judge, images)
        if labels[0] >= 0:
            right = (digits == labels).double() * 100
            measures["right" + suffix] = right.mean().item()
            measures["worst" + suffix] = min(right[labels == digit].mean().item() for digit in range(10))
        reference = judge.reference_mean, judge.reference_cov
        measures["fd" + suffix] = metrics.frechet_distance(*metrics.moments(features), *reference)
        if not suffix:
            progress(f"{name}: precision, recall, density, coverage")
            real, real_labels = judge.reference_features, judge.reference_labels
            four = metrics.precision_recall_density_coverage(real, features)
            measures.update(zip(["precision", "recall", "density", "coverage"], four, strict=True))
            if labels[0] >= 0:
                of_class = real, real_labels, features, labels
                measures["class_fd"] = metrics.within_class_frechet_distance(*of_class)
    if mnist:
        measures["nearest"] = nearest(images, mnist[0], name)
    return measures


def nearest(images, train_images, name):
    progress(f"{name}: nearest training images")
    queries, others = (data.to_float(x).flatten(1) for x in (images, train_images))
    return metrics.nearest_distances(queries, others).median().item()


def measure_controls(kept, judges, mnist, cas):
    """Measure what stands beside every model, unless this judge did before; write it to results.json."""
    images, labels, test_images, test_labels = mnist
    slices = [slice_of(labels, i) for i in range(3)]
    first, first_labels = images[slices[0]], labels[slices[0]]
    if "noise" not in kept["controls"]:  # the last to be written
        real = [measure(images[i], labels[i], judges, mnist, "real images") for i in slices]
        results.keep(kept, "controls", "real", {"name": "real, training", **mean_and_spread(real)})
        test = measure(test_images, test_labels, judges, mnist, "test images")
        test = {name: test[name] for name in ("right", "worst", "right_2", "worst_2", "nearest")}
        results.keep(kept, "controls", "test", {"name": "real, test", **mean_and_spread([test])})
        noise = torch.randint(256, first.shape, generator=torch.Generator().manual_seed(0))
        for key, name, control, its_labels in [
            ("blurred", "real, blurred", gaussian_blur(first, kernel_size=7, sigma=1.0), first_labels),
            ("mislabelled", "real, labels wrong", first, (first_labels + 1) % 10),
            ("noise", "noise", noise.byte(), first_labels),
        ]:
            row = mean_and_spread([measure(control, its_labels, judges, mnist, name)])
            results.keep(kept, "controls", key, {"name": name, **row})
    if cas and "cas" not in kept["controls"]["real"]["measures"]:
        row = kept["controls"]["real"]
        add_cas(row, images, labels, mnist, "real images")
        results.keep(kept, "controls", "real", row)


def slice_of(labels, i):
    """Where the i-th thousand of each digit is among the labels (N,): indices (10 * PER_DIGIT,)."""
    return torch.cat(
        [(labels == digit).nonzero().view(-1)[i * PER_DIGIT : (i + 1) * PER_DIGIT] for digit in range(10)]
    )


def add_cas(row, images, labels, mnist, name):
    """Classification accuracy score (Ravuri and Vinyals 2019): how many of the real test digits, in per cent,
    classifiers read right that learned from these images alone. Mean and spread of 3 seeds."""
    progress("")
    scores = []
    for seed in range(3):
        description = f"{name}: classifier {seed + 1} of 3"
        classifier = train(images, labels, seed, CAS_WIDTH, CAS_EPOCHS, description=description)
        scores.append({"cas": 100 * (look(classifier, mnist[2])[1] == mnist[3]).double().mean().item()})
    for part, value in mean_and_spread(scores).items():
        row.setdefault(part, {}).update(value)


def sheet(generator, test_images, test_labels, size=20):
    """An image of `size` rows, as many a digit: `size` real test images, as they come, a gap, drawn ones."""
    of_each = size * size // 10
    real = torch.cat([test_images[test_labels == digit][:of_each] for digit in range(10)])
    drawn = torch.cat([to_uint8(sampling.generate([digit] * of_each, 0, generator)) for digit in range(10)])
    gap = torch.full((size, 1, 28, 28), 255, dtype=torch.uint8)
    rows = [real.view(size, size, 28, 28), gap, drawn.view(size, size, 28, 28)]
    return images.grid(torch.cat(rows, dim=1).flatten(0, 1), 2 * size + 1)


def mean_and_spread(measured):
    """{"measures": the means of dicts of floats} and, of more than one, {"spread": standard deviations}."""
    columns = {name: [measures[name] for measures in measured] for name in measured[0]}
    row = {"measures": {name: statistics.mean(values) for name, values in columns.items()}}
    if len(measured) > 1:
        row["spread"] = {name: statistics.stdev(values) for name, values in columns.items()}
    return row


def progress(text):
    """Say on the terminal what is being done, in the place of what was said before."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
