"""Train the judge: a classifier of real digits, which measures generated ones.

python -m cgan.measure.judge --data data    # weights/judge.safetensors, in about ten minutes
"""

import math

import torch
from torch.nn.functional import affine_grid, cross_entropy, grid_sample
from tqdm import tqdm

from cgan import weights
from cgan.cli import add_threads, command, friendly_errors, versions
from cgan.files import digest
from cgan.learn import data
from cgan.measure import metrics
from cgan.networks.judge import Judge

SEED, WIDTH, EPOCHS = 0, 32, 15
BATCH_SIZE, WEIGHT_DECAY = 128, 0.02
LR = 0.004  # at its peak, after a fifth of the run; it then falls to 0


def main(argv=None):
    parser, default = command(__doc__), weights.SHIPPED / "judge.safetensors"
    parser.add_argument("--data", default=data.DEFAULT_ROOT, help="folder of MNIST (default: %(default)s)")
    parser.add_argument("--out", default=default, help="file to write (default: %(default)s)")
    add_threads(parser)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    images, labels = data.load(options.data)
    test_images, test_labels = data.load(options.data, train=False)

    judge = train_judge(images, labels, SEED, WIDTH, EPOCHS)
    set_reference(judge, test_images, test_labels)
    accuracy = round(share_right(judge, test_images, test_labels), 2)
    settings = {"seed": SEED, "width": WIDTH, "epochs": EPOCHS, "threads": options.threads}
    provenance = {"options": settings, "data_digest": digest([images, labels]), "test_accuracy": accuracy}
    weights.save(options.out, "judge", judge, provenance | {"versions": versions()})
    print(f"{options.out} reads {accuracy} % of the {len(test_images)} test images right.")


def train_judge(images, labels, seed, width, epochs):
    """Train a Judge on uint8 images (N, 28, 28) and their digits (N,).

    Returns it in evaluation mode, without a reference (`set_reference`).
    """
    with torch.random.fork_rng(devices=[]):  # layers initialise from the global RNG only
        torch.manual_seed(seed)
        judge = Judge(width, reference_size=0).to(memory_format=torch.channels_last)
    steps = epochs * data.steps_per_epoch(images, BATCH_SIZE)
    optimizer = torch.optim.AdamW(judge.parameters(), LR, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=steps + 1, pct_start=0.2)
    rng = data.random_stream(seed, "noise", 0)
    batches = data.batches(images, labels, BATCH_SIZE, seed)

    for _ in tqdm(range(steps), "classifier", unit=" steps", leave=False, mininterval=1):
        x, y = next(batches)
        loss = cross_entropy(judge(augment(x, rng)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return judge.requires_grad_(False).eval()


def augment(x, rng):
    """Rotate images (N, 1, 28, 28) by up to 12 degrees, scale by up to 12 %, shift by up to 2.5 pixels."""
    angle, scale_x, scale_y, shift_x, shift_y = torch.rand(5, len(x), generator=rng) * 2 - 1
    angle, scale_x, scale_y = angle * math.radians(12), 1 + 0.12 * scale_x, 1 + 0.12 * scale_y
    row_x = [scale_x * angle.cos(), -scale_x * angle.sin(), shift_x * 2.5 / 14]
    row_y = [scale_y * angle.sin(), scale_y * angle.cos(), shift_y * 2.5 / 14]
    theta = torch.stack(row_x + row_y, dim=1).view(-1, 2, 3)  # (N, 2, 3)
    where = affine_grid(theta, x.shape, align_corners=False)  # (N, 28, 28, 2)
    # grid_sample fills with 0, so the background is moved to 0 and back; rounding may overstep the range.
    return grid_sample(x + 1, where, align_corners=False).sub(1).clamp(-1, 1)


@torch.no_grad()
def features_and_digits(judge, images):
    """Return the judge's features, float (N, 128), and digits, int64 (N,), for uint8 images (N, 28, 28)."""
    features = torch.cat([judge.features(data.to_float(chunk)) for chunk in images.split(100)])
    return features, judge.logits(features).argmax(dim=1)


def share_right(judge, images, labels):
    """Return the share of uint8 images (N, 28, 28) that the judge reads as their digits (N,), in %."""
    return 100 * (features_and_digits(judge, images)[1] == labels).double().mean().item()


def set_reference(judge, images, labels):
    """Store the features of real test images, uint8 (R, 28, 28), and their digits (R,) in the judge."""
    features, _ = features_and_digits(judge, images)
    judge.config["reference_size"] = len(features)
    judge.reference_features, judge.reference_labels = features.half(), labels.byte()
    judge.reference_mean, judge.reference_cov = metrics.moments(features)


if __name__ == "__main__":
    with friendly_errors():
        main()
