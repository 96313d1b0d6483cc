"""Each recipe's step against plain code, and its settings. For compact, see test_compact.py."""

import copy

import pytest
import torch
from learn.steps import batch, stream
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy

from cgan import weights
from cgan.cli import BadInput
from cgan.files import digest
from cgan.learn import recipes
from cgan.learn.recipes import build
from cgan.learn.recipes.report import Report, noise_for
from cgan.networks import compact


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
