"""Training objectives: scalars, each the mean over a batch.

At logit 0, where D is undecided, each loss of D's logits is log 2.

Binary cross-entropy is -log p for the target 1 and -log(1 - p) for the target 0, with p = sigmoid(logit).
Written as a softplus of the logit, it keeps its gradient where p would round to 0 or 1.
"""

import torch
from torch.nn.functional import softplus


def real_loss(logits):
    """Binary cross-entropy of D's logits (N,) against the target 1, "real": -log sigmoid(logit).

    D minimises it on real images, G on its own images: the non-saturating loss (Goodfellow et al. 2014,
    section 3).
    """
    return softplus(-logits).mean()


def fake_loss(logits):
    """Binary cross-entropy of D's logits (N,) against the target 0, "fake": -log(1 - sigmoid(logit))."""
    return softplus(logits).mean()


def pairing_loss(logits, others):
    """Penalise pairs in which `logits` is not above `others`, both (N,): softplus(others - logits).

    The relativistic loss of R3GAN (Huang et al. 2024, equation 2). D minimises pairing_loss(real, fake), G
    minimises pairing_loss(fake, real).
    """
    return softplus(others - logits).mean()


def generator_ratio(fake_logits, real_logits):
    """Return the ratios (N,) of the gradient of G's pairing loss to that of D's, at each fake logit.

    With d = fake - real, the derivative of D's loss is sigmoid(d) and that of G's -sigmoid(-d), so the ratio
    is -exp(-d), clamped to stay finite.
    """
    return -torch.exp((real_logits - fake_logits).clamp(-30, 30))


def gradient_penalty(logits, images):
    """Mean squared norm of the gradient of each logit with respect to its image: R1 on real ones, R2 on fake.

    (Mescheder et al. 2018, equation 9.) `images` (N, 1, H, W) must require gradients, and each of the logits
    (N,) must depend on its own image only. The penalty can be differentiated.
    """
    (gradients,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradients.square().sum((1, 2, 3)).mean()


def reconstruction_loss(logits, x):
    """-log p(x | z) of images x (N, 1, 28, 28), each pixel ink with probability sigmoid(logits), (N, 784).

    The first term of -ELBO (Kingma and Welling 2014, appendix C.1), summed over pixels. x is in [-1, 1].
    """
    ink = (x.flatten(1) + 1) / 2
    return (softplus(logits) - ink * logits).sum(1).mean()


def kl_loss(mean, log_var):
    """KL divergence of the normal distributions N(mean, exp(log_var)), both (N, Z), from N(0, 1).

    The second term of -ELBO (Kingma and Welling 2014, appendix B), summed over Z.
    """
    return (mean.square() + log_var.exp() - 1 - log_var).sum(1).mean() / 2
