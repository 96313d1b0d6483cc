"""Atomic writes, file locks and digests."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

import torch

from cgan.cli import BadInput


def write_atomically(path, data):
    """Write bytes to `path`. A reader, or a kill at any moment, finds either the old file or the new one."""
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")  # two processes may write the same path
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        error.filename = error.filename or str(path)  # the error of a full disk names no file
        raise


@contextmanager
def lock(path, sentence):
    """Hold the operating system's lock on the file `path`; it is released however the process ends.

    The file stays; only the lock on it matters.

    Raises:
        BadInput: another process holds the lock; `sentence` is the message.
    """
    with open(path, "ab") as file:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as error:
            raise BadInput(sentence) from error
        yield


def digest(value):
    """Return the sha256, in hexadecimal, of nested dicts, lists, plain values and tensors.

    Of a tensor, dtype, shape and contents count. Memory format, device and the order of a dict's keys do not.
    """
    sha = hashlib.sha256()
    _update(sha, value)
    return sha.hexdigest()


def _update(sha, value):
    if isinstance(value, torch.Tensor):
        sha.update(f"tensor {value.dtype} {tuple(value.shape)} ".encode())
        sha.update(value.detach().cpu().reshape(-1).view(torch.uint8).numpy())
    elif isinstance(value, dict):
        sha.update(f"dict {len(value)} ".encode())
        for key in sorted(value, key=repr):
            _update(sha, key)
            _update(sha, value[key])
    elif isinstance(value, (list, tuple)):
        sha.update(f"list {len(value)} ".encode())
        for item in value:
            _update(sha, item)
    else:
        sha.update(f"{value!r} ".encode())
