"""The auto-encoders, the GAN that learns after one, and what they promise of digits and precision."""

import signal
from contextlib import ExitStack

import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy

import train
from cgan import losses, sampling, weights
from cgan.cli import BadInput
from cgan.measure import evaluate, ship
from cgan.networks.vae import AutoEncoder
from cgan.page import routes
from cgan.recipes import Report, Vae, build
from cgan.state import load_state


@pytest.fixture
def vae(tmp_path):
    """The weights file of an untrained vae."""
    return saved(tmp_path / "vae.safetensors", "vae")


def saved(path, model, seed=1, **options):
    weights.save(path, model, build(model, seed, **options).generator, {})
    return path


# The networks and losses


@pytest.mark.parametrize("n", [1, 13])
@pytest.mark.parametrize("conditional, parameters", [(False, 1_068_820), (True, 1_076_500)])
def test_shapes_ranges_and_sizes(n, conditional, parameters):
    network = AutoEncoder(conditional=conditional)
    assert sum(p.numel() for p in network.parameters()) == parameters
    y = torch.arange(n) % 10
    x = network(torch.randn(n, 2), y)
    assert x.shape == (n, 1, 28, 28) and x.abs().max() <= 1
    assert [t.shape for t in network.encode(x, y)] == [(n, 2), (n, 2)]
    assert network.reconstruct(x, y).shape == (n, 1, 28, 28)


def test_the_network_is_the_reports_mlp():
    network = AutoEncoder().double()
    x, y = torch.rand(4, 1, 28, 28).double() * 2 - 1, torch.arange(4)
    ours = list(network.children())
    encode = nn.Sequential(ours[0], nn.ReLU(), ours[1], nn.ReLU())
    mean = ours[2](encode(x.view(4, 784)))
    decode = nn.Sequential(ours[4], nn.ReLU(), ours[5], nn.ReLU(), ours[6], nn.Sigmoid())
    torch.testing.assert_close(network.reconstruct(x, y), decode(mean).view(4, 1, 28, 28) * 2 - 1)


def test_the_digit_reaches_encoder_and_decoder_if_it_is_told():
    x, z, digits = (
        torch.rand(1, 1, 28, 28).expand(2, -1, -1, -1),
        torch.randn(1, 2).expand(2, 2),
        torch.arange(2),
    )
    for conditional in (True, False):
        network = AutoEncoder(conditional=conditional)
        for answers in (network.encode(x, digits)[0], network(z, digits)):
            assert torch.allclose(answers[0], answers[1], atol=1e-5) != conditional


def test_the_kl_term_is_that_of_torch():
    mean, log_var = torch.randn(2, 7, 3).double()
    expected = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(0, 1)).sum(1).mean()
    torch.testing.assert_close(losses.kl_loss(mean, log_var), expected)
    assert losses.kl_loss(torch.zeros(2, 3), torch.zeros(2, 3)) == 0


def test_the_reconstruction_term_is_binary_cross_entropy():
    ink, logits = torch.rand(5, 1, 28, 28).double(), 4 * torch.randn(5, 784).double()
    expected = binary_cross_entropy(torch.sigmoid(logits), ink.flatten(1), reduction="none").sum(1).mean()
    torch.testing.assert_close(losses.reconstruction_loss(logits, ink * 2 - 1), expected)


# The recipes


def test_a_step_is_adam_on_the_elbo():
    recipe, plain = (build("cvae", 1) for _ in range(2))
    x, y = torch.rand(8, 1, 28, 28) * 2 - 1, torch.arange(8)
    recipe.rng.manual_seed(3)
    learned = recipe.step(x, y)

    mean, log_var = plain.network.encode(x, y)
    normal = Normal(mean, (log_var / 2).exp())
    z = normal.mean + normal.stddev * torch.randn(8, 2, generator=torch.Generator().manual_seed(3))
    p = (plain.network(z, y).flatten(1) + 1) / 2
    reconstruction = binary_cross_entropy(p, (x.flatten(1) + 1) / 2, reduction="sum") / 8
    kl = kl_divergence(normal, Normal(0, 1)).sum() / 8
    (reconstruction + kl).backward()
    assert learned == pytest.approx({"reconstruction": reconstruction.item(), "kl": kl.item()}, rel=1e-5)
    for ours, its in zip(recipe.network.parameters(), plain.network.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, its.grad, rtol=1e-3, atol=1e-5)


def test_vae_cgan_is_report_on_reconstructions(vae, monkeypatch):
    seen = []
    monkeypatch.setattr(Report, "step", lambda self, x, y: seen.append((x, y)))
    network = weights.load(vae).network
    x, y = torch.rand(4, 1, 28, 28) * 2 - 1, torch.arange(4)
    build("vae-cgan", 1, vae=network).step(x, y)
    torch.testing.assert_close(seen[0][0], network(network.encode(x, y)[0], y))
    assert torch.equal(seen[0][1], y) and not seen[0][0].requires_grad


def test_defaults_are_the_recipes(mnist, tmp_path):
    for model, epochs, z_dim in (("vae", 50, 2), ("cvae", 50, 2), ("report", 20, 100)):
        with ExitStack() as stack:
            options, _ = train.prepare(["--model", model, "--out", str(tmp_path / model)], stack)
        assert (options.epochs, options.lr) == (epochs, 0.001)
        assert build(model, 0).generator.config["z_dim"] == z_dim


# The run


OPTIONS = ["--epochs", "2", "--batch-size", "16", "--threads", "1"]  # 40 images: 3 steps an epoch


def learn(mnist, out, *options):
    train.main(["--data", str(mnist), "--out", str(out), *options])
    return weights.load(out / "generator.safetensors")


@pytest.mark.parametrize("model", ["vae", "cvae", "vae-cgan"])
def test_interrupted_and_resumed_is_the_same_to_the_bit(model, mnist, tmp_path, monkeypatch, vae):
    options = ["--model", model, *OPTIONS]
    options += ["--vae", str(vae)] if model == "vae-cgan" else ["--z-dim", "3"]
    undisturbed = learn(mnist, tmp_path / "undisturbed", *options)
    recipe = Report if model == "vae-cgan" else Vae
    step, count = recipe.step, 0

    def interrupted(self, x, y):
        nonlocal count
        count += 1
        if count == 2:
            signal.raise_signal(signal.SIGINT)
        return step(self, x, y)

    monkeypatch.setattr(recipe, "step", interrupted)
    with pytest.raises(SystemExit):
        learn(mnist, tmp_path / "out", *options)
    resumed = learn(mnist, tmp_path / "out", "--resume")
    assert count == 6 and load_state(tmp_path / "out")["step"] == 6
    assert resumed.digest == undisturbed.digest and resumed.model == model
    with pytest.raises(BadInput, match="has --z-dim .*; --resume cannot change it"):
        learn(mnist, tmp_path / "out", "--resume", "--z-dim", "4")


def test_vae_cgan_keeps_to_its_vae_and_names_it(mnist, tmp_path, vae):
    options = ["--model", "vae-cgan", *OPTIONS, "--epochs", "1"]
    made = learn(mnist, tmp_path / "out", *options, "--vae", str(vae)).provenance["options"]
    assert made["vae_id"] == weights.load(vae).id and "vae" not in made
    other = saved(tmp_path / "other.safetensors", "vae", seed=2)
    with pytest.raises(BadInput, match=f"learned after the vae {made['vae_id']}"):
        learn(mnist, tmp_path / "out", "--resume", "--epochs", "2", "--vae", str(other))
    moved = vae.rename(tmp_path / "moved.safetensors")
    learn(mnist, tmp_path / "out", "--resume", "--epochs", "2", "--vae", str(moved))
    with pytest.raises(BadInput, match="must be the weights of a vae, not of a report"):
        report = weights.SHIPPED / "report.safetensors"
        learn(mnist, tmp_path / "new", *options, "--vae", str(report))


def test_snapshots_are_the_weights_on_the_way(mnist, tmp_path):
    whole = learn(mnist, tmp_path / "out", "--model", "vae", *OPTIONS, "--snapshots", "2")
    files = sorted((tmp_path / "out").glob("step-*"))
    assert [file.stem for file in files] == ["step-000002", "step-000003", "step-000005", "step-000006"]
    one = learn(mnist, tmp_path / "one", "--model", "vae", *OPTIONS, "--epochs", "1")
    assert [weights.load(files[i]).digest for i in (1, 3)] == [one.digest, whole.digest]


def test_the_preview_of_a_vae_is_of_a_hundred_pictures(mnist, tmp_path):
    learn(mnist, tmp_path / "vae", "--model", "vae", *OPTIONS)
    learn(mnist, tmp_path / "cvae", "--model", "cvae", *OPTIONS)
    vae, cvae = (load_state(tmp_path / model)["previews"][-1] for model in ("vae", "cvae"))
    assert len(vae.flatten(1).unique(dim=0)) == len(cvae.flatten(1).unique(dim=0)) == 100
    z = sampling.noise(0, 100, 2)
    network = weights.load(tmp_path / "vae").network
    assert torch.equal(vae[7], evaluate.to_uint8(network(z, None))[7])


# Sampling


def test_a_vae_refuses_a_digit_and_draws_without(vae, tmp_path, capsys):
    model = weights.load(vae)
    sentence = "A vae cannot be asked for a digit: it knows none; choose another model."
    for ask in (
        lambda: sampling.generate([7], 0, model),
        lambda: routes.draw(model, 7, 42, 4),
        lambda: sampling.latent_plane(model, digit=7),
        lambda: sampling.morph((7, 0, 0), (1, 0, 0), [0.5], model),
    ):
        with pytest.raises(BadInput) as refusal:
            ask()
        assert str(refusal.value) == sentence
    pictures = sampling.generate_any(33, 5, model)
    assert pictures.shape == (33, 1, 28, 28) and len(pictures.unique(dim=0)) == 33
    for n in (0, 1, 15, 17):
        assert torch.equal(sampling.generate_any(n, 5, model), pictures[:n])
    told = weights.load(saved(tmp_path / "cvae.safetensors", "cvae"))
    start, middle, end = sampling.morph((7, 3, 0), (1, 3, 0), [0.0, 0.5, 1.0], told)
    assert torch.equal(start[None], sampling.generate([7], 3, told))
    assert torch.equal(end[None], sampling.generate([1], 3, told))
    assert not torch.equal(middle, start) and not torch.equal(middle, end)
    for ask in (lambda: sampling.generate_any(1, 5, told), lambda: sampling.latent_plane(told)):
        with pytest.raises(BadInput, match="A cvae draws the digit that it is asked for; say which"):
            ask()


def test_the_latent_plane_is_over_the_quantiles_of_the_prior(vae, tmp_path, monkeypatch):
    model, seen = weights.load(vae), []
    forward = AutoEncoder.forward
    monkeypatch.setattr(AutoEncoder, "forward", lambda self, z, y: seen.append(z) or forward(self, z, y))
    assert sampling.latent_plane(model).shape == (400, 1, 28, 28)
    z = torch.cat(seen).view(20, 20, 2)
    quantiles = (torch.arange(20) + 0.5) / 20
    torch.testing.assert_close(Normal(0, 1).cdf(z[3, :, 0]), quantiles)  # to the right
    torch.testing.assert_close(Normal(0, 1).cdf(z[:, 3, 1]), quantiles.flip(0))  # upwards
    wide = weights.load(saved(tmp_path / "wide.safetensors", "cvae", z_dim=100))
    with pytest.raises(BadInput, match="is no plane"):
        sampling.latent_plane(wide, digit=3)


def test_a_vae_is_measured_without_its_digits(vae, judges):
    model = weights.load(vae)
    images, labels = evaluate.draw(model, 20)
    assert images.shape == (200, 28, 28) and set(labels.tolist()) == {-1}
    images[:, 0, 0] = 0  # an untrained one draws no background
    measures = evaluate.measure(images, labels, judges)
    assert {"fd", "fd_2", "precision", "coverage"} < set(measures)
    assert not {"right", "worst", "right_2", "worst_2", "class_fd"} & set(measures)


@pytest.fixture(scope="module")
def judges():
    return evaluate.load_judges()


# Half precision


def test_half_precision_is_half_the_size_and_draws_the_same(vae, tmp_path, capsys):
    half = tmp_path / "half.safetensors"
    ship.main([str(vae), str(half), "--half"])
    assert half.stat().st_size < 0.51 * vae.stat().st_size
    a, b = (weights.load(file) for file in (vae, half))
    assert a.digest != b.digest and b.network.mean.weight.dtype == torch.float32
    difference = (sampling.generate_any(50, 9, a) - sampling.generate_any(50, 9, b)).abs().max()
    assert 0 < difference <= 2 / 255  # of a range of 2
    ship.main([str(half), str(tmp_path / "again.safetensors"), "--half"])
    assert weights.load(tmp_path / "again.safetensors").digest == b.digest


def test_weights_that_half_precision_would_change_are_left_alone(tmp_path):
    network = build("vae", 1).network
    network.decode3.weight.data *= 1000
    weights.save(tmp_path / "steep.safetensors", "vae", network, {})
    with pytest.raises(
        BadInput, match="Pixels would differ by up to .* of 255; ship .*steep.* without --half"
    ):
        ship.main([str(tmp_path / "steep.safetensors"), str(tmp_path / "half.safetensors"), "--half"])
    assert [file.name for file in tmp_path.iterdir()] == ["steep.safetensors"]
