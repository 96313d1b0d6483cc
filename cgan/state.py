"""state.pt, all that resuming a run needs: written whole or not at all, read without running what it holds.

It is what torch.save makes of a dict, and then 64 bytes: the sha256 of that, looked at before anything else.
"""

import hashlib
import math
import pickletools
import zipfile
from io import BytesIO
from pathlib import Path

import torch

from cgan.cli import BadInput
from cgan.files import write_atomically

FORMAT = 1
MAX_BYTES = 150_000_000
TYPES = {"options": dict, "data_digest": str, "step": int, "seconds": float}
TYPES |= {"log": list, "previews": list, "parts": dict}
# What the pickle in it may name: less than PyTorch allows, which has calls that take any memory.
MAY_NAME = {"torch._utils _rebuild_tensor_v2", "collections OrderedDict"}
MAY_NAME |= {f"torch {kind}Storage" for kind in ("Float", "Long", "Byte")}


def save_state(folder, state):
    """Write `state`, a dict of plain values and tensors, to the folder's state.pt."""
    buffer = BytesIO()
    torch.save({"format": FORMAT, **state}, buffer)
    write_atomically(Path(folder) / "state.pt", seal(buffer.getvalue()))


def load_state(folder):
    """What `save_state` wrote. Raises BadInput if there is none or it is damaged."""
    path = Path(folder) / "state.pt"
    if not path.is_file():
        raise BadInput(f"There is no run to resume in {folder}; leave out --resume to start one there.")
    size = path.stat().st_size
    if not 64 < size <= MAX_BYTES:
        raise damaged_state(folder)
    with open(path, "rb") as file:
        content, digest = file.read(size - 64), file.read()
    if digest != _digest(content) or not _is_plain(content):
        raise damaged_state(folder)
    try:
        state = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
        written_by, is_state = dict(state)["format"], _is_state(state)
    except Exception as error:  # a pickle can fail in every way
        raise damaged_state(folder) from error
    if type(written_by) is int and written_by > FORMAT:
        raise BadInput(f"{path} is of a newer program (its format is {written_by}); update this one.")
    if not is_state:
        raise damaged_state(folder)
    return state


def damaged_state(folder):
    path = Path(folder) / "state.pt"
    return BadInput(f"{path} is damaged or not a training state; start again in another folder.")


def seal(content):
    """The bytes of a state.pt, from those that torch.save made."""
    return content + _digest(content)


def _digest(content):
    return hashlib.sha256(content).hexdigest().encode()


def _is_plain(content):
    """Whether the bytes of a state.pt unpack to no more than themselves, and name nothing but tensors."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if any(entry.compress_type or entry.file_size > len(content) for entry in entries):
                return False
            pickles = [archive.read(entry) for entry in entries if entry.filename.endswith("data.pkl")]
        operations = [(code.name, argument) for p in pickles for code, argument, _ in pickletools.genops(p)]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return False
    names = {argument for code, argument in operations if code == "GLOBAL"}
    return names <= MAY_NAME and not any(code == "STACK_GLOBAL" for code, _ in operations)


def _is_state(state):
    """Whether a run can go on from it; its options and its networks are looked at by those who take them."""
    return (
        all(type(state.get(key)) is kind for key, kind in TYPES.items())
        and state["step"] >= 0
        and math.isfinite(state["seconds"] + (state.get("cpu_seconds") or 0))
        and all(line.keys() == {"step", "seconds", *state["log"][0]} for line in state["log"])
        and all(math.isfinite(value) for line in state["log"] for value in line.values())
        and all(p.dtype == torch.uint8 and p.shape == (100, 28, 28) for p in state["previews"])
    )
