"""The compact recipe: its networks, losses and step against closed forms and plain code, and its schedule."""

import copy
import math
import signal

import pytest
import torch
from torch import nn

import train
from cgan import data, losses, sampling, weights
from cgan.cli import BadInput
from cgan.networks.compact import ConditionalBatchNorm, Discriminator, Generator
from cgan.recipes import Compact, build
from cgan.recipes.report import noise_for
from cgan.state import load_state


def equal(a, b):
    """Whether nested dicts, lists and tensors are the same, to the bit."""
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return torch.equal(a, b) if isinstance(a, torch.Tensor) else a == b


# The networks


def multiplications(network, *inputs):
    """Of the convolutions and linear layers, in one pass."""
    count = 0

    def add(layer, inputs, output):
        nonlocal count
        # Each weight meets each place of the output once; of a transposed convolution, of the input.
        places = inputs[0] if isinstance(layer, nn.ConvTranspose2d) else output
        count += layer.weight.numel() * math.prod(places.shape[2:])

    hooks = [
        layer.register_forward_hook(add)
        for layer in network.modules()
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d)
    ]
    network(*inputs)
    for hook in hooks:
        hook.remove()
    return count


def test_how_much_arithmetic_a_picture_is():
    z, y = torch.randn(1, 64), torch.tensor([3])
    G, D = Generator(), Discriminator()
    assert multiplications(G, z, y) == 128 * 6272 + 49 * 128 * 192 + 2 * 196 * 9 * 48 * 48 + 196 * 9 * 48 * 4
    assert multiplications(G, z, y) <= 11_000_000
    assert multiplications(D, G(z, y), y) <= 6_200_000
    assert sum(p.numel() for p in G.parameters()) == 883_236
    assert sum(p.numel() for p in D.parameters()) == 911_585


@pytest.mark.parametrize("n", [1, 13])
def test_shapes_and_ranges(n):
    y = torch.arange(n) % 10
    x = Generator()(torch.randn(n, 64), y)
    assert x.shape == (n, 1, 28, 28) and x.abs().max() <= 1
    assert Discriminator()(x, y).shape == (n,)


def test_memory_order_does_not_change_what_is_computed():
    y = torch.arange(4)
    G, D = Generator().double(), Discriminator().double()
    z = torch.randn(4, 64).double()
    x = G(z, y)
    logits = D(x, y)
    G.to(memory_format=torch.channels_last), D.to(memory_format=torch.channels_last)
    torch.testing.assert_close(G(z, y), x)
    torch.testing.assert_close(D(x, y), logits)


def test_the_digit_conditions_g_beside_z_and_in_each_norm():
    y, z = torch.tensor([3, 3, 4]), torch.randn(1, 64).expand(3, 64)
    G = Generator().eval()
    a, b, c = G(z, y)
    torch.testing.assert_close(a, b)
    assert not torch.allclose(a, c, atol=1e-3)  # by its vector beside z

    nn.init.ones_(G.embed.weight)
    a, b, c = G(z, y)
    torch.testing.assert_close(a, c)
    for norm in (G.norm1, G.norm2, G.norm3):
        for table in (norm.gain, norm.bias):
            changed = copy.deepcopy(table.weight.data)
            table.weight.data[4] += 1
            assert not torch.allclose(G(z, y)[0], G(z, y)[2], atol=1e-3)
            table.weight.data.copy_(changed)


def test_a_norm_with_fixed_statistics_is_batchnorm_then_the_digits_gain_and_bias():
    norm, h, y = ConditionalBatchNorm(10, 3), torch.randn(4, 3, 5, 5), torch.tensor([0, 3, 3, 9])
    for tensor in (norm.gain.weight, norm.bias.weight, norm.norm.running_mean):
        nn.init.normal_(tensor)
    nn.init.uniform_(norm.norm.running_var, 0.5, 2)
    norm.eval()
    gain, bias = norm.gain.weight[y, :, None, None], norm.bias.weight[y, :, None, None]
    torch.testing.assert_close(norm(h, y), gain * norm.norm(h) + bias)


def test_d_is_conditioned_by_projection():
    D, x = Discriminator(), torch.rand(2, 1, 28, 28) * 2 - 1
    difference = (D(x, torch.tensor([1, 1])) - D(x, torch.tensor([1, 2]))).abs()
    assert difference[0] < 1e-6 and difference[1] > 1e-3
    nn.init.zeros_(D.embed.weight)
    torch.testing.assert_close(D(x, torch.tensor([1, 1])), D(x, torch.tensor([1, 2])))


def test_a_logit_depends_on_its_own_picture_alone():
    D, x, y = Discriminator().double(), torch.rand(3, 1, 28, 28).double(), torch.arange(3)
    torch.testing.assert_close(D(x, y)[1:2], D(x[1:2], y[1:2]))


def test_a_picture_does_not_depend_on_its_neighbours(tmp_path):
    recipe = build("compact", seed=1, steps=10)
    weights.save(tmp_path / "new.safetensors", "compact", recipe.generator, {})
    new = weights.load(tmp_path / "new.safetensors")
    labels = [7, 2, 1, 0, 4] * 5
    pictures = sampling.generate(labels, 42, new)
    for n in (1, 2, 15, 16, 17):
        assert torch.equal(sampling.generate(labels[:n], 42, new), pictures[:n])
    assert torch.equal(sampling.generate([7] * 6, 42, new)[::5], pictures[:6:5])


# The losses


def test_undecided_pairs_cost_log_2():
    logits = torch.randn(5)
    assert losses.pairing_loss(logits, logits).item() == pytest.approx(math.log(2))
    assert losses.pairing_loss(torch.tensor([3.0]), torch.tensor([1.0])).item() == pytest.approx(
        math.log(1 + math.exp(-2))
    )
    assert losses.pairing_loss(torch.tensor([-200.0]), torch.tensor([0.0])).item() == pytest.approx(200)


def test_the_slope_of_gs_loss_is_that_multiple_of_ds():
    real, fake = torch.randn(2, 50).double() * 4
    fake.requires_grad_()
    (of_d,) = torch.autograd.grad(losses.pairing_loss(real, fake), fake)
    (of_g,) = torch.autograd.grad(losses.pairing_loss(fake, real), fake)
    torch.testing.assert_close(losses.pairing_slopes(fake, real) * of_d, of_g)
    sure = losses.pairing_slopes(torch.tensor([-200.0, 200.0]), torch.zeros(2))
    assert sure.isfinite().all()


def test_the_penalty_of_a_linear_d_is_its_weights_squared():
    w = torch.randn(784, requires_grad=True)
    x = torch.randn(6, 1, 28, 28, requires_grad=True)
    penalty = losses.gradient_penalty(x.flatten(1) @ w, x)
    assert penalty.item() == pytest.approx(w.square().sum().item(), rel=1e-5)
    (slope,) = torch.autograd.grad(penalty, w)
    torch.testing.assert_close(slope, 2 * w)


# The step


@pytest.mark.parametrize("step", [0, 1, 8])
def test_one_backward_pass_serves_both(step):
    recipe = build("compact", seed=1, steps=16)
    for network in (recipe.G, recipe.D, recipe.G_ema):
        network.double()
    recipe.G_ema.n_averaged.fill_(step)
    recipe.noise = lambda y: torch.linspace(-2, 2, len(y) * 64).double().view(-1, 64)
    G, D = copy.deepcopy((recipe.G, recipe.D))
    x, y = torch.rand(8, 1, 28, 28).double() * 2 - 1, torch.tensor([3, 1, 4, 1, 5, 9, 2, 6])
    recipe.rng.manual_seed(0)
    learned = recipe.step(x, y)

    # The same in two stages, by plain code.
    gamma, shift = {0: (1, 3), 1: (None, 3), 8: (0.02 ** (0.5 / 0.7), 0)}[step]
    recipe.rng.manual_seed(0)
    fake = G(noise_for(recipe, y), y)
    real_seen, fake_seen = recipe.shifted(x, shift), recipe.shifted(fake, shift)
    g_loss = nn.functional.softplus(D(real_seen, y) - D(fake_seen, y)).mean()
    G_gradients = torch.autograd.grad(g_loss, list(G.parameters()))
    real_seen.requires_grad_(), (fake_seen := fake_seen.detach()).requires_grad_()
    real_logits, fake_logits = D(real_seen, y), D(fake_seen, y)
    d_loss = nn.functional.softplus(fake_logits - real_logits).mean()
    wrong_y = recipe.another(y)
    assert (wrong_y != y).all()
    total = d_loss + 0.01 * nn.functional.softplus(D(real_seen, wrong_y) - real_logits).mean()
    if gamma:
        for logits, seen in ((real_logits, real_seen), (fake_logits, fake_seen)):
            (gradients,) = torch.autograd.grad(logits.sum(), seen, create_graph=True)
            total = total + 8 * gamma / 2 * gradients.pow(2).sum() / 8
    D_gradients = torch.autograd.grad(total, list(D.parameters()))

    assert learned == pytest.approx({"d": d_loss.item(), "g": g_loss.item()})
    for network, gradients in ((recipe.G, G_gradients), (recipe.D, D_gradients)):
        for parameter, gradient in zip(network.parameters(), gradients, strict=True):
            torch.testing.assert_close(parameter.grad, gradient)


@pytest.mark.parametrize("steps, decay", [(10**5, 0.999), (1000, 1 - 1 / 110), (3, 0)])
def test_what_draws_is_the_average_with_its_statistics(steps, decay):
    recipe = build("compact", seed=1, steps=steps)
    recipe.G_ema.n_averaged.fill_(1)  # as after a step; the first copies
    before = copy.deepcopy(recipe.generator.state_dict())
    x, y = torch.rand(8, 1, 28, 28) * 2 - 1, torch.arange(8)
    recipe.step(x, y)
    for name, after in recipe.G.state_dict().items():
        if after.is_floating_point():
            expected = decay * before[name] + (1 - decay) * after
            torch.testing.assert_close(recipe.generator.state_dict()[name], expected)
    z = torch.randn(8, 64)
    torch.testing.assert_close(recipe.sample(z, y), recipe.generator.eval()(z, y))
    assert recipe.generator.config == {"num_classes": 10, "z_dim": 64}


def test_shifts_move_whole_images_by_up_to_3_pixels():
    recipe = build("compact", seed=1, steps=10)
    recipe.rng.manual_seed(0)
    x = torch.full((2000, 1, 28, 28), -1.0)
    x[:, :, 10, 20] = torch.linspace(0, 1, 2000)[:, None]
    moved = recipe.shifted(x, 3)
    assert moved.shape == x.shape
    where = (moved > -1).nonzero()
    torch.testing.assert_close(moved[moved > -1], torch.linspace(0, 1, 2000))
    places = {(row - 10, column - 20) for row, column in where[:, 2:].tolist()}
    assert places == {(dy, dx) for dy in range(-3, 4) for dx in range(-3, 4)}


def test_the_schedule_is_stretched_over_the_run():
    recipe = build("compact", seed=1, steps=10)
    assert recipe.schedule(0) == (0.001, 1, 3)
    assert recipe.schedule(0.35) == pytest.approx((0.001, 0.02**0.5, 3))
    assert recipe.schedule(0.5)[2] == 0
    assert recipe.schedule(0.6)[0] == pytest.approx(0.001)
    assert recipe.schedule(0.8) == pytest.approx((0.00051, 0.02, 0))
    assert recipe.schedule(1) == pytest.approx((0.00002, 0.02, 0))


def test_a_recipe_can_be_changed():
    assert build("compact", 1, ["shift=0", "last_gamma=1"], steps=10).schedule(1) == pytest.approx(
        (0.00002, 1, 0)
    )
    assert isinstance(build("report", 1, ["networks=compact"]).G, Generator)
    for change in ("wings=2", "shift=far", "shift", "lr=0.1", "networks=judge", "has_schedule=0", "step=1"):
        with pytest.raises(BadInput, match=f"--set cannot make it {change}"):
            build("compact", 1, [change], steps=10)


def test_it_learns_which_digit_is_which(monkeypatch):
    """Two "digits", a bar at the left and a bar at the right: the one asked for is drawn."""
    monkeypatch.setattr(Compact, "ema_decay", 0.9)
    bars = torch.full((2, 1, 28, 28), -1.0)
    bars[0, :, 6:22, 5:11], bars[1, :, 6:22, 17:23] = 1, 1
    y = torch.arange(16) % 2
    recipe = build("compact", seed=1, steps=60)
    for step in range(60):
        recipe.rng = data.random_stream(0, "noise", step)
        recipe.step(bars[y], y)
    drawn = recipe.sample(torch.randn(16, 64), y)
    left, right = drawn[..., :14].mean((1, 2, 3)), drawn[..., 14:].mean((1, 2, 3))
    assert ((left > right) == (y == 0)).all()


# The run


OPTIONS = ["--model", "compact", "--epochs", "4", "--batch-size", "16", "--threads", "1"]  # 3 steps an epoch


def run(mnist, out, *options):
    train.main(["--data", str(mnist), "--out", str(out), *options])
    return load_state(out)


def test_interrupted_and_resumed_is_the_same_to_the_bit(mnist, tmp_path, monkeypatch):
    step, undisturbed = Compact.step, run(mnist, tmp_path / "undisturbed", *OPTIONS)
    count = 0

    def interrupted(self, x, y):
        nonlocal count
        count += 1
        if count in (2, 9):  # one in the first epoch, one just after a step with a penalty
            signal.raise_signal(signal.SIGINT)
        return step(self, x, y)

    monkeypatch.setattr(Compact, "step", interrupted)
    out = tmp_path / "out"
    for options, steps in ((OPTIONS, 2), (["--resume"], 9)):
        with pytest.raises(SystemExit):
            run(mnist, out, *options)
        assert load_state(out)["step"] == steps
    resumed = run(mnist, out, "--resume")
    assert count == resumed["step"] == 12
    assert equal(resumed["parts"], undisturbed["parts"])
    files = [folder / "generator.safetensors" for folder in (out, tmp_path / "undisturbed")]
    assert weights.load(files[0]).digest == weights.load(files[1]).digest


def test_a_run_with_a_schedule_ends_where_it_ends(mnist, tmp_path):
    run(mnist, tmp_path / "out", *OPTIONS)
    with pytest.raises(BadInput, match="has --epochs 4; --resume cannot change it"):
        run(mnist, tmp_path / "out", "--resume", "--epochs", "5")
