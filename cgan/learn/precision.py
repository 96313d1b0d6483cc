"""The precision of a run: float32, or bfloat16 in the inner layers of `compact`'s D.

bfloat16 pays where the processor multiplies in it: x86 from Cooper Lake and Zen 4 on, and newer ARM servers.
"""

import time

import torch

PRECISIONS = "auto", "float32", "bfloat16"


def milliseconds(dtype):
    """Return the time that this processor takes for a product of two matrices."""
    a, times = torch.ones(512, 512, dtype=dtype), []
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def bfloat16_is_fast():
    """Return whether this processor multiplies faster in bfloat16; PyTorch supports it also where not."""
    return milliseconds(torch.bfloat16) < milliseconds(torch.float32)


def choose(precision, device, saved=None):
    """Return "float32" or "bfloat16" for --precision, and a line to print about it.

    "auto" is the precision `saved` with the run to resume, else float32: what bfloat16 does to the quality is
    not measured well enough to make it the default.
    """
    if precision == "auto":
        precision = saved or "float32"
    if precision == "bfloat16" and device == "cpu" and not bfloat16_is_fast():
        return precision, "Precision: bfloat16; this processor is no faster in it than in float32."
    return precision, f"Precision: {precision}."
