"""The precision of a run: float32, or bfloat16 in the inner layers of `compact`'s D.

bfloat16 pays where the processor multiplies in it: x86 with AMX or AVX-512 BF16, and newer ARM servers.
"""

import time

import torch

PRECISIONS = "auto", "float32", "bfloat16"


def bfloat16_is_fast():
    """Return whether this processor multiplies matrices faster in bfloat16 than in float32.

    oneDNN, which does the multiplying, says that bfloat16 is supported also where it only widens the numbers
    first, which takes longer than float32. So it is timed, in a few hundredths of a second.
    """
    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)  # private: it may go
    return bool(supported and supported()) and _seconds(torch.bfloat16) < 0.8 * _seconds(torch.float32)


def _seconds(dtype):
    """Return the shortest of five CPU times for a product of 512 x 512 matrices."""
    a, times = torch.ones(512, 512, dtype=dtype), []
    for _ in range(5):
        start = time.thread_time()
        a @ a
        times.append(time.thread_time() - start)
    return min(times)


def choose(precision, model, device, saved=None):
    """Return "float32" or "bfloat16" for --precision, and a line to print about it.

    "auto" is the precision `saved` with the run to resume. In a new run it is bfloat16 for `compact` on a CPU
    that is faster in it, else float32.
    """
    if precision == "auto" and saved:
        precision = saved
    may_pay = precision != "float32" and model == "compact" and device.split(":")[0] == "cpu"
    is_fast = may_pay and bfloat16_is_fast()
    if precision == "auto":
        precision = "bfloat16" if is_fast else "float32"
    elif may_pay and not is_fast:
        return precision, "Precision: bfloat16; this processor is no faster in it than in float32."
    return precision, f"Precision: {precision}."
