"""How far a set of generated pictures is from a set of real ones: pure functions of features or pixels.

Shapes: N real, M generated, F features each. Sums are in float64, so that their order shows in no figure.
Distances are |a|^2 + |b|^2 - 2ab, fast as a matrix product, a chunk of rows at a time.
"""

import torch

CHUNK = 250  # rows of a matrix of distances: 20 MB against 10,000 columns, which malloc keeps for the next


def moments(features):
    """Mean (F,) and covariance (F, F), both float64, of features (N, F), N > 1."""
    features = features.double()
    return features.mean(dim=0), torch.cov(features.T).view(features.shape[1], -1)


def frechet_distance(mean_a, cov_a, mean_b, cov_b):
    """The Frechet distance, squared as usual, of two Gaussians given by mean (F,) and covariance (F, F).

    |mean_a - mean_b|^2 + tr(cov_a + cov_b - 2 (cov_a cov_b)^(1/2)): Heusel et al. 2017 (FID), equation 6.
    The trace of (AB)^(1/2) is taken as that of the symmetric (A^(1/2) B A^(1/2))^(1/2), which has the same
    eigenvalues, none of them complex. Returns a float >= 0; 0 for the same Gaussian.
    """
    mean_a, cov_a, mean_b, cov_b = (t.double() for t in (mean_a, cov_a, mean_b, cov_b))
    values, vectors = torch.linalg.eigh(cov_a)
    root_a = vectors * values.clamp(min=0).sqrt() @ vectors.T  # (F, F)
    eigenvalues = torch.linalg.eigvalsh(root_a @ cov_b @ root_a)  # (F,)
    cross_trace = eigenvalues.clamp(min=0).sqrt().sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross_trace
    return max(0.0, distance.item())


def within_class_frechet_distance(real, real_labels, fake, fake_labels):
    """The mean of the Frechet distances of each digit's generated pictures from its real ones.

    real (N, F), fake (M, F), labels (N,) and (M,) with two or more of each digit. Unlike the distance of the
    whole sets, it sees a digit drawn as another one even if every digit is drawn as often as it should be.
    """
    distances = [
        frechet_distance(*moments(real[real_labels == digit]), *moments(fake[fake_labels == digit]))
        for digit in fake_labels.unique()
    ]
    return sum(distances) / len(distances)


def precision_recall_density_coverage(real, fake, k=5):
    """Four floats from real features (N, F) and generated ones (M, F), with N and M > k.

    B(a) is the ball around a that reaches to the k-th nearest neighbour of a among its own kind.
    precision: generated pictures that lie in some B(real); recall: real ones that lie in some B(generated).
    Kynkaanniemi et al. 2019, equations 1 and 2.
    density: in how many B(real) a generated picture lies, divided by k (above 1 where generated pictures keep
    to where real ones are dense); coverage: those B(real) that some generated picture lies in.
    Naeem et al. 2020, section 3.
    """
    centre = real.double().mean(dim=0)  # distances stay, and less is lost where |a|^2 and 2ab cancel out
    real, fake = real.double() - centre, fake.double() - centre
    real_radii, fake_radii = _squared_radii(real, k), _squared_radii(fake, k)

    balls = torch.zeros(len(fake), dtype=torch.long)  # the number of B(real) that each fake lies in
    recalled, nearest = [], []
    for chunk, radii in zip(real.split(CHUNK), real_radii.split(CHUNK), strict=True):
        distances = squared_distances(chunk, fake)  # (CHUNK, M)
        balls += (distances < radii.unsqueeze(1)).sum(dim=0)
        recalled.append((distances < fake_radii).any(dim=1))
        nearest.append(distances.min(dim=1).values)

    precision = (balls > 0).double().mean()
    recall = torch.cat(recalled).double().mean()
    density = balls.double().mean() / k
    coverage = (torch.cat(nearest) < real_radii).double().mean()
    return precision.item(), recall.item(), density.item(), coverage.item()


def nearest_distances(queries, others):
    """From each query (M, F) the Euclidean distance to the nearest of others (N, F): float64 (M,).

    The nearest is looked for in float32, twice as fast, its distance then measured afresh: a copy is at 0.
    """
    centre = others.float().mean(dim=0)
    a, b = queries.float() - centre, others.float() - centre
    squares = b.square().sum(dim=1)  # (N,)
    # |a|^2 is left out: it is the same for all of b
    index = torch.cat([torch.addmm(squares, chunk, b.T, alpha=-2).argmin(dim=1) for chunk in a.split(CHUNK)])
    return (queries.double() - others[index].double()).norm(dim=1)


def squared_distances(a, b):
    """The squared Euclidean distances of each row of a (N, F) from each of b (M, F): (N, M)."""
    squares_a, squares_b = a.square().sum(dim=1, keepdim=True), b.square().sum(dim=1)
    return torch.addmm(squares_a + squares_b, a, b.T, alpha=-2).clamp_(min=0)


def _squared_radii(features, k):
    # The nearest of all, at distance 0, is the picture itself: so the k + 1 smallest.
    return torch.cat(
        [
            squared_distances(chunk, features).topk(k + 1, largest=False).values[:, -1]
            for chunk in features.split(CHUNK)
        ]
    )
