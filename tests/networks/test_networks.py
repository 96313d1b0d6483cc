"""The networks' sizes, shapes and arithmetic, against plain code."""

import pytest
import torch
from torch import nn
from torch.nn.functional import leaky_relu

from cgan import networks
from cgan.cli import BadInput
from cgan.networks import compact, report
from cgan.networks.judge import Judge
from cgan.networks.vae import AutoEncoder


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
    assert sum(p.numel() for p in network.parameters()) == count
    y = torch.arange(n) % 10
    if hasattr(network, "config"):
        x = network(torch.randn(n, network.config["z_dim"]), y)
        assert x.shape == (n, 1, 28, 28) and x.abs().max() <= 1
        again = networks.NETWORKS[networks.name_of(network)](**network.config)
        assert str(again) == str(network) and again.config == network.config
    else:
        assert network(torch.rand(n, 1, 28, 28), y).shape == (n,)


@pytest.mark.parametrize("kind", [report.Generator, compact.Generator, AutoEncoder])
def test_digits_and_mixtures_of_digits_condition_a_generator(kind):
    torch.manual_seed(0)
    G = (kind(conditional=True) if kind is AutoEncoder else kind()).eval()
    z = torch.randn(1, G.config["z_dim"]).expand(3, -1)
    y = torch.tensor([3, 3, 4])
    a, b, c = G(z, y)
    torch.testing.assert_close(a, b)
    assert not torch.allclose(a, c, atol=1e-4)
    one_hot = torch.eye(10)[y]
    assert torch.equal(G(z, one_hot), G(z, y))
    middle = G(z[:1], (one_hot[:1] + one_hot[2:]) / 2)[0]
    assert not torch.allclose(middle, a, atol=1e-5) and not torch.allclose(middle, c, atol=1e-5)


# compact


def test_patches_replace_the_first_convolution_of_d():
    D, x = compact.Discriminator(), torch.randn(2, 1, 28, 28)
    h = D.conv1(x)
    for layer in (D.conv2, D.conv3):
        h = layer(leaky_relu(h, 0.2))
    h = leaky_relu(D.dense(leaky_relu(h, 0.2).permute(0, 2, 3, 1).flatten(1)), 0.2)
    torch.testing.assert_close(D.features(x), h)


def test_the_digit_conditions_each_norm_with_its_statistics_folded_in():
    norm, h, y = compact.ConditionalBatchNorm(10, 3), torch.randn(4, 3, 5, 5), torch.tensor([0, 3, 3, 9])
    for tensor in (norm.gain.weight, norm.bias.weight, norm.norm.running_mean):
        nn.init.normal_(tensor)
    nn.init.uniform_(norm.norm.running_var, 0.5, 2)
    norm.eval()
    gain, bias = norm.gain.weight[y, :, None, None], norm.bias.weight[y, :, None, None]
    torch.testing.assert_close(norm(h, y), gain * norm.norm(h) + bias)
    G = compact.Generator()
    assert [m.norm.num_features for m in G.modules() if type(m) is type(norm)] == [128, 48, 48, 48]


@pytest.mark.parametrize("support", [0, 0.2])
def test_the_end_of_g_changes_values_and_no_gradient(support):
    plain = compact.Generator(output_scale=1, support=0)
    ours = compact.Generator(output_scale=1.5, support=support)
    ours.load_state_dict(plain.state_dict())
    for G in (plain, ours):
        G.up2.weight.data *= 20
    z, y = torch.randn(8, 64), torch.arange(8)
    a, b = plain(z, y), ours(z, y)
    picture = compact.without_specks((1.5 * a).clamp(-1, 1), support)
    torch.testing.assert_close(b, picture)
    assert (picture == 1).any() and (picture == -1).any() and (picture.abs() < 1).any()
    (of_a,), (of_b,) = (torch.autograd.grad(x.sum(), G.up2.weight) for x, G in ((a, plain), (b, ours)))
    torch.testing.assert_close(of_b, 1.5 * of_a)


def test_specks_disappear_and_strokes_stay():
    x = torch.full((1, 1, 28, 28), -1.0)
    x[..., 3:25, 14:16] = 1  # a stroke,
    stroke = x.clone()
    x[..., 5, 5] = -0.7  # ink of 0.15 alone, below the support,
    x[..., 0, 27] = 0  # and 0.5 in the corner, halfway between the support and three times the support
    cleaned = compact.without_specks(x, 0.25)
    stroke[..., 0, 27] = -0.5
    torch.testing.assert_close(cleaned, stroke)


def test_the_config_of_older_weights_stays_as_it_was():
    older, newer = {"num_classes": 10, "z_dim": 64}, {"output_scale": 1.1, "support": 0.2}
    assert compact.Generator(**older, output_scale=1.0, support=0.0).config == older
    assert compact.Generator(**older, **newer).config == older | newer


def test_d_is_conditioned_by_projection_and_sees_each_image_alone():
    D, x = compact.Discriminator().double(), torch.rand(2, 1, 28, 28).double() * 2 - 1
    ones, y = torch.tensor([1, 1]), torch.tensor([1, 2])
    torch.testing.assert_close(D(x, y)[1:], D(x[1:], y[1:]))
    difference = (D(x, ones) - D(x, y)).abs()
    assert difference[0] == 0 and difference[1] > 1e-3
    nn.init.zeros_(D.embed.weight)
    torch.testing.assert_close(D(x, ones), D(x, y))


# vae, judge


def test_the_auto_encoder_is_the_reports_mlp():
    network = AutoEncoder().double()
    x, y = torch.rand(4, 1, 28, 28).double() * 2 - 1, torch.arange(4)
    layers = list(network.children())
    mean = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])(x.view(4, 784))
    torch.testing.assert_close(network.encode(x, y)[0], mean)
    decode = nn.Sequential(layers[4], nn.ReLU(), layers[5], nn.ReLU(), layers[6], nn.Sigmoid())
    torch.testing.assert_close(network(mean, y), decode(mean).view(4, 1, 28, 28) * 2 - 1)


@pytest.mark.parametrize("conditional", [True, False])
def test_the_digit_reaches_encoder_and_decoder_if_conditional(conditional):
    network, digits = AutoEncoder(conditional=conditional), torch.arange(2)
    x, z = torch.rand(1, 1, 28, 28).expand(2, -1, -1, -1), torch.randn(1, 2).expand(2, 2)
    for a, b in (network.encode(x, digits)[0], network(z, digits)):
        assert torch.allclose(a, b, atol=1e-5) != conditional


def test_the_judge_takes_any_image_in_range():
    judge, x = Judge(width=2, reference_size=0).eval(), torch.zeros(2, 1, 28, 28)  # all grey
    assert judge(x).shape == (2, 10) and judge.features(x).shape == (2, 128)
    for wrong in (x + 1.1, x - 1.1, x * float("nan")):
        with pytest.raises(BadInput, match="images from -1 to 1"):
            judge(wrong)
