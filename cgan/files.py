"""Files: which ones count in a folder, atomic writes, locks and digests."""

import errno
import hashlib
import os
import re
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import torch

from cgan.cli import BadInput

# Errors of os.replace that pass: on Windows while a scanner or another program reads the file, and on
# network drives.
PASSING = {
    errno.EACCES,
    errno.EPERM,
    errno.EBUSY,
    errno.EAGAIN,
    errno.ETXTBSY,
    getattr(errno, "ESTALE", None),
}
WAITS = 0.05, 0.1, 0.2, 0.4, 0.8  # seconds between two tries


def visible(folder, pattern):
    """Return the paths in a folder that match a glob pattern, sorted, but for names that begin with a dot.

    Such names are other programs': macOS leaves ._compact.safetensors beside compact.safetensors.
    """
    folder = Path(folder)
    paths = sorted(folder.glob(pattern))
    return [p for p in paths if not any(part.startswith(".") for part in p.relative_to(folder).parts)]


def contents(folder):
    """Yield the files in a folder, then those in its subfolders, but for names that begin with a dot.

    A link to a folder counts as a file, and a folder without files as nothing: where this yields nothing, a
    data set or a run may be put. Raises OSError if the folder cannot be read.
    """
    entries = [p for p in sorted(Path(folder).iterdir()) if not p.name.startswith(".")]
    folders = [path for path in entries if path.is_dir() and not path.is_symlink()]
    yield from (path for path in entries if path not in folders)
    for path in folders:
        yield from contents(path)


def write_atomically(path, data):
    """Write bytes to `path`. A reader, or a kill at any moment, finds either the old file or the new one."""
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")  # two processes may write the same path
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        error.filename = str(path)  # not the temporary one; the error of a full disk names none
        raise


def replace(source, target):
    """Rename a file, or a folder to a name that is free, and try again for a second and a half if need be."""
    for wait in (*WAITS, None):
        try:
            return os.replace(source, target)
        except OSError as error:
            if wait is None or error.errno not in PASSING:
                raise
            time.sleep(wait)


def mistaken_for(path):
    """Say what a file is that people give in place of weights, and what to do; None if it is no such file."""
    try:
        with open(path, "rb") as file:
            start = file.read(500)
    except OSError as error:
        return f"not readable ({error.strerror})"
    if re.match(rb"PK\x03\x04|\x80[\x02-\x05][^\x00]", start):
        return "a PyTorch pickle, which could run any code; give a .safetensors file written by train.py"
    if start.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer, not the file itself; run git lfs pull"
    if re.match(rb"\s*<(!doctype|html)", start, re.IGNORECASE):
        return "a web page, not weights; download the file itself (on GitHub: Raw)"
    return None


@contextmanager
def lock(path, sentence):
    """Hold the operating system's lock on the file `path`; it is released however the process ends.

    The file stays; only the lock on it matters. Where files cannot be locked (some network and cloud drives),
    say so and go on.

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
        except OSError as error:
            reason = f"Files in {Path(path).parent} cannot be locked ({error.strerror})"
            print(f"{reason}: make sure that nothing else writes there.", file=sys.stderr)
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
