"""Build and run networks as PyTorch does unless told otherwise, whatever the calling program has told it."""

import threading
from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode


@contextmanager
def usual():
    """Ignore the caller's default device, autocast, inference mode and precision of matrix products.

    Also a decorator: @usual(). The default dtype belongs to all threads; where it matters, float32 is asked
    for by name.
    """
    with (
        torch.device("cpu"),
        torch.autocast("cpu", enabled=False),
        torch.inference_mode(False),
        FULL_PRECISION,
    ):
        yield


class FullPrecision:
    """Keep torch.set_float32_matmul_precision("medium") from computing in bfloat16, on processors that can.

    The setting belongs to all threads: the first one to enter changes it, the last one to leave restores it.
    """

    def __init__(self):
        self.lock, self.users, self.before = threading.Lock(), 0, []
        # PyTorch 2.9 and later; "ieee" is float32.
        operations = (getattr(torch.backends.mkldnn, name, None) for name in ("matmul", "conv"))
        self.operations = [operation for operation in operations if hasattr(operation, "fp32_precision")]

    def __enter__(self):
        with self.lock:
            self.users += 1
            if self.users == 1:
                self.before = [operation.fp32_precision for operation in self.operations]
                for operation in self.operations:
                    operation.fp32_precision = "ieee"

    def __exit__(self, *_):
        with self.lock:
            self.users -= 1
            if self.users == 0:
                for operation, precision in zip(self.operations, self.before, strict=True):
                    operation.fp32_precision = precision


FULL_PRECISION = FullPrecision()


class Blueprint(TorchFunctionMode):
    """Build layers of float32 without first weights, to be filled from a file.

    On meta tensors, initialising weights would import torch's compiler (1 s).
    """

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if getattr(function, "__module__", "") == "torch.nn.init":
            return None  # no layer uses the result
        if function in (torch.empty, torch.zeros, torch.ones) and kwargs.get("dtype") is None:
            kwargs = {**kwargs, "dtype": torch.float32}
        return function(*args, **kwargs)
