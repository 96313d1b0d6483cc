import math

import pytest
import torch
from torch.nn.functional import binary_cross_entropy

from cgan.losses import fake_loss, real_loss


def test_undecided_costs_log_2_each():
    assert (real_loss(torch.zeros(5)) + fake_loss(torch.zeros(5))).item() == pytest.approx(2 * math.log(2))


def test_they_are_the_binary_cross_entropy_of_the_report():
    logits = torch.linspace(-8, 8, 33)
    p, one, zero = torch.sigmoid(logits), torch.ones(33), torch.zeros(33)
    assert real_loss(logits).item() == pytest.approx(binary_cross_entropy(p, one).item(), rel=1e-5)
    assert fake_loss(logits).item() == pytest.approx(binary_cross_entropy(p, zero).item(), rel=1e-5)


def test_a_discriminator_that_is_sure_and_wrong_still_has_a_gradient():
    logits = torch.tensor([-200.0], requires_grad=True)
    real_loss(logits).backward()
    assert logits.grad.item() == pytest.approx(-1)
