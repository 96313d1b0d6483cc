"""The report's networks and its step, against plain code that states both a second time."""

import copy

import pytest
import torch
from torch import nn

from cgan.networks.report import Discriminator, Generator
from cgan.recipes import build


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def test_sizes():
    assert parameters(Generator()) == 1_637_737
    assert parameters(Discriminator()) == 121_377


@pytest.mark.parametrize("n", [1, 13])
def test_shapes_and_ranges(n):
    y = torch.arange(n) % 10
    x = Generator(z_dim=100)(torch.randn(n, 100), y)
    assert x.shape == (n, 1, 28, 28) and x.abs().max() <= 1
    D = Discriminator()
    assert D(x, y).shape == (n,)
    assert ((D.eval().probability(x, y) - 0.5).abs() <= 0.5).all()


class PlainG(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Embedding(10, 100), nn.Linear(100, 12544)
        self.c, self.d = nn.ConvTranspose2d(256, 128, 3, 2, 1, 1), nn.BatchNorm2d(128)
        self.e, self.f = nn.ConvTranspose2d(128, 64, 3, 1, 1), nn.BatchNorm2d(64)
        self.g = nn.ConvTranspose2d(64, 1, 3, 2, 1, 1)

    def forward(self, z, y):
        h = self.b(z * self.a(y)).reshape(len(z), 256, 7, 7)
        h = nn.functional.leaky_relu(self.d(self.c(h)), 0.01)
        h = nn.functional.leaky_relu(self.f(self.e(h)), 0.01)
        return torch.tanh(self.g(h))


class PlainD(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Embedding(10, 784), nn.Conv2d(2, 64, 3, 2, 1)
        self.c, self.d = nn.Conv2d(64, 64, 3, 2, 1), nn.BatchNorm2d(64)
        self.e, self.f = nn.Conv2d(64, 128, 3, 2, 0), nn.BatchNorm2d(128)
        self.g = nn.Linear(1152, 1)

    def forward(self, x, y):
        h = torch.cat([x, self.a(y).reshape(-1, 1, 28, 28)], 1)
        h = nn.functional.leaky_relu(self.b(h), 0.01)
        h = nn.functional.leaky_relu(self.d(self.c(h)), 0.01)
        h = nn.functional.leaky_relu(self.f(self.e(h)), 0.01)
        return torch.sigmoid(self.g(h.flatten(1)))


def test_a_step_is_the_reports():
    recipe = build("report", seed=1)
    recipe.G.double(), recipe.D.double()
    G, D = PlainG().double(), PlainD().double()
    for plain, ours in ((G, recipe.G), (D, recipe.D)):
        tensors = copy.deepcopy(list(ours.state_dict().values()))
        plain.load_state_dict(dict(zip(plain.state_dict(), tensors, strict=True)))
    G_optimizer, D_optimizer = (
        torch.optim.Adam(G.parameters(), 0.001),
        torch.optim.Adam(D.parameters(), 0.001),
    )
    criterion, one, zero = nn.BCELoss(), torch.ones(8, 1).double(), torch.zeros(8, 1).double()
    x, y = torch.rand(8, 1, 28, 28).double() * 2 - 1, torch.tensor([3, 1, 4, 1, 5, 9, 2, 6])

    for step in range(2):
        recipe.rng.manual_seed(step)
        losses = recipe.step(x, y)

        rng = torch.Generator().manual_seed(step)
        d_real = criterion(D(x, y), one)
        D_optimizer.zero_grad()
        d_real.backward()
        D_optimizer.step()
        d_fake = criterion(D(G(torch.randn(8, 100, generator=rng), y), y), zero)
        D_optimizer.zero_grad()
        d_fake.backward()
        D_optimizer.step()
        g = criterion(D(G(torch.randn(8, 100, generator=rng), y), y), one)
        G_optimizer.zero_grad()
        g.backward()
        G_optimizer.step()

        expected = {"d_real": d_real.item(), "d_fake": d_fake.item(), "g": g.item()}
        assert losses == pytest.approx(expected, rel=1e-6)
    for plain, ours in ((G, recipe.G), (D, recipe.D)):
        for a, b in zip(plain.state_dict().values(), ours.state_dict().values(), strict=True):
            torch.testing.assert_close(a, b)


def test_the_first_weights_depend_on_the_seed_alone():
    before = torch.get_rng_state()
    first, again, other = (build("report", seed).G.dense.weight for seed in (5, 5, 6))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert torch.equal(before, torch.get_rng_state())


def test_sampling_does_not_change_what_is_learned():
    recipe = build("report", seed=1)
    before = copy.deepcopy(recipe.G.state_dict())
    recipe.sample(torch.randn(4, 100), torch.arange(4))
    assert all(
        torch.equal(a, b) for a, b in zip(before.values(), recipe.G.state_dict().values(), strict=True)
    )
    assert recipe.G.training
