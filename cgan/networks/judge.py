"""The judge: a classifier whose answers and features measure generated digits. The page uses it, too.

Shapes: N images in a batch, W = width, R = reference_size.
"""

import torch
from torch import nn
from torch.nn.functional import relu

from cgan.cli import need

FEATURES = 128


class Judge(nn.Module):
    """Classify images and compute 128 features of each. Holds the features of R real test images.

    x: float (N, 1, 28, 28) in [-1, 1], from background to ink; another range raises BadInput.
    Features are the last hidden layer before its ReLU, standardised over the training images, so distances
    between features have the same unit for every judge.
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
        # Stored in the weights file, so measuring needs no MNIST.
        self.register_buffer("reference_features", torch.zeros(reference_size, FEATURES, dtype=torch.half))
        self.register_buffer("reference_labels", torch.zeros(reference_size, dtype=torch.uint8))
        self.register_buffer("reference_mean", torch.zeros(FEATURES, dtype=torch.double))
        self.register_buffer("reference_cov", torch.zeros(FEATURES, FEATURES, dtype=torch.double))

    def forward(self, x):
        return self.logits(self.features(x))  # (N, 10)

    def features(self, x):
        need(len(x) == 0 or x.abs().max() <= 1, "The judge takes images from -1 to 1; scale yours to that.")
        h = self.conv1(x)  # (N, W, 14, 14)
        h = self.conv2(h)  # (N, 2W, 7, 7)
        h = self.conv3(h)  # (N, 4W, 3, 3)
        h = self.dense(h.flatten(1))  # (N, 128)
        return self.standardise(h)  # (N, 128)

    def logits(self, features):
        """Return the logits (N, 10) for features (N, 128)."""
        return self.classify(relu(features))  # (N, 10)


def _block(channels_in, channels_out):
    convolution = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels_out), nn.ReLU(), nn.MaxPool2d(2))
