"""The verifier: a network that tells whether two digits were written by the same person.

It learns from the names of MNIST's writers, which no generator sees, so it can judge generators.
Shapes: N images in a batch, E = 64 numbers that describe the handwriting.
"""

import io

import numpy as np
import torch
from torch import nn
from torch.nn.functional import normalize, pad, relu
from tqdm import tqdm

from cgan.files import digest, write_atomically
from cgan.learn import data
from cgan.measure.qmnist import learned_from

SEEDS, STEPS = 3, 3000
LR, WEIGHT_DECAY = 0.003, 0.02
WRITERS, PICTURES = 24, 6  # a batch holds so many writers, and so many pictures by each
TEMPERATURE = 0.1


class Verifier(nn.Module):
    """Describe the handwriting of digits, so that the product of two descriptions is their similarity.

    x: float (N, 1, 28, 28) in [-1, 1]. y: int64 (N,). Returns float (N, E), each row of length 1.
    """

    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            *_block(1, 24, 5, stride=2), *_block(24, 24), *_block(24, 48, stride=2),  # (N, 48, 7, 7)
            *_block(48, 48), *_block(48, 96, stride=2),  # (N, 96, 4, 4)
        )  # fmt: skip
        self.dense = nn.Linear(4 * 4 * 96, 128)
        self.describe = nn.Parameter(torch.randn(10, 128, 64) / 128**0.5)  # a last layer for each digit
        self.to(memory_format=torch.channels_last)

    def forward(self, x, y):
        h = self.conv(x.contiguous(memory_format=torch.channels_last))  # (N, 96, 4, 4)
        h = relu(self.dense(h.flatten(1)))  # (N, 128)
        h = torch.stack([h @ layer for layer in self.describe], dim=1)  # (N, 10, E)
        return normalize(h[torch.arange(len(y)), y], dim=1)  # (N, E)


def _block(channels_in, channels_out, size=3, stride=1):
    convolution = nn.Conv2d(channels_in, channels_out, size, stride, size // 2, bias=False)
    return convolution, nn.BatchNorm2d(channels_out), nn.ReLU(inplace=True)


def contrastive_loss(h, y, writers):
    """Supervised contrastive loss (Khosla et al. 2020, equation 2) of descriptions h (N, E).

    Positives of a picture are other digits by its writer, negatives all pictures by other writers. The same
    digit by the same writer is neither: handwriting, not the digit's shape, should be recognised.
    """
    logits = h @ h.T / TEMPERATURE  # (N, N)
    same_writer = writers[:, None] == writers
    positive = same_writer & (y[:, None] != y)
    logits = logits.masked_fill(same_writer & ~positive, -torch.inf)
    log_shares = logits.log_softmax(dim=1).masked_fill(~positive, 0)  # (N, N)
    count = positive.sum(dim=1)
    return -(log_shares.sum(dim=1) / count.clamp(min=1))[count > 0].mean()


def train_verifier(images, labels, writers, seed, steps):
    """Train a Verifier on uint8 images (N, 28, 28) of the digits (N,) by the writers (N,).

    Returns it in evaluation mode. Depends on the arguments only.
    """
    with torch.random.fork_rng(devices=[]):  # layers initialise from the global RNG only
        torch.manual_seed(seed)
        verifier = Verifier()
    optimizer = torch.optim.AdamW(verifier.parameters(), LR, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LR, total_steps=steps + 1, pct_start=0.2)
    rng = np.random.RandomState(seed)
    by_writer = [np.flatnonzero(writers.numpy() == writer) for writer in writers.unique()]

    for _ in tqdm(range(steps), "verifier", unit=" steps", leave=False, mininterval=1):
        chosen = rng.choice(len(by_writer), min(WRITERS, len(by_writer)), replace=False)
        index = np.concatenate([rng.choice(by_writer[writer], PICTURES) for writer in chosen])
        x, y = data.to_float(images[index]), labels[index]
        loss = contrastive_loss(verifier(shifted(x, rng), y), y, writers[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return verifier.requires_grad_(False).eval()


def verifiers(folder, images, labels, writers):
    """Train a Verifier for each of SEEDS on part of the writers, or load those kept in `folder`: a list."""
    known, made = learned_from(writers), []
    key = digest([images, labels, writers, STEPS])[:12]
    for seed in range(SEEDS):
        file = folder / f"verifier-{key}-{seed}.pt"
        if file.is_file():
            verifier = Verifier()
            verifier.load_state_dict(torch.load(file, weights_only=True))
            made.append(verifier.requires_grad_(False).eval())
            continue
        made.append(train_verifier(images[known], labels[known], writers[known], seed, STEPS))
        buffer = io.BytesIO()
        torch.save(made[-1].state_dict(), buffer)
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(file, buffer.getvalue())
    return made


def shifted(x, rng):
    """Shift each image (N, 1, 28, 28) by -1, 0 or 1 pixel in both directions."""
    rows, columns = torch.from_numpy(rng.randint(0, 3, (2, len(x), 1, 1)))  # (N, 1, 1)
    at = torch.arange(28)
    x = pad(x, [1] * 4, value=-1)[:, 0]  # (N, 30, 30)
    return x[torch.arange(len(x))[:, None, None], at[:, None] + rows, at + columns].unsqueeze(1)


@torch.no_grad()
def describe(verifier, x, y):
    """Describe images x (N, 1, 28, 28) of the digits y (N,): float (N, E)."""
    return torch.cat([verifier(*part) for part in zip(x.split(200), y.split(200), strict=True)])
