"""Weights files: one .safetensors holds a trained network, and says how it came to be.

Its metadata has one key, `cgan`: JSON of `format`, `model`, `config`, `provenance`, `digest` (over config and
tensors: what the pictures depend on) and `seal` (over all the others, so that no flipped bit goes unnoticed).
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
from cgan.networks import GENERATORS, NETWORKS

FORMAT = 1
DEFAULT = "compact"  # the weights that draw unless others are asked for
MAX_BYTES = 50_000_000
MAX_HEADER_BYTES = 200_000
SHIPPED = Path(__file__).resolve().parent.parent / "weights"


@dataclass(frozen=True)
class Weights:
    """A network ready for use, with what is known of it."""

    model: str  # the recipe that made it
    config: dict  # the arguments that rebuild the network
    provenance: dict  # options, epochs, seconds, sha256 of the data, library versions
    digest: str  # sha256 over config and tensors: "the same weights" means the same digest
    network: torch.nn.Module  # in evaluation mode, on the CPU

    @property
    def id(self):
        """The first 12 digits of the digest; links and image addresses carry it."""
        return self.digest[:12]

    @property
    def knows_digits(self):
        """Whether the network draws the digit that it is asked for."""
        return knows_digits(self.config)


def knows_digits(config):
    """Whether a network of this configuration draws the digit that it is asked for, not whichever comes."""
    return config.get("conditional", True)


def save(path, model, network, provenance, half=False):
    """Write the weights file of a trained network, whole or not at all. Returns its digest.

    provenance: plain values (str, int, float, list, dict), which JSON gives back unchanged. half: store
    float32 as float16; the digest is that of what is stored.
    """
    tensors = {name: t.detach().cpu().contiguous() for name, t in network.state_dict().items()}
    if half:
        tensors = {name: t.half() if t.dtype == torch.float else t for name, t in tensors.items()}
    about = {"format": FORMAT, "model": model, "config": network.config, "provenance": provenance}
    about["digest"] = digest({"config": network.config, "tensors": tensors})
    about["seal"] = digest(about)
    metadata = {"cgan": json.dumps(about, sort_keys=True)}
    write_atomically(path, safetensors.torch.save(tensors, metadata))
    return about["digest"]


def versions():
    """Those of Python and the libraries that the weights depend on, for a provenance."""
    return {"python": platform.python_version(), "torch": str(torch.__version__), "numpy": np.__version__}


def load(path):
    """Read a weights file, or that of a run folder, into a Weights. Raises BadInput, which names the file and
    the way out.

    Nothing in the file is executed, and no memory is taken for sizes that it only claims.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "generator.safetensors"
    if not path.is_file():
        raise BadInput(
            f"There is no weights file {path}; check the path, or train a model by `python train.py`."
        )
    if path.stat().st_size > MAX_BYTES:
        raise _refused(path, f"larger than {MAX_BYTES // 1_000_000} MB")
    data = path.read_bytes()
    if int.from_bytes(data[:8], "little") > MAX_HEADER_BYTES:
        raise _refused(path, "damaged, cut short or not a .safetensors file")
    try:
        tensors = safetensors.torch.load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    except (SafetensorError, ValueError, KeyError) as error:
        raise _refused(path, "damaged, cut short or not a .safetensors file") from error
    try:
        text = header["__metadata__"]["cgan"]
        about = json.loads(text)
        as_written = text == json.dumps(about, sort_keys=True)
        seal, claimed = about.pop("seal"), about["digest"]
        version, model, config, provenance = (
            about[key] for key in ("format", "model", "config", "provenance")
        )
        whole = seal == digest(about) and claimed == digest({"config": config, "tensors": tensors})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(path, "a .safetensors file of another program, or damaged") from error
    if isinstance(version, int) and version > FORMAT:
        raise BadInput(f"{path} is of a newer program (its format is {version}); update this one.")
    if not as_written or not whole:
        raise _refused(path, "damaged: its contents do not match its digest")
    if not (isinstance(model, str) and isinstance(config, dict) and isinstance(provenance, dict)):
        raise _refused(path, "not described as a weights file is")
    return Weights(model, config, provenance, claimed, _rebuild(path, model, config, tensors))


class NoFirstWeights(TorchFunctionMode):
    """Layers draw no first weights. For those of an embedding without memory, PyTorch would import its
    compiler: a second of the page's start."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if getattr(func, "__module__", "") == "torch.nn.init":
            return None  # no layer looks at what it returns
        return func(*args, **(kwargs or {}))


def _rebuild(path, model, config, tensors):
    if model not in NETWORKS:
        raise _refused(path, f"of the model {model[:40]!r}, which this program does not know")
    if config.get("num_classes", 10) != 10:
        raise _refused(path, f"for {str(config['num_classes'])[:40]} classes, not the ten digits")
    try:
        with torch.device("meta"), NoFirstWeights():  # no memory: the file's tensors are put in place
            network = NETWORKS[model](**config)
        for name, wanted in network.state_dict().items():
            if wanted.dtype == torch.float and tensors[name].dtype == torch.half:
                tensors[name] = tensors[name].float()  # half precision is for the disk
            if wanted.dtype != tensors[name].dtype:
                raise TypeError("numbers of another type")
        network.load_state_dict(tensors, assign=True)
    except (TypeError, ValueError, KeyError, OverflowError, RuntimeError) as error:
        raise _refused(path, f"not what a {model} network is made of") from error
    if not all(torch.isfinite(t).all() for t in tensors.values()):
        raise _refused(path, "of a training run that failed: it holds values that are not finite numbers")
    return network.requires_grad_(False).eval().to(memory_format=torch.channels_last)


def _refused(path, reason):
    return BadInput(
        f"{path} is {reason}; restore it from where you got it, or train again with `python train.py`."
    )


@functools.cache
def shipped(name=DEFAULT):
    """The Weights called `name` that come with the project. Raises BadInput, which lists the names."""
    files = {file.stem: file for file in sorted(SHIPPED.glob("*.safetensors"))}
    if name not in files:
        raise BadInput(
            f"There are no weights {name[:40]!r} in {SHIPPED}; there are {', '.join(files) or 'none'}."
        )
    return load(files[name])


def load_generators(paths):
    """Every generator in `paths` (weights files, folders of them, run folders): a dict of name -> Weights.

    A file is named by its stem, a run by its folder; a name that is taken gets the weights' id beside it. The
    same weights are listed once.
    Raises BadInput for a path with no generator in it, or a file that `load` refuses.
    """
    found = {}
    for path in map(Path, paths):
        files = [path]
        if path.is_dir():
            run = path / "generator.safetensors"
            files = [run] if run.is_file() else sorted(path.glob("*.safetensors"))
        generators = [(file, weights) for file in files if (weights := load(file)).model in GENERATORS]
        if not generators:
            raise BadInput(f"There are no generator's weights in {path}; `python train.py` makes some.")
        for file, weights in generators:
            if weights.id in {other.id for other in found.values()}:
                continue
            name = file.resolve().parent.name if file.name == "generator.safetensors" else file.stem
            found[f"{name} {weights.id}" if name in found else name] = weights
    return found
