"""Our own conditional GAN."""

import torch
from torch.nn.functional import pad
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cgan.cli import need, whole_number
from cgan.learn.losses import generator_ratio, gradient_penalty, pairing_loss
from cgan.learn.recipes.report import noise_for
from cgan.networks.compact import Discriminator, Generator


class Compact:
    """The loss and penalties of R3GAN (Huang et al. 2024), one backward pass through D for both networks
    (Shen et al. 2021), schedules, and a moving average of G that draws.
    """

    epochs, batch_size, lr = 50, 32, 0.001
    has_schedule = True
    betas = 0.0, 0.99  # of Adam; with beta1 = 0.5, all images of a digit became alike

    def __init__(
        self,
        steps,
        device,
        lr,
        *,
        z_dim=64,
        output_scale=1.1,  # of G's tanh, 1 to 2; above 1, clamped, images reach black and white
        support=0.5,  # 0 to 1; G clears pixels with no more ink than this in the 3 x 3 around
        training_support=0.2,  # the same while it learns; the higher one clears what specks are left
        # The generator that draws is a moving average of G over about the last 1 / (1 - ema_decay) steps, or
        # over the fraction ema_part of the run if that is shorter.
        ema_decay=0.999,
        ema_part=0.11,
        # The gradient penalty is high while D is ahead of G, then falls, as later D is the one behind. It
        # needs a second backward pass, so it is computed every penalty_every steps and multiplied by that.
        gamma=1,
        last_gamma=0.1,
        gamma_until=0.7,  # fraction of the run in which gamma falls, geometrically
        penalty_every=8,  # steps
        constant_until=0.6,  # fraction of the run before the learning rate falls, linearly
        last_lr=0.02,  # as a fraction of lr
        # D also learns that a real image does not match another digit (Reed et al. 2016). The higher the
        # weight, the fewer digits are drawn wrong, but the less varied the handwriting.
        mismatch_weight=0.01,
        # At first D sees only shifted images, so that it learns shapes before it memorises training images.
        # Then the shifts end, as they hide from D where G draws and how alike G's images are.
        shift=3,  # pixels at most
        shift_until=0.5,  # fraction of the run
    ):
        z_dim = whole_number("z_dim", z_dim, 1, 512)
        need(0 <= training_support <= 1, "training_support must be from 0 to 1.")
        need(0 <= ema_decay < 1, "ema_decay must be at least 0 and below 1.")
        need(0 <= ema_part <= 1, "ema_part must be from 0 to 1.")
        need(gamma >= 0, "gamma must be 0 or more; 0 turns the gradient penalty off.")
        need(last_gamma > 0, "last_gamma must be above 0; gamma=0 turns the gradient penalty off.")
        need(0 <= gamma_until <= 1, "gamma_until must be from 0 to 1, a fraction of the run.")
        self.penalty_every = whole_number("penalty_every", penalty_every, 1, 10**6)
        need(0 <= constant_until <= 1, "constant_until must be from 0 to 1, a fraction of the run.")
        need(0 <= last_lr <= 1, "last_lr must be from 0 to 1, a fraction of lr.")
        need(mismatch_weight >= 0, "mismatch_weight must be 0 or more.")
        self.shift = whole_number("shift", shift, 0, 14)
        need(0 <= shift_until <= 1, "shift_until must be from 0 to 1, a fraction of the run.")

        self.steps, self.lr, self.constant_until, self.last_lr = steps, lr, constant_until, last_lr
        self.gamma, self.last_gamma, self.gamma_until = gamma, last_gamma, gamma_until
        self.mismatch_weight, self.shift_until = mismatch_weight, shift_until

        self.G = Generator(z_dim=z_dim, output_scale=output_scale, support=support)
        self.G.to(device, memory_format=torch.channels_last)
        self.D = Discriminator().to(device, memory_format=torch.channels_last)
        # use_buffers: BatchNorm's statistics must belong to the averaged weights.
        decay = min(ema_decay, 1 - 1 / max(1, ema_part * steps))
        self.G_ema = AveragedModel(self.G, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True).eval()
        self.G.support = training_support  # the average keeps `support`
        self.G_optimizer = torch.optim.Adam(self.G.parameters(), lr, self.betas, fused=True)
        self.D_optimizer = torch.optim.Adam(self.D.parameters(), lr, self.betas, fused=True)
        self.generator = self.G_ema.module
        self.parts = {"G": self.G, "D": self.D, "G_ema": self.G_ema}
        self.parts |= {"G_optimizer": self.G_optimizer, "D_optimizer": self.D_optimizer}

    def halve(self):
        """Compute D's features in bfloat16 from now on, but for the first layer; G stays in float32."""
        self.D.half_inside = True

    def step(self, x, y, rng, progress):
        """Learn from real images x (N, 1, 28, 28) in [-1, 1] and their digits y (N,); return the losses."""
        lr, gamma, shift = self.schedule(progress)
        for group in self.G_optimizer.param_groups + self.D_optimizer.param_groups:
            group["lr"] = lr

        # D compares each real image with one that G draws of the same digit; at first both are shifted.
        fake = self.G(noise_for(y, self.G, rng), y)  # (N, 1, 28, 28)
        fake_leaf = fake.detach().requires_grad_()  # where D's backward pass ends and G's begins
        seen = torch.cat([shifted(x, shift, rng), shifted(fake_leaf, shift, rng)])  # (2N, 1, 28, 28)
        seen_y = torch.cat([y, y])  # (2N,)
        h = self.D.features(seen)  # (2N, 128)
        real_logits, fake_logits = self.D.logits(h, seen_y).chunk(2)  # (N,), (N,)
        mismatch_logits = self.D.logits(h[: len(y)], another(y, rng))  # (N,)

        # D learns to score the real image higher, to tell its digit from others and, every few steps, to
        # keep its gradients at the images small.
        d_loss = pairing_loss(real_logits, fake_logits)
        mismatch_loss = pairing_loss(real_logits, mismatch_logits)
        self.D_optimizer.zero_grad()
        (d_loss + self.mismatch_weight * mismatch_loss).backward()
        step = round(progress * self.steps)
        if gamma and step % self.penalty_every == 0:
            seen = seen.detach().requires_grad_()
            penalty = 2 * gradient_penalty(self.D(seen, seen_y), seen)  # R1 + R2: twice the mean over both
            (self.penalty_every * gamma / 2 * penalty).backward()
        self.D_optimizer.step()

        # G learns to draw what D, as it was before this step, scores higher than the real one. fake_leaf.grad
        # holds the gradient of d_loss alone: mismatch_loss sees real images only, the penalty a copy.
        # A logit depends on its own image only, so the gradient of G's loss at an image is a multiple of D's.
        ratio = generator_ratio(fake_logits, real_logits).detach()  # (N,)
        self.G_optimizer.zero_grad()
        fake.backward(ratio[:, None, None, None] * fake_leaf.grad)
        self.G_optimizer.step()

        # The average of G evens out the randomness of the last batches.
        self.G_ema.update_parameters(self.G)
        return {"d": d_loss.item(), "g": pairing_loss(fake_logits, real_logits).item()}

    def schedule(self, progress):
        """Return learning rate, gamma and shift at `progress`, from 0 to 1, of the run."""
        lr_fall = max(0, progress - self.constant_until) / (1 - self.constant_until or 1)  # or 1: no 0 / 0
        lr = self.lr * (1 + lr_fall * (self.last_lr - 1))  # linear
        gamma_fall = min(1, progress / self.gamma_until) if self.gamma_until else 1
        gamma = self.gamma * (self.last_gamma / self.gamma) ** gamma_fall if self.gamma else 0  # geometric
        return lr, gamma, self.shift if progress < self.shift_until else 0

    @torch.no_grad()
    def sample(self, z, y):
        """Draw the digits y (N,) from z (N, z_dim) with the averaged G: (N, 1, 28, 28) in [-1, 1]."""
        return self.G_ema(z, y)


def another(y, rng):
    """Return, for each of the digits y (N,), one of the nine others, chosen uniformly."""
    return (y + torch.randint(1, 10, y.shape, generator=rng).to(y.device)) % 10


def shifted(x, shift, rng):
    """Move each of the images x (N, 1, H, W) by up to `shift` pixels each way, filling with background."""
    if shift == 0:
        return x
    n, _, height, width = x.shape
    dy, dx = torch.randint(2 * shift + 1, (2, n, 1), generator=rng).to(x.device)  # (N, 1), (N, 1)
    rows = dy + torch.arange(height, device=x.device)  # (N, H)
    columns = dx + torch.arange(width, device=x.device)  # (N, W)
    which = torch.arange(n, device=x.device)[:, None, None]  # (N, 1, 1)
    padded = pad(x, [shift] * 4, value=-1).squeeze(1)  # (N, H + 2 * shift, W + 2 * shift)
    return padded[which, rows[:, :, None], columns[:, None, :]].unsqueeze(1)  # (N, 1, H, W)
