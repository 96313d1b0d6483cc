"""The closed is closed, a password covers every address, and too much is refused with a sentence."""

import asyncio
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

import gradio as gr
import httpx
import pytest
from gradio.routes import App
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cgan.cli import BadInput
from cgan.page import access

# Gradio's own addresses that stay open: those that the page and programs need.
OPEN = re.compile(
    r"/(zh/?)?$|/(login|logout|config|openapi\.json|theme\.css|favicon\.ico|manifest\.json|robots\.txt)/?$"
    r"|/(svelte|static|assets|pwa_icon)"
    r"|/gradio_api/(app_id|call/|cancel|heartbeat|info|login_check|openapi\.json|queue/|reset|startup-events"
    r"|theme\.css|user)"
)


@pytest.fixture(scope="module")
def locked(serve):
    with httpx.Client(base_url=serve(auth=access.login("ann:sécret")), timeout=20) as client:
        yield client


def gradio_paths(routes):
    """Yield the paths of all routes of Gradio's app, some of which are one level down."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", route), "routes", None)
        if inner:
            yield from gradio_paths(inner)
        else:
            yield route.path


@pytest.fixture(scope="module")
def gradio_app():
    return App.create_app(gr.Blocks(analytics_enabled=False))


def test_every_address_of_this_gradio_is_open_or_closed_on_purpose(gradio_app):
    paths = set(gradio_paths(gradio_app.routes))
    assert len(paths) > 50  # all were found
    assert [p for p in sorted(paths) if bool(OPEN.match(p)) == bool(access.CLOSED.match(p))] == []


@pytest.mark.parametrize(
    "path",
    ["monitoring", "monitoring/summary", "gradio_api/proxy=http://127.0.0.1:1/", "gradio_api/runs"]
    + ["gradio_api/file=http://127.0.0.1:1/x", "gradio_api/file=HTTPS://127.0.0.1:1/x"]
    + ["gradio_api/file=%2fetc%2fpasswd", "gradio_api/file=/etc/passwd", "gradio_api/file=../../etc/passwd"]
    + ["gradio_api/file=README.md", "gradio_api/file/etc/passwd", "gradio_api/deep_link?session_hash=a"]
    + [
        "gradio_api/file={folder}/../../../../../../etc/passwd",
        "gradio_api/file={folder}",
        "gradio_api/upload",
    ]
    + ["gradio_api/stream/a/b/0/playlist.m3u8", "gradio_api/dev/reload", "gradio_api/token", "%2fmonitoring"],
)
def test_what_is_closed(url, path):
    answer = httpx.get(f"{url}/{path.format(folder=access.get_upload_folder())}")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["run/generate", "api/generate", "component_server", "upload"])
def test_the_queue_has_no_way_around(url, path):
    assert httpx.post(f"{url}/gradio_api/{path}", json={"data": []}).status_code == 404


def test_a_password_covers_every_address(locked):
    for path in ("config", "gradio_api/info", "gradio_api/digits/7.png", "gradio_api/training/compact/0.png"):
        assert locked.get(f"/{path}").status_code == 401
    for path in ("queue/join", "call/generate"):
        assert locked.post(f"/gradio_api/{path}", json={}).status_code == 401
    for path in ("/", "/zh", "/?page=zh", "/?all_endpoints=1", "/?deep_link=a"):
        html = locked.get(path).text
        assert '"components":[]' in html  # the form alone
        assert not re.search("compact|bd4ddd677837|cvae", html)  # nor what runs and models are called
    assert locked.post("/login", data={"username": "ann", "password": "wrong"}).status_code == 400
    assert locked.post("/login", data={"username": "ann", "password": "sécret"}).status_code == 200
    assert locked.get("/gradio_api/digits/7.png").status_code == locked.get("/config").status_code == 200
    locked.cookies.clear()


def test_a_forged_cookie_is_no_log_in(locked):
    name = next(
        iter(httpx.post(f"{locked.base_url}/login", data={"username": "ann", "password": "sécret"}).cookies)
    )
    for value in ("forged", "", "ann"):
        answer = httpx.get(f"{locked.base_url}/gradio_api/digits/7.png", cookies={name: value})
        assert answer.status_code == 401


def test_guessing_goes_at_one_guess_at_a_time(monkeypatch):
    monkeypatch.setattr(access, "SECONDS_A_GUESS", 0.2)
    check = access.login("ann:secret")

    async def guess():
        guesses = [("ann", "secreT"), ("ann", ""), ("bob", "secret"), ("ann", "secret")]
        return await asyncio.gather(*(check(*pair) for pair in guesses))

    start = time.monotonic()
    assert asyncio.run(guess()) == [False, False, False, True]
    assert time.monotonic() - start >= 0.6


@pytest.mark.parametrize("text", ["ann", "", ":secret", "ann:", " :secret"])
def test_a_log_in_needs_a_user_and_a_password(text):
    with pytest.raises(BadInput, match="--auth must be USER:PASSWORD"):
        access.login(text)
    assert access.login(None) is None


@pytest.fixture
def busy(monkeypatch):
    """(client, free): a server at whose addresses requests stay until free() is called."""
    monkeypatch.setattr(access, "MAX_DRAWING", 2)
    monkeypatch.setattr(access, "MAX_LOGINS", 2)
    event = threading.Event()

    def stay(request):
        event.wait(20)
        return PlainTextResponse("drawn")

    ours = [Route("/gradio_api/slow.png", stay)]
    options = access.launch_options(ours)["app_kwargs"]
    theirs = [Route("/login", stay, methods=["POST"]), Route("/", lambda _: PlainTextResponse("page"))]
    app = Starlette(routes=[*options["routes"], *theirs], middleware=options["middleware"])
    app.auth, app.cookie_id, app.tokens = None, "x", {}
    with TestClient(app) as client:
        yield client, event.set
        event.set()


@pytest.mark.parametrize(
    "method, path, status", [("GET", "/gradio_api/slow.png", 503), ("POST", "/login", 429)]
)
def test_a_full_server_says_so(busy, method, path, status):
    client, free = busy
    with ThreadPoolExecutor() as pool:
        answers = [pool.submit(client.request, method, path) for _ in range(3)]
        refused = next(as_completed(answers)).result()
        assert (refused.status_code, refused.headers["retry-after"]) == (status, "2")
        assert refused.text.startswith("Too many people are") and client.get("/").text == "page"
        free()
    assert sorted(answer.result().status_code for answer in answers) == [200, 200, status]
    assert client.request(method, path).status_code == 200


def test_long_requests_are_refused(url):
    join = f"{url}/gradio_api/queue/join"
    assert httpx.post(join, content=b"[" * (access.MAX_BODY + 1)).status_code == 413
    assert httpx.post(join, content=iter([b"{}"])).status_code == 411


def test_gradio_still_has_the_two_private_names(gradio_app):
    assert isinstance(gradio_app.cookie_id, str) and isinstance(gradio_app.tokens, dict)
