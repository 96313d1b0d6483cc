"""Shared by the tests of the page: the page served in this process or by app.py, a Chromium."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette

import app
from cgan import weights
from cgan.page import access
from tests.page.browsing import SETTLED

ROOT = Path(app.__file__).parent


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def everything(file):
    """Return what a file holds from its start."""
    file.seek(0)
    return file.read()


def run_async(coroutine):
    """Run a coroutine in a thread of its own, as Playwright leaves an event loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def app_with(routes):
    """A small app with some of our routes and the guard, and the names of Gradio's that they use."""
    app = Starlette(**access.launch_options(routes)["app_kwargs"])
    app.auth, app.cookie_id, app.tokens = None, "x", {}
    return app


@pytest.fixture(scope="session")
def serve(tmp_path_factory):
    """serve(more models, runs, **launch options) -> URL of the page; all are closed at the end."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    os.environ["GRADIO_TEMP_DIR"] = str(tmp_path_factory.mktemp("gradio"))
    models, demos = weights.load_generators([weights.SHIPPED]), []

    def start(more=None, runs=(), **options):
        demo, url = app.launch({**models, **(more or {})}, runs, server_name="127.0.0.1", **options)
        demos.append(demo)
        return url.rstrip("/")

    yield start
    for demo in demos:
        demo.close(verbose=False)


@pytest.fixture(scope="session")
def url(serve):
    return serve()


@pytest.fixture
def start():
    """start(*options, **environment) -> (the process of `python app.py`, its first lines, its URL).

    The port is a free one unless GRADIO_SERVER_PORT is given. The process is killed after the test.
    """
    processes = []

    def run(*options, **environment):
        usual = {"GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_SERVER_PORT": str(free_port())}
        command = [sys.executable, str(ROOT / "app.py"), *map(str, options)]
        errors = tempfile.TemporaryFile("a+")  # a full pipe that nobody reads would stop the process
        pipes = {"text": True, "stdout": subprocess.PIPE, "stderr": errors}
        process = subprocess.Popen(command, env=os.environ | usual | environment, **pipes)
        process.stderr = errors
        processes.append(process)
        lines = []
        while not lines or "The page is at" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], everything(errors)
        return process, lines, lines[-1].split()[4].rstrip("/")

    yield run
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close(), process.stderr.close()


@pytest.fixture
def open_page(new_page, url):
    """open_page(query, **options of the browser's context) -> the page, once it says something. Errors and
    requests elsewhere fail the test."""
    problems, refused = [], []

    def start(query="", **options):
        page = new_page(**options)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.on("console", lambda m: m.type == "error" and problems.append(m.text))
        page.on("response", lambda r: r.status >= 400 and refused.append(f"{r.status} {r.url}"))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda r: not r.url.startswith((url, "data:", "blob:")) and problems.append(r.url))
        page.goto(url + query)
        page.wait_for_function(SETTLED)
        return page

    start.problems = problems
    yield start
    assert problems == [], refused
