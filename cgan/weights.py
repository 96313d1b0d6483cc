"""Weights files: a .safetensors file holds a trained network and a description of how it was made.

The metadata key `cgan` is JSON: `format`, `recipe`, `network`, `config`, `provenance` and `digest`, the sha256
of config and tensors. Format 1 had `model` in place of recipe and network.
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

from cgan.cli import BadInput
from cgan.files import digest, write_atomically
from cgan.networks import NETWORKS

FORMAT = 2
DEFAULT = "compact"
SHIPPED = Path(__file__).resolve().parent.parent / "weights"
IN_RUN = "generator.safetensors"  # the weights file of a run folder
DIRECTIONS = "style.directions"  # the tensor that is not the network's
MAX_BYTES, MAX_HEADER_BYTES = 100_000_000, 200_000
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
    name = next(name for name, kind in NETWORKS.items() if type(network) is kind)
    about = {"format": FORMAT, "recipe": recipe, "network": name, "config": network.config}
    about |= {"provenance": provenance, "digest": digest({"config": network.config, "tensors": tensors})}
    write_atomically(path, safetensors.torch.save(tensors, {"cgan": json.dumps(about, sort_keys=True)}))
    return about["digest"]


def load(path):
    """Load a weights file, or that of a run folder, as Weights.

    Nothing in the file is executed, and no memory is allocated for sizes that it merely claims.

    Raises:
        BadInput: names the file, what is wrong with it and what to do.
    """
    path = _file_of_run(Path(path))
    if not path.is_file():
        raise BadInput(f"There is no weights file {path}; check the path, or train a model: python train.py.")
    with open(path, "rb") as file:
        _check_kind(path, file.read(1000))
    if path.stat().st_size > MAX_BYTES:
        raise _refused(path, f"larger than {MAX_BYTES // 1_000_000} MB")
    data = path.read_bytes()
    header_bytes = int.from_bytes(data[:8], "little")
    try:
        if header_bytes > MAX_HEADER_BYTES:
            raise ValueError("the header is too large")
        tensors = safetensors.torch.load(data)
        metadata = json.loads(data[8 : 8 + header_bytes]).get("__metadata__") or {}
    except (SafetensorError, ValueError, KeyError) as error:
        raise _refused(path, "damaged, cut short or not a .safetensors file") from error
    try:
        about = json.loads(metadata["cgan"])
        if isinstance(about["format"], int) and about["format"] > FORMAT:
            raise BadInput(f"{path} was written by a newer version of this program; update this one.")
        recipe = about["recipe"] if "recipe" in about else about["model"]
        network = about["network"] if "network" in about else NETWORK_OF_MODEL.get(recipe, recipe)
        config, provenance, claimed = dict(about["config"]), dict(about["provenance"]), about["digest"]
        intact = claimed == digest({"config": config, "tensors": tensors})
    except BadInput:
        raise
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refused(path, "a .safetensors file of another program, or damaged") from error
    if not intact:
        raise _refused(path, "damaged: its contents do not match its digest")
    directions = tensors.pop(DIRECTIONS, None)
    network = _rebuild(path, network, config, tensors)
    if directions is not None and (
        directions.shape != (3, network.config.get("z_dim")) or not directions.isfinite().all()
    ):
        raise _refused(path, f"not usable: its {DIRECTIONS} do not fit its network")
    return Weights(str(recipe), network.config, provenance, claimed, network, directions)


def _file_of_run(path):
    """Return the weights file in a run folder, or `path` itself if it is no folder."""
    if not path.is_dir() or (path / IN_RUN).is_file():
        return path / IN_RUN if path.is_dir() else path
    if (path / "state.pt").exists() or (path / "log.jsonl").exists():
        raise BadInput(f"The run in {path} has no weights yet; they come after its first epoch.")
    inside = sorted({file.parent for file in path.glob(f"*/{IN_RUN}")} or path.glob("*.safetensors"))
    if inside:
        raise BadInput(f"{path} holds {len(inside)} weights; give one: {', '.join(map(str, inside[:9]))}.")
    raise BadInput(f"There are no weights in {path}; check the path, or train a model: python train.py.")


def _check_kind(path, start):
    """Recognise by its first bytes what people give by mistake."""
    if path.name == "state.pt":
        raise BadInput(f"{path} is a training state, not weights; give the run's folder, {path.parent}.")
    if start.startswith((b"PK", b"\x80")):
        raise BadInput(
            f"{path} is a pickle of PyTorch's, which could run any code when loaded; "
            f"give a .safetensors file that train.py wrote, such as {IN_RUN}."
        )
    if start.startswith(b"version https://git-lfs"):
        raise BadInput(f"{path} is a Git LFS pointer, not the file itself; run git lfs pull.")
    if start.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise BadInput(f"{path} is a web page, not weights; download the file itself (the raw one).")


class SkipInitialisation(TorchFunctionMode):
    """Skip weight initialisation: on meta tensors it would import torch's compiler (1 s)."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__module__", "") == "torch.nn.init":
            return None  # no layer uses the result
        return func(*args, **(kwargs or {}))


def _rebuild(path, name, config, tensors):
    if not isinstance(name, str) or name not in NETWORKS:
        raise _refused(path, f"for a network {str(name)[:40]!r}, which this program does not know")
    if config.get("num_classes", 10) != 10:
        raise _refused(path, f"for {str(config['num_classes'])[:40]} classes, not the ten digits")
    try:
        with torch.device("meta"), SkipInitialisation():  # takes no memory until the tensors are assigned
            network = NETWORKS[name](**config)
        for key, wanted in network.state_dict().items():
            if wanted.dtype == torch.float and tensors[key].dtype == torch.half:
                tensors[key] = tensors[key].float()
            if wanted.dtype != tensors[key].dtype:
                raise TypeError(f"{key} has another dtype")
        network.load_state_dict(tensors, assign=True)
    except (TypeError, ValueError, KeyError, OverflowError, RuntimeError) as error:
        raise _refused(path, f"not made of the tensors of a {name} network") from error
    if not all(t.isfinite().all() for t in tensors.values()):
        raise _refused(path, "from a failed training run: it holds values that are not finite")
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last)


def _refused(path, reason):
    return BadInput(f"{path} is {reason}; get it again from where it came, or train again: python train.py.")


@functools.cache
def shipped(name=DEFAULT):
    """Load the weights called `name` that come with the project."""
    files = {file.stem: file for file in sorted(SHIPPED.glob("*.safetensors"))}
    if name not in files:
        raise BadInput(
            f"There are no weights {name[:40]!r} in {SHIPPED}; there are {', '.join(files) or 'none'}."
        )
    return load(files[name])


def find(weights=None):
    """Return Weights for Weights, a path, the name of shipped ones, or None (the default ones)."""
    if isinstance(weights, Weights):
        return weights
    if weights is None:
        return shipped()
    if not isinstance(weights, (str, Path)):
        raise BadInput(f"weights must be a path, a name or Weights, not {type(weights).__name__}.")
    name = str(weights)
    is_name = Path(name).name == name and not Path(name).suffix and not Path(name).exists()
    return shipped(name) if is_name else load(name)


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
        generators = [(file, weights) for file in files if (weights := load(file)).draws]
        if not generators:
            raise BadInput(f"There is no generator in {path}; python train.py trains one.")
        for file, weights in generators:
            if weights.id in {other.id for other in found.values()}:
                continue
            is_run = file.is_dir() or file.name == IN_RUN
            name = (file / "x" if file.is_dir() else file).resolve().parent.name if is_run else file.stem
            is_ours = file.resolve().parent == SHIPPED
            is_taken = name in found or (not is_ours and (SHIPPED / f"{name}.safetensors").exists())
            found[f"{name} {weights.id}" if is_taken else name] = weights
    return found
