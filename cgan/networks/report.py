"""The course report's pair of networks, layer by layer as printed there.

Shapes: N images in a batch, Z = z_dim.
"""

import torch
from torch import nn

from cgan.networks.mixture import lookup


class Generator(nn.Module):
    """Draw digits from noise. z is multiplied by a learned vector for the digit."""

    def __init__(self, num_classes=10, z_dim=100):
        super().__init__()
        self.config = {"num_classes": num_classes, "z_dim": z_dim}
        self.embed = nn.Embedding(num_classes, z_dim)
        self.dense = nn.Linear(z_dim, 7 * 7 * 256)
        self.trans1 = block(nn.ConvTranspose2d(256, 128, 3, stride=2, padding=1, output_padding=1))
        self.trans2 = block(nn.ConvTranspose2d(128, 64, 3, stride=1, padding=1))
        self.trans3 = nn.Sequential(
            nn.ConvTranspose2d(64, 1, 3, stride=2, padding=1, output_padding=1),
            nn.Tanh(),
        )

    def forward(self, z, y):
        h = lookup(self.embed, y) * z  # (N, Z)
        h = self.dense(h).view(-1, 256, 7, 7)  # (N, 256, 7, 7)
        h = self.trans1(h)  # (N, 128, 14, 14)
        h = self.trans2(h)  # (N, 64, 14, 14)
        return self.trans3(h)  # (N, 1, 28, 28)


class Discriminator(nn.Module):
    """Score how much each image looks like a real one of the given digit: one logit per image.

    The digit selects a learned image, stacked on x as a second channel.
    x: float (N, 1, 28, 28) in [-1, 1]. y: int64 (N,). Returns float (N,).
    The report's network ends in a sigmoid; here that is part of the loss (losses.py).
    """

    def __init__(self, num_classes=10):
        super().__init__()
        self.embed = nn.Embedding(num_classes, 28 * 28)
        self.conv1 = nn.Sequential(nn.Conv2d(2, 64, 3, stride=2, padding=1), nn.LeakyReLU())
        self.conv2 = block(nn.Conv2d(64, 64, 3, stride=2, padding=1))
        self.conv3 = block(nn.Conv2d(64, 128, 3, stride=2, padding=0))
        self.dense = nn.Sequential(nn.Flatten(), nn.Linear(3 * 3 * 128, 1))

    def forward(self, x, y):
        h = torch.cat([x, self.embed(y).view_as(x)], dim=1)  # (N, 2, 28, 28)
        h = self.conv1(h)  # (N, 64, 14, 14)
        h = self.conv2(h)  # (N, 64, 7, 7)
        h = self.conv3(h)  # (N, 128, 3, 3)
        return self.dense(h).squeeze(1)  # (N,)


def block(convolution):
    """Append BatchNorm and LeakyReLU to a convolution."""
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels), nn.LeakyReLU())
