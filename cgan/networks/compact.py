"""The compact pair of networks: 0.9 million parameters each; G takes 10.5 million multiplications an image.

Shapes: N images in a batch, Z = z_dim. Linear layers read and write (7, 7, C), the memory order of
channels_last, so nothing is copied between them and the convolutions.
"""

import torch
from torch import nn
from torch.nn.functional import leaky_relu_, normalize, pixel_shuffle

from cgan.networks.mixture import lookup

SLOPE = 0.2  # of LeakyReLU below 0, computed in place to save a pass over memory


class ConditionalBatchNorm(nn.Module):
    """BatchNorm with a gain and a bias for each digit (Dumoulin et al. 2017, equation 5)."""

    def __init__(self, num_classes, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.gain = nn.Embedding(num_classes, channels)
        self.bias = nn.Embedding(num_classes, channels)
        nn.init.ones_(self.gain.weight)
        nn.init.zeros_(self.bias.weight)

    def forward(self, h, y):
        gain, bias = lookup(self.gain, y), lookup(self.bias, y)  # (N, C)
        if self.training:
            h = self.norm(h)
        else:  # fold the fixed statistics into gain and bias: one pass over h instead of two
            gain = gain * (self.norm.running_var + self.norm.eps).rsqrt()
            bias = bias - gain * self.norm.running_mean
        return torch.addcmul(bias[:, :, None, None], gain[:, :, None, None], h)  # (N, C, H, W)


class Generator(nn.Module):
    """Draw digits from noise. The digit enters beside z and in every BatchNorm.

    output_scale: tanh only approaches -1 and 1; a scale above 1, clamped, reaches black and white.
    """

    def __init__(self, num_classes=10, z_dim=64, output_scale=1):
        super().__init__()
        self.config = {"num_classes": num_classes, "z_dim": z_dim}
        if output_scale != 1:  # the config is part of the weights' digest, older ones lack this
            self.config["output_scale"] = output_scale
        self.output_scale = output_scale
        self.embed = nn.Embedding(num_classes, z_dim)
        self.dense = nn.Linear(2 * z_dim, 7 * 7 * 128)
        self.norm1 = ConditionalBatchNorm(num_classes, 128)
        self.up1 = nn.Conv2d(128, 4 * 48, 1)
        self.norm2 = ConditionalBatchNorm(num_classes, 48)
        self.conv1 = nn.Conv2d(48, 48, 3, padding=1)
        self.norm3 = ConditionalBatchNorm(num_classes, 48)
        self.conv2 = nn.Conv2d(48, 48, 3, padding=1)
        self.norm4 = ConditionalBatchNorm(num_classes, 48)
        self.up2 = nn.Conv2d(48, 4 * 1, 3, padding=1)

    def forward(self, z, y):
        digit = normalize(lookup(self.embed, y)) * z.shape[1] ** 0.5  # (N, Z), about as long as z
        h = self.dense(torch.cat([z, digit], dim=1))  # (N, 7 * 7 * 128)
        h = h.view(-1, 7, 7, 128).permute(0, 3, 1, 2)  # (N, 128, 7, 7)
        h = leaky_relu_(self.norm1(h, y), SLOPE)  # (N, 128, 7, 7)
        h = upsample(self.up1(h))  # (N, 48, 14, 14)
        h = leaky_relu_(self.norm2(h, y), SLOPE)  # (N, 48, 14, 14)
        h = leaky_relu_(self.norm3(self.conv1(h), y), SLOPE)  # (N, 48, 14, 14)
        h = leaky_relu_(self.norm4(self.conv2(h), y), SLOPE)  # (N, 48, 14, 14)
        x = torch.tanh(upsample(self.up2(h)))  # (N, 1, 28, 28)
        return x if self.output_scale == 1 else clamp(self.output_scale * x)  # (N, 1, 28, 28)


def upsample(h):
    """Turn every four channels into the four pixels of a square: (N, 4 * C, H, W) -> (N, C, 2 * H, 2 * W).

    With the convolution before it, a sub-pixel convolution (Shi et al. 2016): the work of a transposed
    convolution, done at the lower resolution, where it runs faster.
    """
    return pixel_shuffle(h, 2).contiguous(memory_format=torch.channels_last)


def clamp(x):
    """Clamp x to [-1, 1] and pass gradients through unchanged, also where it is clamped."""
    return x + (x.clamp(-1, 1) - x).detach()


class Discriminator(nn.Module):
    """Score how much an image looks like a real one of the given digit: one logit each.

    Conditioned by projection (Miyato and Koyama 2018): the digit's vector is added to the weights of the last
    layer. There is no normalisation, so a logit depends on its own image only.
    x: float (N, 1, 28, 28) in [-1, 1]. y: int64 (N,). Returns float (N,).
    """

    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)
        self.dense = nn.Linear(7 * 7 * 128, 128)
        self.logit = nn.Linear(128, 1)
        self.embed = nn.Embedding(num_classes, 128)

    def forward(self, x, y):
        return self.logits(self.features(x), y)  # (N,)

    def features(self, x):
        h = leaky_relu_(self.conv1(x), SLOPE)  # (N, 32, 14, 14)
        h = leaky_relu_(self.conv2(h), SLOPE)  # (N, 64, 7, 7)
        h = leaky_relu_(self.conv3(h), SLOPE)  # (N, 128, 7, 7)
        h = h.permute(0, 2, 3, 1).flatten(1)  # (N, 7 * 7 * 128)
        return leaky_relu_(self.dense(h), SLOPE)  # (N, 128)

    def logits(self, h, y):
        return self.logit(h).squeeze(1) + (self.embed(y) * h).sum(1)  # (N,)
