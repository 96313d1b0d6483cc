"""Our own conditional GAN."""

import torch
from torch.nn.functional import pad
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cgan.losses import gradient_penalty, pairing_loss, pairing_slopes
from cgan.networks import compact
from cgan.recipes.report import noise_for


class Compact:
    """Better pictures for a fraction of the work: the loss and penalties of R3GAN (Huang et al. 2024), one
    backward pass through D for both networks (Shen et al. 2021), a schedule, and an average of G that draws.
    """

    batch_size, lr, epochs = 32, 0.001, 45
    has_schedule = True
    networks = "compact"
    betas = 0.0, 0.99  # of Adam; with a momentum of 0.5 the pictures of a digit became all alike
    ema_decay = 0.999  # a step: the weights that draw are those of about the last thousand steps,
    ema_part = 0.11  # but of no more than this part of a short run
    penalty_every = 8  # steps; weighted by as much, it is worth the same as at every step and costs less
    gamma, last_gamma, gamma_until = 1, 0.02, 0.7  # penalty: high while D is ahead, then D is the weak side
    constant_until, last_lr = 0.6, 0.02  # of the run; of lr
    # D also learns, a little, that a real image does not go with another digit (Reed et al. 2016): the more
    # of it, the fewer digits are drawn wrong, but also the fewer ways of writing one are drawn at all.
    mismatch_weight = 0.01
    # What D sees is shifted at first, so that it learns shapes before it learns the training images by heart;
    # then not, as shifted pictures hide from it where G draws them and how alike they are.
    shift, shift_until = 3, 0.5  # pixels; of the run

    def __init__(self, steps, lr=lr, z_dim=64, device="cpu"):
        self.lr, self.steps = lr, steps
        self.G = compact.Generator(z_dim=z_dim).to(device, memory_format=torch.channels_last)
        self.D = compact.Discriminator().to(device, memory_format=torch.channels_last)
        decay = min(self.ema_decay, 1 - 1 / max(1, self.ema_part * steps))
        # Averages the buffers, too: BatchNorm's statistics must belong to the averaged weights.
        self.G_ema = AveragedModel(self.G, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True).eval()
        self.G_optimizer = torch.optim.Adam(self.G.parameters(), lr, self.betas, fused=True)
        self.D_optimizer = torch.optim.Adam(self.D.parameters(), lr, self.betas, fused=True)
        self.rng = torch.Generator()
        self.parts = {
            "G": self.G,
            "D": self.D,
            "G_ema": self.G_ema,
            "G_optimizer": self.G_optimizer,
            "D_optimizer": self.D_optimizer,
        }
        self.generator = self.G_ema.module

    def step(self, x, y):
        """One batch of real images x (N, 1, 28, 28) in [-1, 1] and their digits y (N,): the losses."""
        step = int(self.G_ema.n_averaged)  # steps done; `parts` keeps it, so a resumed run knows
        lr, gamma, shift = self.schedule(step / self.steps)
        for group in self.G_optimizer.param_groups + self.D_optimizer.param_groups:
            group["lr"] = lr

        # D compares each real image with a picture that G draws of the same digit; at first both are shifted.
        fake = self.G(noise_for(self, y), y)
        fake_leaf = fake.detach().requires_grad_()  # where D's backward pass ends and G's begins
        seen, seen_y = torch.cat([self.shifted(x, shift), self.shifted(fake_leaf, shift)]), torch.cat([y, y])
        h = self.D.features(seen)
        real_logits, fake_logits = self.D.logits(h, seen_y).chunk(2)
        mismatch_logits = self.D.logits(h[: len(y)], self.another(y))

        # D learns to call real the one that is, to know an image's digit from others, and, every few batches,
        # to be flat around what it sees.
        d_loss = pairing_loss(real_logits, fake_logits)
        mismatch_loss = pairing_loss(real_logits, mismatch_logits)
        self.D_optimizer.zero_grad()
        (d_loss + self.mismatch_weight * mismatch_loss).backward()
        if step % self.penalty_every == 0:
            seen = seen.detach().requires_grad_()
            penalty = 2 * gradient_penalty(self.D(seen, seen_y), seen)  # R1 + R2
            (self.penalty_every * gamma / 2 * penalty).backward()
        self.D_optimizer.step()

        # G learns to draw what D takes for the real one. D's backward pass left the gradient of D's loss by
        # each picture; as a logit depends on its own picture alone, that of G's loss is a multiple of it.
        slopes = pairing_slopes(fake_logits, real_logits).detach()
        self.G_optimizer.zero_grad()
        fake.backward(slopes[:, None, None, None] * fake_leaf.grad)
        self.G_optimizer.step()

        # What draws is the average of G over its last steps: less of the last batches' chance.
        self.G_ema.update_parameters(self.G)
        return {"d": d_loss.item(), "g": pairing_loss(fake_logits, real_logits).item()}

    def schedule(self, progress):
        """The learning rate, gamma and shift, when `progress` (from 0 to 1) of the run is done."""
        lr_fall = max(0, progress - self.constant_until) / (1 - self.constant_until)
        gamma_fall = min(1, progress / self.gamma_until)
        lr = self.lr * (1 + lr_fall * (self.last_lr - 1))  # linear
        gamma = self.gamma * (self.last_gamma / self.gamma) ** gamma_fall  # geometric
        return lr, gamma, self.shift if progress < self.shift_until else 0

    def another(self, y):
        """For each of the digits y (N,) one of the nine others, all as likely."""
        return (y + torch.randint(1, 10, y.shape, generator=self.rng).to(y.device)) % 10

    def shifted(self, x, shift):
        """Images (N, 1, H, W), each moved by up to `shift` pixels each way; background comes into view."""
        if shift == 0:
            return x
        n, _, height, width = x.shape
        dy, dx = torch.randint(2 * shift + 1, (2, n, 1), generator=self.rng).to(x.device)
        rows = dy + torch.arange(height, device=x.device)  # (N, H)
        columns = dx + torch.arange(width, device=x.device)  # (N, W)
        which = torch.arange(n, device=x.device)[:, None, None]
        padded = pad(x, [shift] * 4, value=-1).squeeze(1)  # (N, H + 2 * shift, W + 2 * shift)
        return padded[which, rows[:, :, None], columns[:, None, :]].unsqueeze(1)  # (N, 1, H, W)

    @torch.no_grad()
    def sample(self, z, y):
        """The digits y (N,) as the averaged G draws them now from z (N, z_dim): (N, 1, 28, 28) in [-1, 1]."""
        return self.G_ema(z, y)
