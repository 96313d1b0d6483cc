"""A classifier of real digits, whose answers and features measure generated ones.

Shapes: N pictures in a batch, W = width, R = reference_size.
"""

import torch
from torch import nn
from torch.nn.functional import relu

from cgan.cli import BadInput

FEATURES = 128


class Judge(nn.Module):
    """Pictures to logits and to 128 features, with what it sees in the R images of the real test set.

    x: float (N, 1, 28, 28) in [-1, 1], from background to ink; anything else raises BadInput.
    The features are the last hidden layer before its ReLU, each with mean 0 and variance 1 over the images it
    learned from: so the unit of a distance between features does not depend on the judge.
    """

    def __init__(self, width=32, reference_size=10_000):
        super().__init__()
        self.config = {"width": width, "reference_size": reference_size}
        self.conv1 = _block(1, width)
        self.conv2 = _block(width, 2 * width)
        self.conv3 = _block(2 * width, 4 * width)
        self.dense = nn.Linear(3 * 3 * 4 * width, FEATURES, bias=False)
        self.standardise = nn.BatchNorm1d(FEATURES, affine=False)
        self.classify = nn.Linear(FEATURES, 10)
        # The weights file carries these, so that measuring needs no MNIST.
        self.register_buffer("reference_features", torch.zeros(reference_size, FEATURES, dtype=torch.half))
        self.register_buffer("reference_labels", torch.zeros(reference_size, dtype=torch.uint8))
        self.register_buffer("reference_mean", torch.zeros(FEATURES, dtype=torch.double))
        self.register_buffer("reference_cov", torch.zeros(FEATURES, FEATURES, dtype=torch.double))

    def forward(self, x):
        return self.logits(self.features(x))  # (N, 10)

    def features(self, x):
        check_images(x)
        h = self.conv1(x)  # (N, W, 14, 14)
        h = self.conv2(h)  # (N, 2W, 7, 7)
        h = self.conv3(h)  # (N, 4W, 3, 3)
        h = self.dense(h.flatten(1))  # (N, 128)
        return self.standardise(h)  # (N, 128)

    def logits(self, features):
        """The ten logits (N, 10) that belong to features (N, 128)."""
        return self.classify(relu(features))  # (N, 10)


def check_images(x):
    """Raises BadInput unless x is float (N, 1, 28, 28) in [-1, 1] with some background in it.

    A classifier answers images of another scale without complaint, and wrongly.
    """
    if x.dim() != 4 or x.shape[1:] != (1, 28, 28) or not x.is_floating_point():
        raise BadInput(
            f"The judge takes images as float N x 1 x 28 x 28, not {x.dtype} {' x '.join(map(str, x.shape))}."
        )
    if len(x) == 0:
        return
    low, high = x.min().item(), x.max().item()
    if not -1 <= low <= high <= 1:  # nor if they are not numbers
        raise BadInput(f"The judge takes images from -1 to 1, not from {low:g} to {high:g}.")
    if low > -0.5:
        raise BadInput(
            f"The judge takes images whose background is -1; the darkest value here is {low:g}, "
            "as in images from 0 to 1. Scale them by x * 2 - 1."
        )


def _block(channels_in, channels_out):
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
