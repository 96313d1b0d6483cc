"""Each recipe's step against plain code, its schedule, and its settings."""

import copy

import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy, softplus

from cgan import weights
from cgan.cli import BadInput
from cgan.files import digest
from cgan.learn import recipes
from cgan.learn.recipes import build
from cgan.learn.recipes.compact import another, shifted
from cgan.learn.recipes.report import Report, noise_for
from cgan.networks import compact


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def batch():
    return torch.rand(8, 1, 28, 28) * 2 - 1, torch.tensor([3, 1, 4, 1, 5, 9, 2, 6])


def state(recipe):
    return digest({name: part.state_dict() for name, part in recipe.parts.items()})


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_layers_are_initialised_from_the_seed_and_sampling_changes_nothing(name):
    before = torch.get_rng_state()
    first, again, other = (build(name, seed, steps=10) for seed in (5, 5, 6))
    assert torch.equal(before, torch.get_rng_state())
    assert state(first) == state(again) != state(other)

    first.step(*batch(), stream(), 0)
    before = state(first)
    images = first.sample(torch.randn(4, first.generator.config["z_dim"]), torch.arange(4))
    assert images.shape == (4, 1, 28, 28) and not images.requires_grad and state(first) == before


# report


@pytest.mark.parametrize("networks", ["report", "compact"])
def test_a_step_of_report_equals_plain_code(networks):
    recipe = build("report", 1, steps=10, networks=networks)
    assert isinstance(recipe.G, compact.Generator) == (networks == "compact")
    G, D = copy.deepcopy((recipe.G.double(), recipe.D.double()))
    G_optimizer, D_optimizer = (torch.optim.Adam(network.parameters(), 0.001) for network in (G, D))
    criterion, one, zero = nn.BCELoss(), torch.ones(8).double(), torch.zeros(8).double()
    (x, y), rng = batch(), stream(3)
    x = x.double()
    losses = recipe.step(x, y, stream(3), 0)

    d_real = criterion(torch.sigmoid(D(x, y)), one)
    D_optimizer.zero_grad()
    d_real.backward()
    D_optimizer.step()
    d_fake = criterion(torch.sigmoid(D(G(noise_for(y, G, rng), y), y)), zero)
    D_optimizer.zero_grad()
    d_fake.backward()
    D_optimizer.step()
    g = criterion(torch.sigmoid(D(G(noise_for(y, G, rng), y), y)), one)
    G_optimizer.zero_grad()
    g.backward()
    G_optimizer.step()

    assert losses == pytest.approx({"d_real": d_real.item(), "d_fake": d_fake.item(), "g": g.item()})
    for plain, ours in ((G, recipe.G), (D, recipe.D)):
        for a, b in zip(plain.state_dict().values(), ours.state_dict().values(), strict=True):
            torch.testing.assert_close(a, b)


# compact

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


# vae, cvae, vae-cgan


def test_a_step_of_an_auto_encoder_is_adam_on_the_elbo():
    recipe, plain = (build("cvae", 1, steps=10) for _ in range(2))
    x, y = batch()
    learned = recipe.step(x, y, stream(3), 0)

    mean, log_var = plain.network.encode(x, y)
    normal = Normal(mean, (log_var / 2).exp())
    z = normal.mean + normal.stddev * torch.randn(8, 2, generator=stream(3))
    p = (plain.network(z, y).flatten(1) + 1) / 2
    reconstruction = binary_cross_entropy(p, (x.flatten(1) + 1) / 2, reduction="sum") / 8
    kl = kl_divergence(normal, Normal(0, 1)).sum() / 8
    (reconstruction + kl).backward()
    assert learned == pytest.approx({"reconstruction": reconstruction.item(), "kl": kl.item()}, rel=1e-5)
    for ours, its in zip(recipe.network.parameters(), plain.network.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, its.grad, rtol=1e-3, atol=1e-5)


def test_vae_cgan_is_report_on_reconstructions(monkeypatch):
    seen = []
    monkeypatch.setattr(Report, "step", lambda self, *arguments: seen.append(arguments))
    (x, y), rng, vae = batch(), stream(), weights.shipped("vae")
    build("vae-cgan", 1, steps=10).step(x, y, rng, 0.5)
    torch.testing.assert_close(seen[0][0], vae.network(vae.network.encode(x, y)[0], y))
    assert seen[0][1:] == (y, rng, 0.5) and not seen[0][0].requires_grad


# Settings


def test_settings_are_numbers_or_texts():
    texts = ["gamma=0", "ema_decay=1e-3", "shift=2"]
    assert recipes.parse_settings("compact", texts) == {"gamma": 0, "ema_decay": 0.001, "shift": 2}
    assert recipes.parse_settings("vae-cgan", ["vae=a=b c.safetensors"]) == {"vae": "a=b c.safetensors"}


@pytest.mark.parametrize(
    "name, texts, sentence",
    [
        ("compact", "gamma", "--set takes NAME=VALUE, not 'gamma'; compact has z_dim=64, output_scale="),
        ("report", "gamma=1", "report has no setting 'gamma'; report has z_dim=100, networks=report."),
        ("compact", "shift=1 shift=1", "--set gives shift twice"),
        ("compact", "shift=40", "shift must be a whole number from 0 to 14, not '40'"),
        ("report", "networks=judge", "networks must be report or compact, not 'judge'"),
        ("vae-cgan", "vae=report", "vae must be the weights of a vae, not 'report'"),
        ("vae-cgan", "vae=no/such.safetensors", "no/such.safetensors"),
    ],
)
def test_bad_settings_are_refused(name, texts, sentence):
    with pytest.raises(BadInput) as refusal:
        build(name, 0, steps=10, **recipes.parse_settings(name, texts.split(" ")))
    assert sentence in str(refusal.value)


NO_NUMBERS = "gamma= gamma=nan gamma=1e999 gamma=1j z_dim=2.5 shift=1.5"
OUT_OF_RANGE = """z_dim=0 output_scale=0.5 support=-1 training_support=2 ema_decay=2 ema_part=-1 gamma=-0.1
    last_gamma=0 gamma_until=1.5 penalty_every=0 constant_until=2 last_lr=-5 mismatch_weight=-1 shift=-1
    shift_until=-1"""


@pytest.mark.parametrize("text", [*NO_NUMBERS.split(), *OUT_OF_RANGE.split()])
def test_each_number_has_a_range(text):
    with pytest.raises(BadInput, match=f"^{text.split('=')[0]} must be "):
        build("compact", 0, steps=10, **recipes.parse_settings("compact", [text]))
