"""Losses against closed forms and against torch's own functions."""

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy

from cgan.learn import losses


def test_losses_are_log_2_where_d_is_undecided():
    zero, logits = torch.zeros(5), torch.randn(5)
    for loss in (losses.real_loss(zero), losses.fake_loss(zero), losses.pairing_loss(logits, logits)):
        assert loss.item() == pytest.approx(math.log(2))
    loss = losses.pairing_loss(torch.tensor([3.0]), torch.tensor([1.0]))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2)))


def test_real_and_fake_loss_are_binary_cross_entropy_that_keeps_its_gradient():
    logits = torch.linspace(-8, 8, 33)
    p, one, zero = torch.sigmoid(logits), torch.ones(33), torch.zeros(33)
    assert losses.real_loss(logits).item() == pytest.approx(binary_cross_entropy(p, one).item(), rel=1e-5)
    assert losses.fake_loss(logits).item() == pytest.approx(binary_cross_entropy(p, zero).item(), rel=1e-5)
    logits = torch.tensor([-200.0], requires_grad=True)
    losses.real_loss(logits).backward()
    assert logits.grad.item() == pytest.approx(-1)


def test_generator_ratio_turns_ds_gradient_into_gs():
    real, fake = torch.randn(2, 50).double() * 4
    fake.requires_grad_()
    (of_d,) = torch.autograd.grad(losses.pairing_loss(real, fake), fake)
    (of_g,) = torch.autograd.grad(losses.pairing_loss(fake, real), fake)
    torch.testing.assert_close(losses.generator_ratio(fake, real) * of_d, of_g)
    assert losses.generator_ratio(torch.tensor([-200.0, 200.0]), torch.zeros(2)).isfinite().all()


def test_the_penalty_of_a_linear_d_is_its_weights_squared():
    w = torch.randn(784, requires_grad=True)
    x = torch.randn(6, 1, 28, 28, requires_grad=True)
    penalty = losses.gradient_penalty(x.flatten(1) @ w, x)
    assert penalty.item() == pytest.approx(w.square().sum().item(), rel=1e-5)
    (slope,) = torch.autograd.grad(penalty, w)
    torch.testing.assert_close(slope, 2 * w)


def test_the_elbo_equals_that_of_torch():
    mean, log_var = torch.randn(2, 7, 3).double()
    expected = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(0, 1)).sum(1).mean()
    torch.testing.assert_close(losses.kl_loss(mean, log_var), expected)
    ink, logits = torch.rand(5, 1, 28, 28).double(), 4 * torch.randn(5, 784).double()
    expected = binary_cross_entropy(torch.sigmoid(logits), ink.flatten(1), reduction="none").sum(1).mean()
    torch.testing.assert_close(losses.reconstruction_loss(logits, ink * 2 - 1), expected)
