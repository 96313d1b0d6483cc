"""Objectives, as functions of logits and tensors. They know no network.

Binary cross-entropy is -log p for the target 1 and -log(1 - p) for the target 0, with p = sigmoid(logit).
As softplus of the logit the two logarithms never see a p rounded to 0 or 1, whose gradient would be lost.
"""

import torch
from torch.nn.functional import softplus


def real_loss(logits):
    """Binary cross-entropy of D's logits (N,) against the target 1, "real": -log sigmoid(logit).

    D minimises it on real images; G minimises it on its own, the non-saturating loss of Goodfellow et al.
    2014, section 3. Mean over the batch, a scalar; log 2 where D is undecided.
    """
    return softplus(-logits).mean()


def fake_loss(logits):
    """Binary cross-entropy of D's logits (N,) against the target 0, "fake": -log(1 - sigmoid(logit)).

    Mean over the batch, a scalar; log 2 where D is undecided.
    """
    return softplus(logits).mean()


def pairing_loss(logits, others):
    """How often `logits` fail to lie above `others`, both (N,) and pair by pair: softplus(others - logits).

    The relativistic loss of R3GAN (Huang et al. 2024, equation 2). D minimises pairing_loss(real, fake), G
    minimises pairing_loss(fake, real). Mean over the batch, a scalar; log 2 where D is undecided.
    """
    return softplus(others - logits).mean()


def pairing_slopes(fake_logits, real_logits):
    """The slope of G's pairing loss at each fake logit as a multiple of D's there: (N,), below 0.

    D's slope is sigmoid(d) and G's -sigmoid(-d), d = fake - real, so it is -exp(-d); bounded where sigmoid
    itself has become 0 or 1.
    """
    return -torch.exp((real_logits - fake_logits).clamp(-30, 30))


def gradient_penalty(logits, images):
    """|gradient of a logit by its image|^2, mean over the batch: R1 on real images, R2 on fake ones.

    (Mescheder et al. 2018, equation 9.) logits (N,) must come of images (N, 1, H, W) that require a gradient,
    and each of its own image alone. A scalar that can be differentiated once more.
    """
    (gradients,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return gradients.square().sum((1, 2, 3)).mean()


def reconstruction_loss(logits, x):
    """How unlikely images x (N, 1, 28, 28) are if each pixel is ink with the probability sigmoid(logit).

    -log p(x | z), the first part of -ELBO (Kingma and Welling 2014, appendix C.1): binary cross-entropy with
    logits (N, 784), summed over an image, mean over the batch, a scalar. Its p is of ink from 0 to 1, so this
    is where x comes from [-1, 1] to there.
    """
    ink = (x.flatten(1) + 1) / 2
    return (softplus(logits) - ink * logits).sum(1).mean()


def kl_loss(mean, log_var):
    """How far normal distributions N(mean, exp(log_var)), both (N, Z), are from N(0, 1): the KL divergence.

    The second part of -ELBO (Kingma and Welling 2014, appendix B). Summed over Z, mean over the batch.
    """
    return (mean.square() + log_var.exp() - 1 - log_var).sum(1).mean() / 2
