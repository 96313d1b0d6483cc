"""Training in several processes. Without torchrun, the functions here do nothing.

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


def world():
    """Number of processes that train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank():
    """Number of this process; 0 writes the run's folder and prints."""
    return dist.get_rank() if dist.is_initialized() else 0


@contextmanager
def group():
    """Join the process group that torchrun sets up, if it did. Only process 0 prints."""
    if not dist.is_torchelastic_launched():
        yield
        return
    has_cuda = torch.cuda.is_available()
    if has_cuda:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))  # what the device "cuda" means from here on
    store, number, size = next(dist.rendezvous("env://"))
    if os.environ["GROUP_WORLD_SIZE"] == "1":  # machine; the counts of several may differ
        # Restarted processes must not find the addresses of those before them in torchrun's store.
        store = dist.PrefixStore(os.environ["TORCHELASTIC_RESTART_COUNT"], store)
    backend = "cpu:gloo,cuda:nccl" if has_cuda else "gloo"
    dist.init_process_group(backend, store=store, rank=number, world_size=size)
    try:
        with redirect_stdout(None if rank() else sys.stdout):
            yield
    except BadInput:
        if rank() == 0:
            raise
        raise SystemExit(2) from None  # process 0 reports the same
    finally:
        dist.destroy_process_group()


def from_first(function, *arguments):
    """Call the function in process 0 and return its result in all of them. If it ends one, it ends all."""
    if world() == 1:
        return function(*arguments)
    result = [None]
    if rank() == 0:
        try:
            result = [function(*arguments)]
        except (BadInput, OSError, SystemExit) as error:
            dist.broadcast_object_list([SystemExit(getattr(error, "code", 2))])
            raise
    dist.broadcast_object_list(result)
    if isinstance(result[0], SystemExit):
        raise result[0]
    return result[0]


def share_gradients(recipe):
    """Let the recipe's optimisers step with gradients averaged over all processes."""
    for part in recipe.parts.values():
        if isinstance(part, torch.optim.Optimizer) and world() > 1:
            part.register_step_pre_hook(_average_gradients)


def _average_gradients(optimizer, arguments, options):
    parameters = (p for group in optimizer.param_groups for p in group["params"])
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    for gradient, total in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_((total / world()).view_as(gradient))


def agree(losses, stop):
    """Return the mean of the processes' losses, a dict of floats, and whether any of them wants to stop."""
    if world() == 1:
        return losses, stop
    values = torch.tensor([*losses.values(), float(stop)], dtype=torch.float64)
    dist.all_reduce(values)
    *totals, stops = values.tolist()
    return {name: total / world() for name, total in zip(losses, totals, strict=True)}, stops > 0
