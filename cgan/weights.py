"""Weights files: a trained network and how it was made, as .safetensors.

The metadata key `cgan` is JSON: `format`, `recipe`, `network`, `config`, `provenance` and `digest`, the
sha256 of config and tensors. Format 1 has `model` in place of recipe and network.
"""

import functools
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError

from cgan.cli import BadInput, need
from cgan.files import digest, mistaken_for, visible, write_atomically
from cgan.networks import NETWORKS, name_of
from cgan.networks.settings import Blueprint, usual

FORMAT = 2
DEFAULT = "compact"
SHIPPED = Path(__file__).resolve().parent.parent / "weights"
IN_RUN = "generator.safetensors"  # the weights file of a run folder
DIRECTIONS = "style.directions"  # a tensor beside the network's
TRAIN = "train a model with python train.py"
UNKNOWN = f"damaged, or not a weights file of this program; get a fresh copy, or {TRAIN}"
NETWORK_OF_MODEL = {"vae-cgan": "report", "cvae": "vae"}  # format 1, where model and network differ


@dataclass(frozen=True)
class Weights:
    """A trained network, ready to use, and what is known about it."""

    file: Path
    recipe: str  # how it was trained
    config: dict  # the arguments that rebuild the network
    provenance: dict  # options, epochs, seconds, digest of the data, library versions
    digest: str  # sha256 of config and tensors
    network: torch.nn.Module  # in evaluation mode, on the CPU
    directions: torch.Tensor | None = None  # float (3, z_dim): slant, stroke weight, width (draw/styles.py)

    @property
    def id(self):
        """First 12 digits of the digest, used in links."""
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
        """Whether the network is a generator that draws the digit it is asked for."""
        return self.draws and self.config.get("conditional", True)


def save(path, recipe, network, provenance, directions=None):
    """Write a weights file atomically and return its digest.

    Args:
        provenance: plain values that survive JSON.
        directions: float (3, z_dim), from `styles.learn_directions`.
    """
    tensors = {name: t.detach().cpu().contiguous() for name, t in network.state_dict().items()}
    if directions is not None:
        tensors[DIRECTIONS] = directions.contiguous()
    about = {"format": FORMAT, "recipe": recipe, "network": name_of(network), "config": network.config}
    about |= {"provenance": provenance, "digest": digest({"config": network.config, "tensors": tensors})}
    write_atomically(path, safetensors.torch.save(tensors, {"cgan": json.dumps(about, sort_keys=True)}))
    return about["digest"]


@usual()
def load(path):
    """Load a weights file, or the only one in a folder.

    Nothing in the file is executed, and a false claim of a huge size allocates no memory.

    Raises:
        BadInput: names the file, what is wrong with it and what to do.
    """
    files = _files(Path(path))
    need(len(files) == 1, f"{path} holds several files; give one of them: {', '.join(map(str, files[:9]))}.")
    path = files[0]
    need(path.name != "state.pt", f"{path} is for train.py --resume; give {path.with_name(IN_RUN)}.")
    try:
        about, tensors = _read(path)
        weights = _rebuild(path, about, tensors) if about["format"] <= FORMAT else None
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError, RuntimeError, OSError) as error:
        raise BadInput(f"{path} is {mistaken_for(path) or UNKNOWN}.") from error
    need(weights, f"{path} was written by a newer version of this program; update this one.")
    is_finite = all(t.isfinite().all() for t in tensors.values())
    need(is_finite, f"{path} is from a failed training run: it holds values that are not finite; {TRAIN}.")
    return weights


def _files(path):
    """Return the weights files at `path`: itself, that of a run, or all in a folder of files or of runs."""
    if not path.is_dir():
        need(path.is_file(), f"There is no weights file {path}; check the path, or {TRAIN}.")
        return [path]
    if (path / IN_RUN).is_file():
        return [path / IN_RUN]
    files = visible(path, "*.safetensors") or visible(path, f"*/{IN_RUN}")
    need(files, f"{path} holds no weights yet; a run writes them after its first epoch.")
    return files


def _read(path):
    """Read a weights file's description, in the terms of format 2, and its tensors."""
    with safetensors.safe_open(str(path), "pt") as file:
        about = json.loads(file.metadata()["cgan"])
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # the file may change
    if about["format"] == 1:
        about["recipe"] = model = about["model"]
        about["network"] = NETWORK_OF_MODEL.get(model, model)
    return about, tensors


def _rebuild(path, about, tensors):
    """Build Weights from what `_read` returns. Raises what Python and torch raise if they do not fit."""
    config, directions = about["config"], tensors.get(DIRECTIONS)
    if about["digest"] != digest({"config": config, "tensors": tensors}):
        raise ValueError("the contents have another digest")
    if config.get("num_classes", 10) != 10:
        raise ValueError("not the ten digits")
    if directions is not None and directions.shape != (3, config["z_dim"]):
        raise ValueError("the directions are for another network")
    with torch.device("meta"), Blueprint():  # takes no memory until the tensors are assigned
        network = NETWORKS[about["network"]](**config)
    state = {key: t for key, t in tensors.items() if key != DIRECTIONS}
    for key, wanted in network.state_dict().items():
        if state[key].dtype not in (wanted.dtype, torch.half):
            raise TypeError(f"{key} has another dtype")
        state[key] = state[key].to(wanted.dtype)
    network.load_state_dict(state, assign=True)
    network.requires_grad_(False).eval().to(memory_format=torch.channels_last)
    facts = about["recipe"], network.config, about["provenance"], about["digest"]
    return Weights(path, *facts, network, directions)


@functools.cache
def shipped(name=DEFAULT):
    """Load the weights called `name` that come with the project."""
    names = [file.stem for file in visible(SHIPPED, "*.safetensors")]
    need(name in names, f"There are no weights {name[:40]!r} in {SHIPPED}; there are {', '.join(names)}.")
    return load(SHIPPED / f"{name}.safetensors")


def find(weights=None):
    """Return Weights for Weights, a path, the name of shipped ones, or None (the default ones)."""
    if weights is None:
        return shipped()
    if isinstance(weights, Weights):
        return weights
    kind = type(weights).__name__
    need(isinstance(weights, str | Path), f"weights must be a path, a name or Weights, not {kind}.")
    path = Path(weights)
    is_name = not path.suffix and path.name == str(weights) and not path.exists()
    return shipped(path.name) if is_name else load(path)


def load_generators(paths):
    """Load every generator in `paths`: weights files, run folders, and folders of either.

    Returns a dict of name -> Weights, without duplicates. The name is that of the file, or of the run's
    folder; the id is added if the name is taken or belongs to shipped weights. Files that cannot be loaded
    are left out, with a sentence, if they only lie in a folder.

    Raises BadInput if a path holds no generator, or a file or run given by its own path cannot be loaded.
    """
    found = {}
    for path in map(Path, paths):
        files = _files(path)
        is_asked_for = files in ([path], [path / IN_RUN])
        loaded = {file.resolve(): load(file) if is_asked_for else _load_or_say(file) for file in files}
        generators = {file: weights for file, weights in loaded.items() if weights and weights.draws}
        need(generators, f"There is no generator in {path}; {TRAIN}.")
        for file, weights in generators.items():
            if weights.id in {other.id for other in found.values()}:
                continue
            name = file.parent.name if file.name == IN_RUN else file.stem
            is_of_shipped = file.parent != SHIPPED and (SHIPPED / f"{name}.safetensors").exists()
            found[f"{name} {weights.id}" if name in found or is_of_shipped else name] = weights
    return found


def _load_or_say(file):
    """Load a file that nobody asked for by its path. If that fails, print why and return None."""
    try:
        return load(file)
    except BadInput as error:
        print(f"{error} It is left out.", file=sys.stderr)
