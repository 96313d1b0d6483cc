"""Objectives, as functions of logits and tensors. They know no network.

Binary cross-entropy is -log p for the target 1 and -log(1 - p) for the target 0, with p = sigmoid(logit).
As softplus of the logit the two logarithms never see a p rounded to 0 or 1, whose gradient would be lost.
"""

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
