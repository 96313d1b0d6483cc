"""Train in several processes. Without torchrun, these functions change nothing.

torchrun --nproc-per-node 2 train.py

Each process learns from its share of every batch; gradients are averaged before each optimiser step.
(DistributedDataParallel averages during backward(), and fails at the gradient penalty's double backward.)
"""

import os
import sys
from contextlib import contextmanager, redirect_stdout

import torch
import torch.distributed as dist

from cgan.cli import BadInput

LAUNCHED = dist.is_torchelastic_launched()  # by torchrun, which sets RANK and the other variables
WORLD = int(os.environ["WORLD_SIZE"]) if LAUNCHED else 1  # processes that train together
RANK = int(os.environ["RANK"]) if LAUNCHED else 0  # of this process; 0 writes the run's folder and prints


@contextmanager
def group():
    """Join the process group that torchrun sets up, if it did. Only process 0 prints."""
    if not LAUNCHED:
        yield
        return
    backend = "gloo"
    if torch.cuda.is_available():
        backend = "cpu:gloo,cuda:nccl"
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))  # the device that "cuda" means from here on
    store, _, _ = next(dist.rendezvous("env://"))
    if os.environ["GROUP_WORLD_SIZE"] == "1":  # one machine; on several, the counts may differ
        # Restarted processes must not find their predecessors' addresses in torchrun's store.
        store = dist.PrefixStore(os.environ["TORCHELASTIC_RESTART_COUNT"], store)
    dist.init_process_group(backend, store=store, rank=RANK, world_size=WORLD)
    try:
        with redirect_stdout(None if RANK else sys.stdout):
            yield
    except (BadInput, OSError):
        if RANK == 0:
            raise
        raise SystemExit(2) from None  # process 0 reports the error
    finally:
        dist.destroy_process_group()


def from_first(function, *arguments):
    """Call the function in process 0; return its result, or raise its exception, in all processes."""
    box = [None]
    if RANK == 0:
        try:
            box = [function(*arguments)]
        except (BadInput, OSError, SystemExit) as error:
            box = [error]
    if LAUNCHED:
        dist.broadcast_object_list(box)
    if isinstance(box[0], BaseException):
        raise box[0]
    return box[0]


def share_gradients(recipe):
    """Let the recipe's optimisers step with gradients averaged over all processes."""
    for part in recipe.parts.values():
        if isinstance(part, torch.optim.Optimizer) and LAUNCHED:
            part.register_step_pre_hook(_average_gradients)


def _average_gradients(optimizer, arguments, options):
    gradients = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    for gradient, total in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_((total / WORLD).view_as(gradient))


def agree(losses, stop):
    """Return the mean of the processes' losses, a dict of floats, and whether any of them wants to stop."""
    values = torch.tensor([*losses.values(), float(stop)], dtype=torch.float64)
    if LAUNCHED:
        dist.all_reduce(values)
    *totals, stops = values.tolist()
    return {name: total / WORLD for name, total in zip(losses, totals, strict=True)}, stops > 0
