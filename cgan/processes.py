"""Training in several processes, which torchrun starts on one machine or several. Otherwise: nothing.

    torchrun --nproc-per-node 2 train.py --threads 1
    torchrun --nproc-per-node 2 -m cgan.processes    # is it worth it here? one process and two, in turn

Each process learns from its own share of every batch; before an optimiser steps, the gradients of all are
averaged. PyTorch's DistributedDataParallel does that while gradients are computed, and fails on a gradient
penalty: it waits for D's biases, which the penalty does not depend on. A hook on the optimiser does not mind,
and sends D's gradients once a step, not once a backward pass. The processes trust each other: let nobody
else into the network between them.
"""

import os
import statistics
import sys
import time
from contextlib import contextmanager, nullcontext, redirect_stdout

import torch
import torch.distributed as dist

from cgan import recipes
from cgan.cli import BadInput


def world():
    """How many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank():
    """Which of them this is, from 0. The first one writes the run's folder and speaks."""
    return dist.get_rank() if world() > 1 else 0


def may_restart():
    """Whether torchrun starts again what is lost (--max-restarts): then a run is gone on with."""
    return os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0") != "0"


@contextmanager
def joined():
    """Around a run: its processes know each other, by gloo on CPUs and nccl on GPUs, one for each."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))  # what the device "cuda" means from here on
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    store, rank_here, size = next(dist.rendezvous("env://"))
    if os.environ["GROUP_WORLD_SIZE"] == "1":  # machine; several do not count restarts alike
        # Started again, the processes must not find the addresses of those before them in torchrun's store.
        store = dist.PrefixStore(os.environ["TORCHELASTIC_RESTART_COUNT"], store)
    dist.init_process_group(backend, store=store, rank=rank_here, world_size=size)
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere) if rank() else nullcontext():
        try:
            yield
        except BadInput:
            if rank() == 0:
                raise
            raise SystemExit(2) from None  # all find the same fault; the first one tells it
        finally:
            dist.destroy_process_group()


def from_first(function, *arguments):
    """What the function returns in the first process, sent to all of them. If it ends that, it ends all."""
    if world() == 1:
        return function(*arguments)
    sent = [None]
    if rank() == 0:
        try:
            sent = [function(*arguments)]
        except (BadInput, OSError, SystemExit) as error:
            dist.broadcast_object_list([SystemExit(2)])
            raise error
    dist.broadcast_object_list(sent)
    if isinstance(sent[0], SystemExit):
        raise sent[0]
    return sent[0]


def share_gradients(recipe):
    """From here on all processes have the first one's weights, and step with the mean of their gradients."""
    if world() == 1:
        return
    for part in recipe.parts.values():
        if isinstance(part, torch.optim.Optimizer):
            part.register_step_pre_hook(_average_gradients)
        else:
            for tensor in part.state_dict().values():
                dist.broadcast(tensor, 0)


def _average_gradients(optimizer, arguments, options):
    parameters = (p for group in optimizer.param_groups for p in group["params"])
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    for gradient, total in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_((total / world()).view_as(gradient))


def agreed(losses, stop):
    """The means of the processes' losses, a dict of floats, and whether any of them is told to stop."""
    if world() == 1:
        return losses, stop
    told = torch.tensor([*losses.values(), float(stop)], dtype=torch.float64)
    dist.all_reduce(told)
    *totals, stops = told.tolist()
    return {name: total / world() for name, total in zip(losses, totals, strict=True)}, stops > 0


def main(batch_size=64, steps=16, rounds=5):
    """Print images a second of one process with as many threads, and of all with one each, round by round."""
    with joined():
        if world() == 1:
            raise BadInput("Start this by torchrun --nproc-per-node 2 -m cgan.processes.")
        alone, together = (recipes.build("compact", 0, steps=10**6) for _ in range(2))
        share_gradients(together)

        def speed(recipe, size, threads):
            torch.set_num_threads(threads)
            x, y = torch.rand(size, 1, 28, 28) * 2 - 1, torch.arange(size) % 10
            dist.barrier()
            start = time.perf_counter()
            if recipe is together or rank() == 0:
                for _ in range(steps):
                    recipe.step(x, y)
            dist.barrier()
            return steps * batch_size / (time.perf_counter() - start)

        pairs = [
            (speed(alone, batch_size, world()), speed(together, batch_size // world(), 1))
            for _ in range(rounds)
        ]
        sent = sum(p.numel() * p.element_size() for p in [*alone.G.parameters(), *alone.D.parameters()])
        one, many = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(m / o for o, m in pairs)
        print("| processes x threads | images a process | images a second | bytes of gradients a step |")
        print("| --- | --: | --: | --: |")
        print(f"| 1 x {world()} | {batch_size} | {one:,.0f} | 0 |")
        print(f"| {world()} x 1 | {batch_size // world()} | {many:,.0f} | {sent:,} |")
        print(
            f"\n{world()} x 1 is {ratio:.2f} times as fast as 1 x {world()}: the median of {rounds} rounds."
        )


if __name__ == "__main__":
    from cgan.cli import exit_with_a_sentence

    with exit_with_a_sentence():
        sys.exit(main())
