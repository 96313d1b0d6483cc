"""The variational auto-encoder: 784-512-256-z and back, fully connected (Kingma and Welling 2014).

Shapes: N images in a batch, Z = z_dim, C = 10 if the network is conditional, else 0.
"""

import torch
from torch import nn
from torch.nn.functional import one_hot, relu


class AutoEncoder(nn.Module):
    """An encoder from images to normal distributions of z, and a decoder, which is the generator.

    Without `conditional`, y is ignored.
    """

    def __init__(self, z_dim=2, conditional=False):
        super().__init__()
        self.config = {"z_dim": z_dim, "conditional": conditional}
        self.num_classes = 10 if conditional else 0
        self.encode1 = nn.Linear(784 + self.num_classes, 512)
        self.encode2 = nn.Linear(512, 256)
        self.mean = nn.Linear(256, z_dim)
        self.log_var = nn.Linear(256, z_dim)
        self.decode1 = nn.Linear(z_dim + self.num_classes, 256)
        self.decode2 = nn.Linear(256, 512)
        self.decode3 = nn.Linear(512, 784)

    def encode(self, x, y):
        """Return the mean and log variance of z, given images x (N, 1, 28, 28)."""
        h = self.with_digit(x.flatten(1), y)  # (N, 784 + C)
        h = relu(self.encode1(h))  # (N, 512)
        h = relu(self.encode2(h))  # (N, 256)
        return self.mean(h), self.log_var(h)  # (N, Z), (N, Z)

    def decode(self, z, y):
        """Return the logit of each pixel's probability of being ink."""
        h = self.with_digit(z, y)  # (N, Z + C)
        h = relu(self.decode1(h))  # (N, 256)
        h = relu(self.decode2(h))  # (N, 512)
        return self.decode3(h)  # (N, 784)

    def forward(self, z, y):
        # The report's sigmoid, rescaled to [-1, 1]: 2 * sigmoid(logit) - 1 = tanh(logit / 2).
        return torch.tanh(self.decode(z, y) / 2).view(-1, 1, 28, 28)  # (N, 1, 28, 28)

    def with_digit(self, h, y):
        """Append the digit, one-hot, to h (N, F) if the network is conditional: (N, F + C)."""
        if not self.num_classes:
            return h
        mixture = y if y.is_floating_point() else one_hot(y, 10).to(h.dtype)  # (N, C)
        return torch.cat([h, mixture], dim=1)
