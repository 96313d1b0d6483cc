"""The compact pair of networks: 0.9 million parameters each; G takes 10.5 million multiplications per image.

Shapes: N images in a batch, Z = z_dim. Linear layers read and write (7, 7, C), the memory order of
channels_last, so nothing is copied between them and the convolutions.
"""

from contextlib import nullcontext

import torch
from torch import nn
from torch.nn.functional import leaky_relu_, linear, normalize, pad, pixel_shuffle, unfold

from cgan.cli import need
from cgan.networks.mixture import lookup

SLOPE = 0.2  # of LeakyReLU below 0, applied in place to save a pass over memory


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
    """Draw digits from noise. The digit is appended to z and conditions every BatchNorm.

    output_scale: 1 to 2. tanh only approaches -1 and 1; a scale above 1, clamped, reaches black and white.
    support: 0 to 1. Above 0, isolated ink is removed (`without_specks`).
    """

    def __init__(self, num_classes=10, z_dim=64, output_scale=1, support=0):
        super().__init__()
        need(1 <= output_scale <= 2, "output_scale must be from 1 to 2.")
        need(0 <= support <= 1, "support must be from 0 to 1.")
        self.output_scale, self.support = output_scale, support
        self.config = {"num_classes": num_classes, "z_dim": z_dim}
        # The config is part of the weights' digest, and older weights lack these two.
        if output_scale != 1:
            self.config["output_scale"] = output_scale
        if support != 0:
            self.config["support"] = support
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
        x = self.output_scale * torch.tanh(upsample(self.up2(h)))  # (N, 1, 28, 28)
        picture = without_specks(x.detach().clamp(-1, 1), self.support)  # (N, 1, 28, 28)
        # Straight-through: the values of the picture with the gradient of x, whatever was clamped or removed.
        return x + (picture - x.detach()) if x.requires_grad else picture


def upsample(h):
    """Rearrange every four channels as a square of pixels: (N, 4 * C, H, W) -> (N, C, 2 * H, 2 * W).

    A convolution followed by this is a sub-pixel convolution (Shi et al. 2016). It does the work of a
    transposed convolution at the lower resolution, where it runs faster.
    """
    return pixel_shuffle(h, 2).contiguous(memory_format=torch.channels_last)


def without_specks(x, support):
    """Remove isolated ink from images x (N, 1, H, W) in [-1, 1]: no stroke is that small and faint.

    Each pixel's ink, from 0 to 1, is multiplied by a gate that opens linearly as the ink in the 3 x 3 pixels
    around it, its own included, grows from `support` to 3 * `support`.
    """
    if support == 0:
        return x
    ink = (x + 1) / 2
    h = pad(ink, [1] * 4)  # (N, 1, H + 2, W + 2); sums of three by row, then by column: faster than pooling
    h = h[..., :-2] + h[..., 1:-1] + h[..., 2:]  # (N, 1, H + 2, W)
    around = h[..., :-2, :] + h[..., 1:-1, :] + h[..., 2:, :]  # (N, 1, H, W)
    return ink * ((around - support) / (2 * support)).clamp(0, 1) * 2 - 1


class Discriminator(nn.Module):
    """Score how much each image looks like a real one of the given digit: one logit per image.

    Conditioned by projection (Miyato and Koyama 2018): the digit's vector is added to the weights of the last
    layer. There is no normalisation, so a logit depends on its own image only.
    x: float (N, 1, 28, 28) in [-1, 1]. y: int64 (N,). Returns float (N,).
    """

    def __init__(self, num_classes=10):
        super().__init__()
        self.half_inside = False  # whether the layers after the first compute in bfloat16
        self.conv1 = nn.Conv2d(1, 32, 4, stride=2, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 4, stride=2, padding=1)
        self.conv3 = nn.Conv2d(64, 128, 3, padding=1)
        self.dense = nn.Linear(7 * 7 * 128, 128)
        self.logit = nn.Linear(128, 1)
        self.embed = nn.Embedding(num_classes, 128)

    def forward(self, x, y):
        return self.logits(self.features(x), y)  # (N,)

    def features(self, x):
        # A convolution with one input channel is faster as a matrix product of the patches it sees.
        patches = unfold(x, 4, padding=1, stride=2).transpose(1, 2)  # (N, 14 * 14, 4 * 4)
        h = linear(patches, self.conv1.weight.flatten(1), self.conv1.bias)  # (N, 14 * 14, 32)
        h = leaky_relu_(h, SLOPE).unflatten(1, (14, 14)).permute(0, 3, 1, 2)  # (N, 32, 14, 14)
        with torch.autocast(h.device.type, torch.bfloat16) if self.half_inside else nullcontext():
            h = leaky_relu_(self.conv2(h), SLOPE)  # (N, 64, 7, 7)
            h = leaky_relu_(self.conv3(h), SLOPE)  # (N, 128, 7, 7)
            h = self.dense(h.permute(0, 2, 3, 1).flatten(1))  # (N, 128)
        return leaky_relu_(h.to(x.dtype), SLOPE)  # (N, 128)

    def logits(self, h, y):
        return self.logit(h).squeeze(1) + (self.embed(y) * h).sum(1)  # (N,)
