"""The networks' sizes, shapes and arithmetic, against plain code."""

import math

import pytest
import torch
from torch import nn

from cgan import networks
from cgan.cli import BadInput
from cgan.networks import compact, report
from cgan.networks.judge import Judge
from cgan.networks.vae import AutoEncoder


def parameters(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(
    "network, count",
    [
        (report.Generator(), 1_637_737),
        (report.Discriminator(), 121_377),
        (compact.Generator(), 883_236),
        (compact.Discriminator(), 911_585),
        (AutoEncoder(), 1_068_820),
        (AutoEncoder(conditional=True), 1_076_500),
    ],
)
@pytest.mark.parametrize("n", [1, 13])
def test_sizes_and_shapes(network, count, n):
    assert parameters(network) == count
    y = torch.arange(n) % 10
    if hasattr(network, "config"):
        x = network(torch.randn(n, network.config["z_dim"]), y)
        assert x.shape == (n, 1, 28, 28) and x.abs().max() <= 1
        again = networks.NETWORKS[networks.name_of(network)](**network.config)
        assert parameters(again) == count
    else:
        assert network(torch.rand(n, 1, 28, 28), y).shape == (n,)


def test_the_compact_generator_takes_10_5_million_multiplications():
    G, count = compact.Generator(), 0

    def add(layer, inputs, output):
        nonlocal count
        count += layer.weight.numel() * math.prod(output.shape[2:])  # each weight, at each place

    for layer in G.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d):
            layer.register_forward_hook(add)
    G(torch.randn(1, 64), torch.tensor([3]))
    assert count == 128 * 6272 + 49 * 128 * 192 + 2 * 196 * 9 * 48 * 48 + 196 * 9 * 48 * 4 < 10_600_000


@pytest.mark.parametrize("kind", [report.Generator, compact.Generator, AutoEncoder])
def test_digits_and_mixtures_of_digits_condition_a_generator(kind):
    G = (kind(conditional=True) if kind is AutoEncoder else kind()).eval()
    z = torch.randn(1, G.config["z_dim"]).expand(3, -1)
    y = torch.tensor([3, 3, 4])
    a, b, c = G(z, y)
    torch.testing.assert_close(a, b)
    assert not torch.allclose(a, c, atol=1e-4)
    one_hot = torch.eye(10)[y]
    torch.testing.assert_close(G(z, one_hot), G(z, y))
    middle = G(z[:1], (one_hot[:1] + one_hot[2:]) / 2)[0]
    assert not torch.allclose(middle, a, atol=1e-5) and not torch.allclose(middle, c, atol=1e-5)


# compact


def test_the_digit_conditions_each_norm():
    y, z = torch.tensor([3, 4]), torch.randn(1, 64).expand(2, 64)
    G = compact.Generator().eval()
    nn.init.ones_(G.embed.weight)  # the same vector beside z for all digits
    a, b = G(z, y)
    torch.testing.assert_close(a, b)
    for norm in (G.norm1, G.norm2, G.norm3, G.norm4):
        for table in (norm.gain, norm.bias):
            before = table.weight.data.clone()
            table.weight.data[4] += 1
            a, b = G(z, y)
            assert not torch.allclose(a, b, atol=1e-3)
            table.weight.data.copy_(before)


def test_fixed_statistics_are_folded_into_gain_and_bias():
    norm, h, y = compact.ConditionalBatchNorm(10, 3), torch.randn(4, 3, 5, 5), torch.tensor([0, 3, 3, 9])
    for tensor in (norm.gain.weight, norm.bias.weight, norm.norm.running_mean):
        nn.init.normal_(tensor)
    nn.init.uniform_(norm.norm.running_var, 0.5, 2)
    norm.eval()
    gain, bias = norm.gain.weight[y, :, None, None], norm.bias.weight[y, :, None, None]
    torch.testing.assert_close(norm(h, y), gain * norm.norm(h) + bias)


def test_a_scaled_output_reaches_black_and_white_and_keeps_its_gradient():
    plain = compact.Generator()
    scaled = compact.Generator(output_scale=1.5)
    assert plain.config == compact.Generator(output_scale=1.0).config == {"num_classes": 10, "z_dim": 64}
    assert scaled.config["output_scale"] == 1.5
    scaled.load_state_dict(plain.state_dict())
    for G in (plain, scaled):
        G.up2.weight.data *= 20
    z, y = torch.randn(8, 64), torch.arange(8)
    a, b = plain(z, y), scaled(z, y)
    assert torch.equal(b, (1.5 * a).clamp(-1, 1))
    assert (b == 1).any() and (b == -1).any() and (b.abs() < 1).any()
    (of_a,), (of_b,) = (torch.autograd.grad(x.sum(), G.up2.weight) for x, G in ((a, plain), (b, scaled)))
    torch.testing.assert_close(of_b, 1.5 * of_a)


def test_d_is_conditioned_by_projection():
    D, x = compact.Discriminator(), torch.rand(2, 1, 28, 28) * 2 - 1
    difference = (D(x, torch.tensor([1, 1])) - D(x, torch.tensor([1, 2]))).abs()
    assert difference[0] < 1e-6 and difference[1] > 1e-3
    nn.init.zeros_(D.embed.weight)
    torch.testing.assert_close(D(x, torch.tensor([1, 1])), D(x, torch.tensor([1, 2])))


def test_a_logit_depends_on_its_own_image_only():
    D, x, y = compact.Discriminator().double(), torch.rand(3, 1, 28, 28).double(), torch.arange(3)
    torch.testing.assert_close(D(x, y)[1:2], D(x[1:2], y[1:2]))


# report, vae, judge


def test_the_reports_d_gives_probabilities():
    D, x, y = report.Discriminator().eval(), torch.rand(4, 1, 28, 28), torch.arange(4)
    torch.testing.assert_close(D.probability(x, y), 1 / (1 + torch.exp(-D(x, y))))


def test_the_auto_encoder_is_the_reports_mlp():
    network = AutoEncoder().double()
    x, y = torch.rand(4, 1, 28, 28).double() * 2 - 1, torch.arange(4)
    layers = list(network.children())
    encode = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU())
    mean = layers[2](encode(x.view(4, 784)))
    decode = nn.Sequential(layers[4], nn.ReLU(), layers[5], nn.ReLU(), layers[6], nn.Sigmoid())
    torch.testing.assert_close(network.reconstruct(x, y), decode(mean).view(4, 1, 28, 28) * 2 - 1)


@pytest.mark.parametrize("conditional", [True, False])
def test_the_digit_reaches_encoder_and_decoder_if_conditional(conditional):
    network, digits = AutoEncoder(conditional=conditional), torch.arange(2)
    x, z = torch.rand(1, 1, 28, 28).expand(2, -1, -1, -1), torch.randn(1, 2).expand(2, 2)
    for a, b in (network.encode(x, digits)[0], network(z, digits)):
        assert torch.allclose(a, b, atol=1e-5) != conditional


def test_the_judge_reads_any_image_in_range():
    judge, x = (
        Judge(width=2, reference_size=0).eval(),
        torch.zeros(2, 1, 28, 28),
    )  # no background: a weak model's
    assert judge(x).shape == (2, 10) and judge.features(x).shape == (2, 128)
    for wrong in (x + 1.1, x - 1.1, x * float("nan")):
        with pytest.raises(BadInput, match="from -1 to 1, not from"):
            judge(wrong)
    for wrong in (x[0], x.repeat(1, 3, 1, 1), x.byte()):
        with pytest.raises(BadInput, match="float N x 1 x 28 x 28"):
            judge(wrong)
