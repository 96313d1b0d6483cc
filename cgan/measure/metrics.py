"""Distances between generated and real pictures: pure functions of features or pixels.

Shapes: N real pictures, M generated ones, F features each. Sums are in float64, so that results do not
depend on their order.
"""

import torch
from torch.nn.functional import max_pool2d

CHUNK = 250  # rows of a distance matrix: 20 MB against 10,000 columns


def moments(features):
    """Mean (F,) and covariance (F, F), both float64, of features (N, F), N > 1."""
    features = features.double()
    return features.mean(dim=0), torch.cov(features.T).view(features.shape[1], -1)


def frechet_distance(mean_a, cov_a, mean_b, cov_b):
    """Return the squared Frechet distance of two Gaussians given by mean (F,) and covariance (F, F).

    |mean_a - mean_b|^2 + tr(cov_a + cov_b - 2 (cov_a cov_b)^(1/2)): Heusel et al. 2017 (FID), equation 6.
    (AB)^(1/2) has the trace of the symmetric (A^(1/2) B A^(1/2))^(1/2), whose eigenvalues are real.
    """
    mean_a, cov_a, mean_b, cov_b = (t.double() for t in (mean_a, cov_a, mean_b, cov_b))
    values, vectors = torch.linalg.eigh(cov_a)
    root_a = vectors * values.clamp(min=0).sqrt() @ vectors.T  # (F, F)
    eigenvalues = torch.linalg.eigvalsh(root_a @ cov_b @ root_a)  # (F,)
    cross_trace = eigenvalues.clamp(min=0).sqrt().sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross_trace
    return max(0.0, distance.item())


def within_class_frechet_distance(real, real_labels, fake, fake_labels):
    """Return the mean over the digits of the Frechet distance between real and generated pictures.

    real (N, F), fake (M, F), labels (N,) and (M,) with at least two of each digit. Unlike the distance of
    the whole sets, it detects swapped digits even if each digit is drawn equally often.
    """
    distances = [
        frechet_distance(*moments(real[real_labels == digit]), *moments(fake[fake_labels == digit]))
        for digit in fake_labels.unique()
    ]
    return sum(distances) / len(distances)


def precision_recall_coverage(real, fake, k=5):
    """Return {name: share} from real features (N, F) and generated ones (M, F), with N and M > k.

    B(a) is the ball around a that reaches its k-th nearest neighbour in its own set.
    precision: generated pictures inside some B(real); recall: real pictures inside some B(generated)
    (Kynkaanniemi et al. 2019, equations 1 and 2). coverage: the B(real) that contain a generated picture
    (Naeem et al. 2020, section 3).
    """
    real, fake = real.double(), fake.double()
    real_radii, fake_radii = _radii(real, k), _radii(fake, k)

    precise = torch.zeros(len(fake), dtype=torch.bool)
    recalled, nearest = [], []
    for chunk, radii in zip(real.split(CHUNK), real_radii.split(CHUNK), strict=True):
        distances = torch.cdist(chunk, fake)  # (CHUNK, M)
        precise |= (distances < radii.unsqueeze(1)).any(dim=0)
        recalled.append((distances < fake_radii).any(dim=1))
        nearest.append(distances.min(dim=1).values)

    coverage = torch.cat(nearest) < real_radii
    found = {"precision": precise, "recall": torch.cat(recalled), "coverage": coverage}
    return {name: is_found.double().mean().item() for name, is_found in found.items()}


def nearest_distances(queries, others):
    """Return the Euclidean distance from each query (M, F) to the nearest of others (N, F): float64 (M,).

    The search runs in float32, twice as fast; the distance found is then recomputed, so a copy is at 0.
    """
    chunks = queries.float().split(CHUNK)
    index = torch.cat([torch.cdist(chunk, others.float()).argmin(dim=1) for chunk in chunks])
    return (queries.double() - others[index].double()).norm(dim=1)


def specks(images):
    """Return the share of pictures, uint8 (N, H, W), that have a speck: a detached blob of 1 to 6 pixels.

    A blob is a set of 8-connected pixels brighter than 16; the largest blob of a picture is the digit.
    """
    found = 0
    for chunk in images.split(CHUNK):
        ink = (chunk > 16).float().unsqueeze(1)
        blobs, grown = None, ink * torch.arange(1.0, ink.numel() + 1).view_as(ink)  # each pixel is a blob,
        while blobs is None or not torch.equal(blobs, grown):  # and takes the highest number around it
            blobs, grown = grown, max_pool2d(grown, 3, stride=1, padding=1) * ink
        sizes = blobs.long().flatten().bincount(minlength=ink.numel() + 1)[1:].view(len(chunk), -1)
        small = ((sizes > 0) & (sizes <= 6)).sum(dim=1)
        digit_is_small = sizes.amax(dim=1) <= 6
        found += (small > digit_is_small).sum().item()
    return found / len(images)


def _radii(features, k):
    """Return the distance to the k-th nearest other row; topk's first is the row itself, at 0."""
    nearest = [torch.cdist(c, features).topk(k + 1, largest=False).values for c in features.split(CHUNK)]
    return torch.cat(nearest)[:, -1]
