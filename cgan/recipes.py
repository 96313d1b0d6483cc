"""How each model learns. A recipe has networks, optimisers, `step(x, y)` and `sample(z, y)`.

`parts` names all that a resumed run needs; `rng` is where a step takes its noise from, set anew before each
step by whoever trains; `generator` is the network that the weights file keeps.
"""

from cgan.losses import fake_loss, real_loss
from cgan.networks import report

import torch


class Report:
    """The course report's conditional GAN: three updates a batch, with binary cross-entropy and Adam."""

    batch_size, lr = 128, 0.001  # the report gives the learning rate; batch and z_dim are our choice

    def __init__(self, lr=lr, z_dim=100, device="cpu"):
        # channels_last: the same arithmetic in the memory order that convolutions on a CPU run fastest in.
        self.G = report.Generator(z_dim=z_dim).to(device, memory_format=torch.channels_last)
        self.D = report.Discriminator().to(device, memory_format=torch.channels_last)
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
            fake = self.G(self.noise(y), y)
        d_loss_fake = fake_loss(self.D(fake, y))
        self.D_optimizer.zero_grad()
        d_loss_fake.backward()
        self.D_optimizer.step()

        # G learns to draw pictures that D calls real. D is not learning here: its weights need no gradient.
        self.D.requires_grad_(False)
        g_loss = real_loss(self.D(self.G(self.noise(y), y), y))
        self.G_optimizer.zero_grad()
        g_loss.backward()
        self.G_optimizer.step()
        self.D.requires_grad_(True)

        return {"d_real": d_loss_real.item(), "d_fake": d_loss_fake.item(), "g": g_loss.item()}

    def noise(self, y):
        """z ~ N(0, 1), float (N, z_dim): another handwriting for each digit of y."""
        return torch.randn(len(y), self.G.config["z_dim"], generator=self.rng).to(y.device)

    @torch.no_grad()
    def sample(self, z, y):
        """The digits y (N,) as G draws them now from z (N, z_dim): (N, 1, 28, 28) in [-1, 1]."""
        self.G.eval()
        pictures = self.G(z, y)
        self.G.train()
        return pictures


RECIPES = {"report": Report}


def build(name, seed, **options):
    """The recipe called `name`, its first weights drawn from `seed`; the global RNG is left as it was."""
    with torch.random.fork_rng(devices=[]):  # PyTorch's layers can draw their first weights from nowhere else
        torch.manual_seed(seed)
        return RECIPES[name](**options)
