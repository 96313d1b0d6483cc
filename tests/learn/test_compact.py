"""A step of compact against plain code, and its schedule."""

import copy

import pytest
import torch
from learn.steps import batch, stream
from torch.nn.functional import softplus

from cgan.learn import recipes
from cgan.learn.recipes import build
from cgan.learn.recipes.compact import another, shifted

SETTINGS = {"gamma": 1, "last_gamma": 0.04, "gamma_until": 0.7, "constant_until": 0.6, "last_lr": 0.02}
SETTINGS |= {"mismatch_weight": 0.01, "shift": 3, "shift_until": 0.5, "penalty_every": 8}


@pytest.mark.parametrize("step, gamma, shift", [(0, 1, 3), (1, 0, 3), (8, 0.04 ** (0.5 / 0.7), 0)])
def test_one_backward_pass_serves_both_networks(step, gamma, shift, monkeypatch):
    recipe = build("compact", 1, steps=16, **SETTINGS)
    for network in (recipe.G, recipe.D, recipe.G_ema):
        network.double()
    z = torch.linspace(-2, 2, 8 * 64).double().view(8, 64)
    monkeypatch.setattr("cgan.learn.recipes.compact.noise_for", lambda y, G, rng: z)
    G, D = copy.deepcopy((recipe.G, recipe.D))
    (x, y), rng = batch(), stream()
    x = x.double()
    learned = recipe.step(x, y, stream(), step / 16)

    # The same in two stages, by plain code.
    fake = G(z, y)
    real_seen, fake_seen = shifted(x, shift, rng), shifted(fake, shift, rng)
    g_loss = softplus(D(real_seen, y) - D(fake_seen, y)).mean()
    G_gradients = torch.autograd.grad(g_loss, list(G.parameters()))
    real_seen.requires_grad_(), (fake_seen := fake_seen.detach()).requires_grad_()
    real_logits, fake_logits = D(real_seen, y), D(fake_seen, y)
    d_loss = softplus(fake_logits - real_logits).mean()
    total = d_loss + 0.01 * softplus(D(real_seen, another(y, rng)) - real_logits).mean()
    for logits, seen in ((real_logits, real_seen), (fake_logits, fake_seen)):
        (gradients,) = torch.autograd.grad(logits.sum(), seen, create_graph=True)
        total = total + 8 * gamma / 2 * gradients.pow(2).sum() / 8
    D_gradients = torch.autograd.grad(total, list(D.parameters()))

    assert learned == pytest.approx({"d": d_loss.item(), "g": g_loss.item()})
    for network, gradients in ((recipe.G, G_gradients), (recipe.D, D_gradients)):
        for parameter, gradient in zip(network.parameters(), gradients, strict=True):
            torch.testing.assert_close(parameter.grad, gradient)


@pytest.mark.parametrize("steps, decay", [(10**5, 0.999), (1000, 1 - 1 / 110), (3, 0)])
def test_the_average_of_g_draws_with_its_own_statistics(steps, decay):
    recipe = build("compact", 1, steps, ema_decay=0.999, ema_part=0.11)
    recipe.G_ema.n_averaged.fill_(1)  # as after a step; the first one copies
    before = copy.deepcopy(recipe.generator.state_dict())
    recipe.step(*batch(), stream(), 1 / steps)
    for name, after in recipe.G.state_dict().items():
        if after.is_floating_point():
            expected = decay * before[name] + (1 - decay) * after
            torch.testing.assert_close(recipe.generator.state_dict()[name], expected)
    z, y = torch.randn(8, 64), torch.arange(8)
    torch.testing.assert_close(recipe.sample(z, y), recipe.generator.eval()(z, y))


def test_shifts_move_whole_images_by_up_to_3_pixels():
    x = torch.full((2000, 1, 28, 28), -1.0)
    x[:, :, 10, 20] = torch.linspace(0, 1, 2000)[:, None]
    moved = shifted(x, 3, stream())
    torch.testing.assert_close(moved[moved > -1], torch.linspace(0, 1, 2000))
    places = {(row - 10, column - 20) for row, column in (moved > -1).nonzero()[:, 2:].tolist()}
    assert places == {(dy, dx) for dy in range(-3, 4) for dx in range(-3, 4)}


def test_another_digit_is_any_of_the_nine():
    y = torch.arange(10).repeat(200)
    other = another(y, stream())
    assert (other != y).all() and len(set(zip(y.tolist(), other.tolist(), strict=True))) == 90


@pytest.mark.parametrize(
    "settings, progress, expected",
    [
        ({}, 0, (0.001, 1, 3)),
        ({}, 0.35, (0.001, 0.2, 3)),
        ({}, 0.5, (0.001, 0.04 ** (5 / 7), 0)),
        ({}, 0.8, (0.00051, 0.04, 0)),
        ({}, 1, (0.00002, 0.04, 0)),
        ({"gamma": 0}, 0.3, (0.001, 0, 3)),
        ({"gamma_until": 0}, 0, (0.001, 0.04, 3)),
        ({"constant_until": 1}, 1, (0.001, 0.04, 0)),
        ({"constant_until": 0, "last_lr": 0, "shift_until": 0}, 1, (0, 0.04, 0)),
    ],
)
def test_the_schedule_is_stretched_over_the_run(settings, progress, expected):
    recipe = build("compact", 1, steps=10, lr=0.001, **SETTINGS | settings)
    assert recipe.schedule(progress) == pytest.approx(expected)


@pytest.mark.parametrize("setting", ["gamma=0", "shift=0", "penalty_every=1", "output_scale=2", "support=1"])
def test_a_step_works_at_the_ends_of_the_ranges(setting):
    recipe = build("compact", 1, steps=10, **recipes.parse_settings("compact", [setting]))
    losses = recipe.step(*batch(), stream(), 0)
    assert 0 < losses["d"] < 10 and 0 < losses["g"] < 10


def test_compact_learns_which_digit_is_which():
    """Two "digits", a bar at the left and a bar at the right: the one asked for is drawn."""
    bars = torch.full((2, 1, 28, 28), -1.0)
    bars[0, :, 6:22, 5:11], bars[1, :, 6:22, 17:23] = 1, 1
    y = torch.arange(8) % 2
    recipe = build("compact", 1, steps=40, lr=0.002, ema_decay=0.8, shift=0)
    for step in range(40):
        recipe.step(bars[y], y, stream(step), step / 40)
    drawn = recipe.sample(torch.randn(8, 64), y)
    left, right = drawn[..., :14].mean((1, 2, 3)), drawn[..., 14:].mean((1, 2, 3))
    assert ((left > right) == (y == 0)).all()
