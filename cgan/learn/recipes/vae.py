"""The report's other models: a variational auto-encoder, a conditional one, and a GAN that uses one."""

import torch

from cgan import weights
from cgan.cli import need, whole_number
from cgan.learn.losses import kl_loss, reconstruction_loss
from cgan.learn.recipes.report import Report
from cgan.networks.vae import AutoEncoder


class Vae:
    """The report's variational auto-encoder. It is not conditional: the digits it draws are random."""

    epochs, batch_size, lr = 50, 128, 0.001  # the batch size is our choice
    has_schedule = False
    conditional = False

    def __init__(self, steps, device, lr, *, z_dim=2):
        z_dim = whole_number("z_dim", z_dim, 1, 512)

        self.network = AutoEncoder(z_dim, self.conditional).to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr, fused=True)
        self.generator = self.network
        self.parts = {"network": self.network, "optimizer": self.optimizer}

    def step(self, x, y, rng, progress):
        """Learn from images x (N, 1, 28, 28) in [-1, 1]; return the two terms of -ELBO."""
        # Encode each image to a normal distribution, and draw a z from that.
        mean, log_var = self.network.encode(x, y)  # (N, Z), (N, Z)
        noise = torch.randn(mean.shape, generator=rng).to(x.device)  # (N, Z)
        z = mean + (log_var / 2).exp() * noise  # (N, Z)

        # z must decode to the image, and the distributions stay close to N(0, 1), from which sampling draws.
        reconstruction = reconstruction_loss(self.network.decode(z, y), x)
        kl = kl_loss(mean, log_var)
        self.optimizer.zero_grad()
        (reconstruction + kl).backward()
        self.optimizer.step()
        return {"reconstruction": reconstruction.item(), "kl": kl.item()}

    @torch.no_grad()
    def sample(self, z, y):
        """Decode z (N, z_dim) and the digits y (N,) with the network as it is now: (N, 1, 28, 28)."""
        return self.network(z, y)


class Cvae(Vae):
    """The conditional auto-encoder: its encoder and decoder receive the digit."""

    conditional = True


class VaeCgan(Report):
    """The report's combination: its conditional GAN learns from an auto-encoder's reconstructions.

    vae: a weights file of a `vae`, or the name of shipped weights.
    """

    def __init__(self, steps, device, lr, *, z_dim=100, vae="vae"):
        loaded = weights.find(vae)
        need(isinstance(loaded.network, AutoEncoder), f"vae must be the weights of a vae, not {vae!r}.")

        super().__init__(steps, device, lr, z_dim=z_dim)
        # Not one of `parts`, as it does not change: a resumed run loads it again and compares its id.
        self.vae, self.vae_id = loaded.network.to(device), loaded.id

    def step(self, x, y, rng, progress):
        """Report's step, on reconstructions of the real images x."""
        with torch.no_grad():
            mean, _ = self.vae.encode(x, y)
            reconstructed = self.vae(mean, y)  # (N, 1, 28, 28)
        return super().step(reconstructed, y, rng, progress)
