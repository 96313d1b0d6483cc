"""Files on disk are whole or absent, and what they hold can be checked by a digest."""

import hashlib
import os
from contextlib import contextmanager
from pathlib import Path

import torch

from cgan.cli import BadInput


def write_atomically(path, data):
    """Write bytes to `path` so that a reader, or a kill at any moment, finds the old file or the new."""
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")  # its own, should two processes write
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        error.filename = error.filename or str(path)  # a full disk does not say where
        raise


@contextmanager
def locked(path, sentence):
    """Holds the system's lock on the file `path`, which ends with the process, however that ends.

    Raises BadInput(sentence) if another process holds it. The file stays: only its lock means something.
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
    """sha256, in hexadecimal, of nested dicts, lists, plain values and tensors (dtype, shape and bytes).

    The order of a dict's keys, a tensor's memory format and its device do not count.
    """
    sha = hashlib.sha256()
    _feed(sha, value)
    return sha.hexdigest()


def _feed(sha, value):
    if isinstance(value, torch.Tensor):
        sha.update(f"tensor {value.dtype} {tuple(value.shape)} ".encode())
        sha.update(value.detach().cpu().reshape(-1).view(torch.uint8).numpy())
    elif isinstance(value, dict):
        sha.update(f"dict {len(value)} ".encode())
        for key in sorted(value, key=repr):
            _feed(sha, key)
            _feed(sha, value[key])
    elif isinstance(value, (list, tuple)):
        sha.update(f"list {len(value)} ".encode())
        for item in value:
            _feed(sha, item)
    else:
        sha.update(f"{value!r} ".encode())
