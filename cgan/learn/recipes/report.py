"""The course report's conditional GAN."""

import torch

from cgan.cli import need, whole_number
from cgan.learn.losses import fake_loss, real_loss
from cgan.networks import compact, report

PAIRS = {"report": report, "compact": compact}


class Report:
    """The report's three updates per batch, with binary cross-entropy and Adam.

    networks: "compact" trains that pair of networks this way, for comparison.
    """

    epochs, batch_size, lr = 20, 128, 0.001  # the report gives lr only; the rest is our choice
    has_schedule = False

    def __init__(self, steps, device, lr, *, z_dim=100, networks="report"):
        z_dim = whole_number("z_dim", z_dim, 1, 512)
        need(networks in PAIRS, f"networks must be report or compact, not {networks!r}.")

        # channels_last is the memory order in which convolutions run fastest on a CPU.
        pair = PAIRS[networks]
        self.G = pair.Generator(z_dim=z_dim).to(device, memory_format=torch.channels_last)
        self.D = pair.Discriminator().to(device, memory_format=torch.channels_last)
        self.G_optimizer = torch.optim.Adam(self.G.parameters(), lr)
        self.D_optimizer = torch.optim.Adam(self.D.parameters(), lr)
        self.generator = self.G
        self.parts = {"G": self.G, "D": self.D}
        self.parts |= {"G_optimizer": self.G_optimizer, "D_optimizer": self.D_optimizer}

    def step(self, x, y, rng, progress):
        """Learn from real images x (N, 1, 28, 28) in [-1, 1] and their digits y (N,); return the losses."""
        # D learns to call the real images real, given their digit.
        d_loss_real = real_loss(self.D(x, y))
        self.D_optimizer.zero_grad()
        d_loss_real.backward()
        self.D_optimizer.step()

        # D learns to call G's images of the same digits fake. G is not learning here: no gradient.
        with torch.no_grad():
            fake = self.G(noise_for(y, self.G, rng), y)
        d_loss_fake = fake_loss(self.D(fake, y))
        self.D_optimizer.zero_grad()
        d_loss_fake.backward()
        self.D_optimizer.step()

        # G learns to draw images that D calls real, so its target is "real", too. D is not learning here: its
        # weights need no gradient.
        self.D.requires_grad_(False)
        g_loss = real_loss(self.D(self.G(noise_for(y, self.G, rng), y), y))
        self.G_optimizer.zero_grad()
        g_loss.backward()
        self.G_optimizer.step()
        self.D.requires_grad_(True)

        return {"d_real": d_loss_real.item(), "d_fake": d_loss_fake.item(), "g": g_loss.item()}

    @torch.no_grad()
    def sample(self, z, y):
        """Draw the digits y (N,) from z (N, z_dim) with G as it is now: (N, 1, 28, 28) in [-1, 1]."""
        self.G.eval()
        images = self.G(z, y)
        self.G.train()
        return images


def noise_for(y, G, rng):
    """Draw z ~ N(0, 1), float (N, z_dim), one for each of the digits y (N,)."""
    return torch.randn(len(y), G.config["z_dim"], generator=rng).to(y.device)
