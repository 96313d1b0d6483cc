"""Shared by the tests: a tiny MNIST, the shipped weights."""

import json
import os
import struct
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("NO_PROXY", "localhost,127.0.0.1")

import numpy as np
import pytest
import torch

from cgan import weights

WITHSTOOD = pytest.StashKey()


def pytest_addoption(parser):
    parser.addoption("--withstood", metavar="FILE", help="keep there what the tests of `make soak` saw")


def pytest_sessionfinish(session, exitstatus):
    file, seen = session.config.getoption("withstood"), session.config.stash.get(WITHSTOOD, [])
    if file and exitstatus == 0:
        Path(file).write_text(json.dumps(seen, indent=1) + "\n", "utf-8")


@pytest.fixture
def withstood(request):
    """withstood(what was tried, what was seen): a line of the README's table."""
    lines = request.config.stash.setdefault(WITHSTOOD, [])
    return lambda tried, seen: lines.append([tried, seen])


def write_mnist(root, n=40, seed=0):
    """A folder as torchvision keeps MNIST, with n random images for training and testing."""
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    rng = np.random.RandomState(seed)
    for split in ("train", "t10k"):
        images = rng.randint(0, 256, (n, 28, 28), dtype=np.uint8).tobytes()
        labels = bytes(i % 10 for i in range(n))
        (raw / f"{split}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 0x803, n, 28, 28) + images)
        (raw / f"{split}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 0x801, n) + labels)
    return root


@pytest.fixture(autouse=True)
def keep_threads():
    """Commands set the number of threads; each test begins with that of the machine."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def mnist(tmp_path):
    return write_mnist(tmp_path / "data")


@pytest.fixture(scope="session")
def report():
    """The shipped weights of the report's model."""
    return weights.shipped("report")


@pytest.fixture(scope="session")
def compact():
    """The weights that draw unless others are asked for."""
    return weights.shipped("compact")


@pytest.fixture(scope="session")
def judge():
    """The shipped classifier of real digits: images (N, 1, 28, 28) in [-1, 1] -> digits (N,)."""
    network = weights.load(weights.SHIPPED / "judge.safetensors").network
    return lambda images: network(images).argmax(1)
