"""The measures against established libraries."""

import numpy as np
import pytest
import torch
from scipy import ndimage

from cgan.measure import metrics


def cloud(n, features=8, seed=0, scale=1.0, shift=0.0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(n, features, generator=rng, dtype=torch.double) * scale + shift


@pytest.mark.parametrize("rank", [12, 5])  # of the covariances, which have no axis in common
def test_frechet_distance_equals_that_of_torchmetrics(rank):
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Flat(torch.nn.Module):  # torchmetrics tries its network on an image first
        num_features = 12

        def forward(self, x):
            return x.flatten(1)[:, :12].double()

    fid = FrechetInceptionDistance(Flat(), normalize=True, input_img_size=(3, 2, 2)).set_dtype(torch.double)
    a = cloud(300, rank, seed=1) @ cloud(rank, 12, seed=8)
    b = cloud(250, rank, seed=2, scale=1.5, shift=0.3) @ cloud(rank, 12, seed=9)
    fid.update(a.view(-1, 3, 2, 2), real=True)
    fid.update(b.view(-1, 3, 2, 2), real=False)
    ours = metrics.frechet_distance(*metrics.moments(a), *metrics.moments(b))
    assert ours == pytest.approx(fid.compute().item(), rel=1e-6)


@pytest.mark.parametrize("scale, shift", [(0.5, 0.2), (2.0, 1.0)])
def test_precision_recall_coverage_equal_those_of_prdc(scale, shift, monkeypatch):
    from prdc import compute_prdc

    monkeypatch.setattr(metrics, "CHUNK", 64)  # smaller than the sets and no divisor of their sizes
    real, fake = cloud(300), cloud(250, seed=1, scale=scale, shift=shift)
    theirs = compute_prdc(real.numpy(), fake.numpy(), nearest_k=5)
    expected = {name: theirs[name] for name in ("precision", "recall", "coverage")}
    assert metrics.precision_recall_coverage(real, fake) == pytest.approx(expected)


def test_nearest_distances(monkeypatch):
    monkeypatch.setattr(metrics, "CHUNK", 7)
    others = cloud(60, 20).float()
    queries = torch.cat([others[10:20], cloud(10, 20, seed=1).float()])
    expected = torch.cdist(queries.double(), others.double()).min(dim=1).values
    distances = metrics.nearest_distances(queries, others)
    assert torch.all(distances[:10] == 0)  # copies
    np.testing.assert_allclose(distances[10:], expected[10:])


def test_specks_equal_those_that_scipy_finds():
    rng = torch.Generator().manual_seed(0)
    ink = torch.rand(300, 28, 28, generator=rng) < torch.rand(300, 1, 1, generator=rng) * 0.15
    ink[150:] = torch.nn.functional.max_pool2d(ink[150:].float(), 3, 1, 1).bool()  # larger blobs
    ink[:5], ink[1, 9, 9], ink[2:5, :2] = False, True, True  # no digit, a small one, large ones
    ink[3, 9, :7], ink[4, 9, :7] = True, torch.arange(7) < 6  # with a blob of 7 pixels, of 6

    def has_speck(picture):
        blobs, _ = ndimage.label(picture, structure=np.ones((3, 3)))
        sizes = np.bincount(blobs.flat)[1:]  # without the background
        return any(size <= 6 for size in sorted(sizes)[:-1])

    expected = [has_speck(picture) for picture in ink]
    assert expected[:5] == [False, False, False, False, True] and 30 < sum(expected) < 290
    assert metrics.specks(16 + ink.byte()) == sum(expected) / 300  # brighter than 16 is ink
