"""Weights files: a .safetensors file with a trained network and how it was made.

The metadata key `cgan` is JSON: `format`, `recipe`, `network`, `config`, `provenance` and `digest`, the
sha256 of config and tensors. Format 1 has `model` in place of recipe and network.
"""

import functools
import json
import platform
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch.overrides import TorchFunctionMode

from cgan.cli import BadInput, need
from cgan.files import digest, write_atomically
from cgan.networks import NETWORKS, name_of

FORMAT = 2
DEFAULT = "compact"
SHIPPED = Path(__file__).resolve().parent.parent / "weights"
IN_RUN = "generator.safetensors"  # the weights file of a run folder
DIRECTIONS = "style.directions"  # the tensor that is not the network's
MAX_BYTES, MAX_HEADER_BYTES = 100_000_000, 200_000
TRAIN = "train a model with python train.py"
NETWORK_OF_MODEL = {"vae-cgan": "report", "cvae": "vae"}  # format 1, where the two names differ


@dataclass(frozen=True)
class Weights:
    """A network ready to use, and what is known about it."""

    recipe: str  # how it was trained
    config: dict  # the arguments that rebuild the network
    provenance: dict  # options, epochs, seconds, digest of the data, library versions
    digest: str  # sha256 of config and tensors
    network: torch.nn.Module  # in evaluation mode, on the CPU
    directions: torch.Tensor | None = None  # float (3, z_dim): slant, stroke weight, width (hands.py)

    @property
    def id(self):
        """The first 12 digits of the digest, which links carry."""
        return self.digest[:12]

    @property
    def draws(self):
        """Whether the network is a generator."""
        return "z_dim" in self.config

    @property
    def z_dim(self):
        return self.config["z_dim"]

    @property
    def conditional(self):
        """Whether the generator draws the digit it is asked for."""
        return self.config.get("conditional", True)


def versions():
    """Versions of Python and of the libraries that training depends on, for a provenance."""
    return {"python": platform.python_version(), "torch": str(torch.__version__), "numpy": np.__version__}


def save(path, recipe, network, provenance, directions=None, half=False):
    """Write a weights file atomically and return its digest.

    Args:
        provenance: plain values that survive JSON.
        directions: float (3, z_dim), from `hands.learn_directions`.
        half: store the network's float32 tensors as float16; the digest is that of the stored values.
    """
    tensors = {name: t.detach().cpu().contiguous() for name, t in network.state_dict().items()}
    if half:
        tensors = {name: t.half() if t.dtype == torch.float else t for name, t in tensors.items()}
    if directions is not None:
        tensors[DIRECTIONS] = directions.contiguous()
    about = {"format": FORMAT, "recipe": recipe, "network": name_of(network), "config": network.config}
    about |= {"provenance": provenance, "digest": digest({"config": network.config, "tensors": tensors})}
    write_atomically(path, safetensors.torch.save(tensors, {"cgan": json.dumps(about, sort_keys=True)}))
    return about["digest"]


def load(path):
    """Load a weights file, or that of a run folder, as Weights.

    Nothing in the file is executed, and no memory is allocated for sizes that it merely claims.

    Raises:
        BadInput: names the file, what is wrong with it and what to do.
    """
    path = _in_folder(Path(path))
    need(path.is_file(), f"There is no weights file {path}; check the path, or {TRAIN}.")
    if path.stat().st_size > MAX_BYTES:
        raise _refused(path, f"larger than {MAX_BYTES // 1_000_000} MB")
    data = path.read_bytes()
    _check_kind(path, data[:1000])
    try:
        length = int.from_bytes(data[:8], "little")
        if length > MAX_HEADER_BYTES:
            raise ValueError("the header is too large")
        tensors, header = safetensors.torch.load(data), json.loads(data[8 : 8 + length])
        about = dict(json.loads(header["__metadata__"]["cgan"]))
        is_newer = about["format"] > FORMAT
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refused(path, "damaged, or not a weights file of this program") from error
    need(not is_newer, f"{path} was written by a newer version of this program; update this one.")
    try:
        recipe = about["recipe"] if "recipe" in about else about["model"]
        name = about["network"] if "network" in about else NETWORK_OF_MODEL.get(recipe, recipe)
        config, provenance = dict(about["config"]), dict(about["provenance"])
        if about["digest"] != digest({"config": config, "tensors": tensors}):
            raise ValueError("the digest is another")
        directions = tensors.pop(DIRECTIONS, None)
        network = _rebuild(name, config, tensors)
        if directions is not None and directions.shape != (3, network.config["z_dim"]):
            raise ValueError("the directions are for another network")
    except (ValueError, KeyError, TypeError, OverflowError, RuntimeError) as error:
        raise _refused(path, "damaged: its contents do not fit its description") from error
    if not all(t.isfinite().all() for t in [*tensors.values(), directions] if t is not None):
        raise _refused(path, "from a failed training run: it holds values that are not finite")
    return Weights(recipe, network.config, provenance, about["digest"], network, directions)


def _in_folder(path):
    """Return the weights file in a run folder, or `path` itself if it is no folder."""
    if not path.is_dir():
        return path
    if (path / IN_RUN).is_file():
        return path / IN_RUN
    started = (path / "state.pt").exists() or (path / "log.jsonl").exists()
    need(not started, f"The run in {path} has no weights yet; they come with its first epoch.")
    runs, files = sorted(path.glob(f"*/{IN_RUN}")), sorted(path.glob("*.safetensors"))
    need(not runs, f"{path} holds runs; give one of them: {', '.join(str(run.parent) for run in runs[:9])}.")
    need(not files, f"{path} holds several files; give one of them: {', '.join(map(str, files[:9]))}.")
    raise BadInput(f"There are no weights in {path}; check the path, or {TRAIN}.")


def _check_kind(path, start):
    """Recognise what people give by mistake. start: the first bytes of the file."""
    if start.startswith((b"PK", b"\x80")) and start[8:9] != b"{":  # a .safetensors has its header there
        beside = path.with_name(IN_RUN)
        way_out = f"give {beside}" if beside.is_file() else "give a .safetensors file written by train.py"
        if path.name == "state.pt":
            raise BadInput(f"{path} is a training state, for train.py --resume alone; {way_out}.")
        raise BadInput(f"{path} is a PyTorch pickle, which could run any code when loaded; {way_out}.")
    pointer = start.startswith(b"version https://git-lfs")
    need(not pointer, f"{path} is a Git LFS pointer, not the file itself; run git lfs pull.")
    web_page = start.lstrip().lower().startswith((b"<!doctype", b"<html"))
    need(not web_page, f"{path} is a web page, not weights; download the file itself (on GitHub: Raw).")


class SkipInitialisation(TorchFunctionMode):
    """Skip weight initialisation: on meta tensors it would import torch's compiler (1 s)."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__module__", "") == "torch.nn.init":
            return None  # no layer uses the result
        return func(*args, **(kwargs or {}))


def _rebuild(name, config, tensors):
    """Build the network called `name` around the tensors, strictly. Raises what Python and torch raise."""
    if config.get("num_classes", 10) != 10:
        raise ValueError("not the ten digits")
    with torch.device("meta"), SkipInitialisation():  # takes no memory until the tensors are assigned
        network = NETWORKS[name](**config)
    for key, wanted in network.state_dict().items():
        if wanted.dtype == torch.float and tensors[key].dtype == torch.half:
            tensors[key] = tensors[key].float()
        if wanted.dtype != tensors[key].dtype:
            raise TypeError(f"{key} has another dtype")
    network.load_state_dict(tensors, assign=True)
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last)


def _refused(path, reason):
    return BadInput(f"{path} is {reason}; get it again from where it came, or {TRAIN}.")


@functools.cache
def shipped(name=DEFAULT):
    """Load the weights called `name` that come with the project."""
    files = {file.stem: file for file in sorted(SHIPPED.glob("*.safetensors"))}
    names = ", ".join(files) or "none"
    need(name in files, f"There are no weights {name[:40]!r} in {SHIPPED}; there are {names}.")
    return load(files[name])


def find(weights=None):
    """Return Weights for Weights, a path, the name of shipped ones, or None (the default ones)."""
    if weights is None:
        return shipped()
    if isinstance(weights, Weights):
        return weights
    kind = type(weights).__name__
    need(isinstance(weights, (str, Path)), f"weights must be a path, a name or Weights, not {kind}.")
    path = Path(weights)
    is_name = str(weights) == path.name and not path.suffix and not path.exists()
    return shipped(path.name) if is_name else load(path)


def load_generators(paths):
    """Load every generator in `paths`: weights files, folders of them and run folders.

    Returns a dict of name -> Weights. A file's name is its stem, a run's is its folder; a name that is taken,
    or that belongs to shipped weights, gets the id beside it. The same weights are listed once.
    """
    found = {}
    for path in map(Path, paths):
        files = [path]
        if path.is_dir() and not (path / IN_RUN).is_file():
            files = sorted(path.glob("*.safetensors")) or files
        generators = [(_in_folder(file), weights) for file in files if (weights := load(file)).draws]
        need(generators, f"There is no generator in {path}; {TRAIN}.")
        for file, weights in generators:
            if weights.id in {other.id for other in found.values()}:
                continue
            folder = file.resolve().parent
            name = folder.name if file.name == IN_RUN else file.stem
            is_of_shipped = folder != SHIPPED and (SHIPPED / f"{name}.safetensors").exists()
            found[f"{name} {weights.id}" if name in found or is_of_shipped else name] = weights
    return found
