"""Train a judge: a classifier of real digits, by which `python -m cgan.measure.evaluate` measures generated ones.

python -m cgan.measure.judge                                                        # weights/judge.safetensors
python -m cgan.measure.judge --seed 1 --width 24 --out weights/judge-2.safetensors  # the second, to check the first
"""

import math
import time
from pathlib import Path

import torch
from torch.nn.functional import affine_grid, cross_entropy, grid_sample
from tqdm import tqdm

from cgan import data, weights
from cgan.cli import add_threads, command, exit_with_a_sentence, whole_number_option
from cgan.files import digest
from cgan.measure import metrics
from cgan.networks.judge import Judge

BATCH_SIZE = 128
LR, WEIGHT_DECAY = 0.004, 0.02  # the highest rate; it rises over a fifth of the run, then falls to nothing


def parse_args(argv=None):
    parser = command(__doc__)
    add, at_least_1 = parser.add_argument, whole_number_option(1, 10**6)
    add(
        "--data",
        default=data.DEFAULT_ROOT,
        help="folder of MNIST, downloaded there if missing (default: %(default)s)",
    )
    add("--out", type=Path, default=weights.SHIPPED / "judge.safetensors", help="(default: %(default)s)")
    add("--seed", type=whole_number_option(0, 2**32 - 1), default=0, help="(default: 0)")
    add("--width", type=at_least_1, default=32, help="channels of the first layer (default: 32)")
    add("--epochs", type=at_least_1, default=15, help="passes over the training images (default: 15)")
    add_threads(add)
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    torch.set_num_threads(options.threads)
    images, labels = data.load(options.data)
    test_images, test_labels = data.load(options.data, train=False)
    options.out.parent.mkdir(parents=True, exist_ok=True)

    start = time.monotonic()
    judge = train(images, labels, options.seed, options.width, options.epochs, len(test_images))
    seconds = time.monotonic() - start

    features, digits = look(judge, test_images)
    keep_reference(judge, features, test_labels)
    accuracy = 100 * (digits == test_labels).double().mean().item()
    provenance = {
        "options": {name: value for name, value in vars(options).items() if name not in ("data", "out")},
        "epochs": options.epochs,
        "seconds": round(seconds),
        "data_digest": digest([images, labels]),
        "test_accuracy": round(accuracy, 2),
        "versions": weights.versions(),
    }
    weights.save(options.out, "judge", judge, provenance)
    print(f"{options.epochs} epochs took {seconds / 60:.1f} min: {options.out}")
    print(f"{accuracy:.2f} % of the {len(test_images)} test images are read right.")


def train(images, labels, seed, width, epochs, reference_size=0, description="judge"):
    """A Judge that learned from uint8 (N, 28, 28) images and their digits (N,), in evaluation mode.

    The same arguments give the same weights on one machine with one number of threads.
    """
    with torch.random.fork_rng(devices=[]):  # PyTorch's layers can draw their first weights from nowhere else
        torch.manual_seed(seed)
        judge = Judge(width, reference_size).to(memory_format=torch.channels_last)
    steps = epochs * data.steps_of_epoch(images, BATCH_SIZE)
    optimizer = torch.optim.AdamW(judge.parameters(), LR, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=steps + 1, pct_start=0.2)
    rng = data.random_stream(seed, "noise", 0)
    batches = data.batches(images, labels, BATCH_SIZE, seed)

    for _ in tqdm(range(steps), description, unit=" steps", leave=False, mininterval=1):
        x, y = next(batches)
        loss = cross_entropy(judge(augment(x, rng)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return judge.requires_grad_(False).eval()


def augment(x, rng):
    """Images (N, 1, 28, 28) in [-1, 1], each turned by up to 12 degrees, scaled by up to 12 % and shifted by
    up to 2.5 pixels; what comes into view is background."""
    angle, scale_x, scale_y, shift_x, shift_y = torch.rand(5, len(x), generator=rng) * 2 - 1
    angle, scale_x, scale_y = angle * math.radians(12), 1 + 0.12 * scale_x, 1 + 0.12 * scale_y
    row_x = [scale_x * angle.cos(), -scale_x * angle.sin(), shift_x * 2.5 / 14]
    row_y = [scale_y * angle.sin(), scale_y * angle.cos(), shift_y * 2.5 / 14]
    theta = torch.stack(row_x + row_y, dim=1).view(-1, 2, 3)  # (N, 2, 3)
    where = affine_grid(theta, x.shape, align_corners=False)  # (N, 28, 28, 2)
    # grid_sample fills with 0, so background is made 0 and back; rounding may step over the bounds.
    return grid_sample(x + 1, where, align_corners=False).sub(1).clamp(-1, 1)


@torch.no_grad()
def look(judge, images):
    """What a judge sees in uint8 (N, 28, 28) images: features, float (N, 128), and digits, int64 (N,)."""
    features = torch.cat([judge.features(data.to_float(chunk)) for chunk in images.split(100)])
    return features, judge.logits(features).argmax(dim=1)


def keep_reference(judge, features, labels):
    """Put into the judge what it sees in the real test set: features (R, 128), and the digits (R,)."""
    mean, cov = metrics.moments(features)
    judge.reference_features.copy_(features)
    judge.reference_labels.copy_(labels)
    judge.reference_mean.copy_(mean)
    judge.reference_cov.copy_(cov)


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
