"""Shared by the tests of the page without a server."""

import functools
import http.server
import threading

import pytest

from cgan.site import __main__ as command
from tests.site.browser import DRAWN, Scripts


@pytest.fixture(scope="session")
def scripts(chromium):
    return Scripts(chromium)


@pytest.fixture(scope="session")
def engine(chromium, compact):
    found = Scripts(chromium)
    found.load(compact)
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with digits.html, and with the page in parts in parts/."""
    found = tmp_path_factory.mktemp("site")
    command.main([str(found / "digits.html")])
    command.main(["--folder", str(found / "parts")])
    return found


@pytest.fixture(scope="session")
def server(folder):
    """The address of the folder, from Python's web server."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=folder)
    ) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


@pytest.fixture
def visit(new_page, folder):
    """visit(query, url=the file, **options of the browser's context) -> the page, once it has drawn.

    Errors, and requests for anything but the page's own parts, fail the test.
    """
    problems = []

    def start(query="", url=None, wait=DRAWN, **options):
        page, url = new_page(**options), url or f"file://{folder}/digits.html"
        page.set_default_timeout(90_000)
        own = (url.rpartition("/")[0], "data:", "blob:")
        page.on("console", lambda m: m.type == "error" and problems.append(m.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda r: not r.url.startswith(own) and problems.append(r.url))
        page.goto(url + query)
        page.wait_for_function(wait)
        return page

    start.problems = problems
    yield start
    assert problems == []
