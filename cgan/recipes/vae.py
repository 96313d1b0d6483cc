"""The report's other models: the variational auto-encoder without and with the digit, and a GAN after it."""

import torch

from cgan.losses import kl_loss, reconstruction_loss
from cgan.networks import vae
from cgan.recipes.report import Report


class Vae:
    """The report's variational auto-encoder. It learns no digit: it draws whichever comes."""

    batch_size, lr, epochs = 128, 0.001, 50  # batch is our choice
    conditional, has_schedule = False, False

    def __init__(self, lr=lr, z_dim=2, device="cpu", steps=None):
        self.network = vae.AutoEncoder(z_dim, self.conditional).to(device)
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr, fused=True)
        self.rng = torch.Generator()
        self.parts = {"network": self.network, "optimizer": self.optimizer}
        self.generator = self.network
        self.networks = "cvae" if self.conditional else "vae"

    def step(self, x, y):
        """One batch of images x (N, 1, 28, 28) in [-1, 1] and their digits y (N,): the two parts of -ELBO."""
        # Where each image belongs, as a normal distribution, and a z out of it.
        mean, log_var = self.network.encode(x, y)
        noise = torch.randn(mean.shape, generator=self.rng).to(x.device)
        z = mean + (log_var / 2).exp() * noise

        # From z the image must come back, and the distributions stay near N(0, 1), where drawing takes z.
        reconstruction = reconstruction_loss(self.network.decode(z, y), x)
        kl = kl_loss(mean, log_var)
        self.optimizer.zero_grad()
        (reconstruction + kl).backward()
        self.optimizer.step()
        return {"reconstruction": reconstruction.item(), "kl": kl.item()}

    @torch.no_grad()
    def sample(self, z, y):
        """What the decoder makes of z (N, z_dim) and the digits y (N,) now: (N, 1, 28, 28) in [-1, 1]."""
        return self.network(z, y)


class Cvae(Vae):
    """The auto-encoder that is told the digit, in the encoder and in the decoder."""

    conditional = True


class VaeCgan(Report):
    """The report's combination: its conditional GAN learns from an auto-encoder's reconstructions.

    vae: the network of a `vae`'s weights file.
    """

    networks = "vae-cgan"

    def __init__(self, vae, device="cpu", **options):
        super().__init__(device=device, **options)
        self.vae = vae.to(device)

    def step(self, x, y):
        """Report's, on reconstructions of the real images x."""
        with torch.no_grad():
            reconstructed = self.vae.reconstruct(x, y)
        return super().step(reconstructed, y)
