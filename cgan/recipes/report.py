"""The course report's conditional GAN."""

import torch

from cgan.losses import fake_loss, real_loss
from cgan.networks import FAMILIES


class Report:
    """The course report's conditional GAN: three updates a batch, with binary cross-entropy and Adam."""

    batch_size, lr = 128, 0.001  # the report gives the learning rate; batch and z_dim are our choice
    epochs, has_schedule = 20, False
    networks = "report"

    def __init__(self, lr=lr, z_dim=100, device="cpu", steps=None):
        # channels_last: the same arithmetic in the memory order that convolutions on a CPU run fastest in.
        networks = FAMILIES[self.networks]
        self.G = networks.Generator(z_dim=z_dim).to(device, memory_format=torch.channels_last)
        self.D = networks.Discriminator().to(device, memory_format=torch.channels_last)
        self.G_optimizer = torch.optim.Adam(self.G.parameters(), lr)
        self.D_optimizer = torch.optim.Adam(self.D.parameters(), lr)
        self.rng = torch.Generator()
        self.parts = {
            "G": self.G,
            "D": self.D,
            "G_optimizer": self.G_optimizer,
            "D_optimizer": self.D_optimizer,
        }
        self.generator = self.G

    def step(self, x, y):
        """One batch of real images x (N, 1, 28, 28) in [-1, 1] and their digits y (N,): the losses."""
        # D learns to call the real images real, given their digit.
        d_loss_real = real_loss(self.D(x, y))
        self.D_optimizer.zero_grad()
        d_loss_real.backward()
        self.D_optimizer.step()

        # D learns to call pictures that G draws of the same digits fake. G is not learning here: no gradient.
        with torch.no_grad():
            fake = self.G(noise_for(self, y), y)
        d_loss_fake = fake_loss(self.D(fake, y))
        self.D_optimizer.zero_grad()
        d_loss_fake.backward()
        self.D_optimizer.step()

        # G learns to draw pictures that D calls real. D is not learning here: its weights need no gradient.
        self.D.requires_grad_(False)
        g_loss = real_loss(self.D(self.G(noise_for(self, y), y), y))
        self.G_optimizer.zero_grad()
        g_loss.backward()
        self.G_optimizer.step()
        self.D.requires_grad_(True)

        return {"d_real": d_loss_real.item(), "d_fake": d_loss_fake.item(), "g": g_loss.item()}

    @torch.no_grad()
    def sample(self, z, y):
        """The digits y (N,) as G draws them now from z (N, z_dim): (N, 1, 28, 28) in [-1, 1]."""
        self.G.eval()
        pictures = self.G(z, y)
        self.G.train()
        return pictures


def noise_for(recipe, y):
    """z ~ N(0, 1) from the recipe's rng, float (N, z_dim): another handwriting for each digit of y (N,)."""
    return torch.randn(len(y), recipe.G.config["z_dim"], generator=recipe.rng).to(y.device)
