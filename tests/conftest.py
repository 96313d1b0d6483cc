"""Fixtures of all tests: a tiny data set, short training runs, the shipped weights."""

import os
import shutil
import signal

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("NO_PROXY", "localhost,127.0.0.1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as cgan says it, which torch precedes here

import pytest
import torch
from playwright import sync_api as playwright

import train
from cgan import weights
from cgan.draw import styles
from tests.tiny import OPTIONS, write_mnist


@pytest.fixture(autouse=True)
def keep_threads_and_signals():
    """Start each test with Python's signal handlers, and reset the number of threads after it.

    Commands change both, and a test runner started in the background ignores Ctrl-C.
    """
    threads = torch.get_num_threads()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def mnist(tmp_path):
    return write_mnist(tmp_path / "data")


@pytest.fixture
def learn(mnist, monkeypatch):
    """A function that trains into a folder, or resumes there, and returns the weights.

    Style directions are replaced, as learning them takes thousands of images.
    """
    stand_in = torch.ones(3, 100)
    monkeypatch.setattr(styles, "learn_directions", lambda G: stand_in if G.config["z_dim"] == 100 else None)

    def call(out, *options):
        options = options if "--resume" in options else [*OPTIONS, *options]
        train.main(["--data", str(mnist), "--out", str(out), *options])
        return weights.load(out)

    return call


@pytest.fixture(scope="session")
def report():
    return weights.shipped("report")


@pytest.fixture(scope="session")
def compact():
    return weights.shipped("compact")


@pytest.fixture(scope="session")
def judge():
    """The shipped classifier: images (N, 1, 28, 28) in [-1, 1] -> digits (N,)."""
    network = weights.load(weights.SHIPPED / "judge.safetensors").network
    return lambda images: network(images).argmax(1)


@pytest.fixture(scope="session")
def chromium():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with playwright.sync_playwright() as p:
        try:  # None: Playwright's own
            browser = p.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        except playwright.Error as error:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Chromium: {error}")
        yield browser
        browser.close()
