"""Shared by the tests: a tiny MNIST, the shipped weights, the page served, a Chromium."""

import json
import os
import shutil
import struct
import warnings
from pathlib import Path

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("NO_PROXY", "localhost,127.0.0.1")

import numpy as np
import pytest
import torch

from cgan import weights
from cgan.page import routes

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


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """serve(more models, **launch options) -> URL of the page; all are closed at the end."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    os.environ["GRADIO_TEMP_DIR"] = str(tmp_path_factory.mktemp("gradio"))
    import app

    models = weights.load_generators([weights.SHIPPED])
    demos = []

    def start(more=None, **options):
        with_more = {**models, **(more or {})}
        demo = app.build(with_more)
        demos.append(demo)
        _, url, _ = app.launch(demo, with_more, server_name="127.0.0.1", **options)
        return url.rstrip("/")

    yield start
    for demo in demos:
        demo.close(verbose=False)


@pytest.fixture(scope="session")
def url(serve):
    return serve()


@pytest.fixture(scope="session")
def chromium():
    refuse = pytest.fail if os.environ.get("CI") else pytest.skip
    try:
        from playwright import sync_api as playwright
    except ImportError:
        refuse("no Playwright: install requirements-dev.txt")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with playwright.sync_playwright() as p:
        path = path or (p.chromium.executable_path if os.path.exists(p.chromium.executable_path) else None)
        if not path:
            say = "no Chromium: install the package chromium, or run `.venv/bin/playwright install chromium`"
            refuse(say)
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = p.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def drawn(monkeypatch):
    """What is drawn during the test: a list of (digit, seed, count)."""
    calls, draw = [], routes.draw

    def counted(weights, digit, seed, count, first=0):
        calls.append((digit if digit == "all" else int(digit), int(seed), int(count)))
        return draw(weights, digit, seed, count, first)

    monkeypatch.setattr(routes, "draw", counted)
    return calls


@pytest.fixture
def open_page(chromium, url):
    """open_page(query, **options of the browser's context) -> the page, once it says something. Errors and
    requests elsewhere fail the test."""
    contexts, problems = {}, []

    def start(query="", **options):
        if repr(options) not in contexts:
            asked = {"viewport": {"width": 1280, "height": 900}, "locale": "en", **options}
            context = contexts[repr(options)] = chromium.new_context(**asked)
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = contexts[repr(options)].new_page()
        page.on("console", lambda m: m.type == "error" and problems.append(m.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda r: not r.url.startswith((url, "data:", "blob:")) and problems.append(r.url))
        page.goto(url + query)
        said = "[...document.querySelectorAll('[id$=status]')].some((status) => status.textContent)"
        page.wait_for_function(said)
        return page

    start.problems = problems
    yield start
    for context in contexts.values():
        context.close()
    assert problems == []
