"""Fixtures of all tests: a tiny data set, short training runs, the shipped weights."""

import json
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

# A process for a site, not for each page of it: what was compiled for one page serves the next.
SWITCHES = ["--no-sandbox", "--disable-gpu", "--process-per-site"]
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "en"}
STORED = "local_storage,indexeddb,cache_storage,service_workers"


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
            browser = p.chromium.launch(executable_path=path, args=SWITCHES)
        except playwright.Error as error:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no Chromium: {error}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def contexts(chromium):
    """The contexts that tests share: options as JSON -> context."""
    return {}


@pytest.fixture
def new_page(chromium, contexts):
    """new_page(**options of a context) -> an empty page in the context that tests with these options share.

    Fetched files are shared. Pages, cookies, what is stored, routes and permissions are not.
    """
    used = set()

    def new(**options):
        options = DESK | options
        size = options["viewport"]
        if not options.get("is_mobile"):  # or the context decides what the size means
            del options["viewport"]
        key = json.dumps(options, sort_keys=True)
        if key not in contexts:
            contexts[key] = chromium.new_context(**options)
        used.add(contexts[key])
        page = contexts[key].new_page()
        page.set_viewport_size(size)
        return page

    yield new
    for context in used:
        session = context.new_cdp_session(context.pages[0])
        for origin in {page.evaluate("origin") for page in context.pages} - {"null"}:
            session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
        for page in context.pages:
            page.close()
        context.unroute_all()
        context.clear_cookies()
        context.clear_permissions()
        context.set_offline(False)
