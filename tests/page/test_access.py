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
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from cgan import weights
from cgan.cli import BadInput
from cgan.page import access
from page.conftest import app_with, run_async

# Gradio's own addresses that stay open: those that the page and programs need.
OPEN = re.compile(
    r"/(zh/?)?$|/(login|logout|config|openapi\.json|theme\.css|favicon\.ico|manifest\.json|robots\.txt)/?$"
    r"|/(svelte|static|assets|pwa_icon)"
    r"|/gradio_api/(app_id|call/|cancel|heartbeat|info|login_check|openapi\.json|queue/|reset|startup-events"
    r"|theme\.css|user)"
)


def gradio_paths(routes):
    """Yield the paths of all routes of Gradio's app, some of which are one level down."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", route), "routes", None)
        if inner:
            yield from gradio_paths(inner)
        else:
            yield route.path


def test_every_address_of_this_gradio_is_open_or_closed_on_purpose():
    app = App.create_app(gr.Blocks(analytics_enabled=False))
    paths = set(gradio_paths(app.routes))
    assert len(paths) > 50  # all were found
    assert [p for p in sorted(paths) if bool(OPEN.match(p)) == bool(access.CLOSED.match(p))] == []
    assert hasattr(app, "cookie_id") and hasattr(app, "tokens")  # the two private names that we use


CLOSED = ["http://127.0.0.1:1/x", "HTTPS://127.0.0.1:1/x", "%2fetc%2fpasswd", "/etc/passwd", "README.md"]
CLOSED += ["../../etc/passwd", "{folder}/../../../../../../etc/passwd", "{folder}"]
CLOSED = [f"gradio_api/file={file}" for file in CLOSED] + ["gradio_api/file/etc/passwd", "gradio_api/runs"]
CLOSED += ["%2fmonitoring", "gradio_api/proxy=http://127.0.0.1:1/", "gradio_api/run/generate"]


def test_what_is_closed(url):
    for path in CLOSED:
        for method in ("GET", "POST"):
            address = f"{url}/{path.format(folder=access.get_upload_folder())}"
            assert httpx.request(method, address).status_code == 404, path


def test_a_password_covers_every_address(serve):
    right = {"username": "ann", "password": "sécret"}
    with httpx.Client(base_url=serve(auth=access.login("ann:sécret")), timeout=20) as client:
        ours = ("digits/7.png", "training/compact/0.png", "set.zip")
        for path in ("config", "gradio_api/info", *(f"gradio_api/{path}" for path in ours)):
            assert client.get(f"/{path}").status_code == 401
        for path in ("queue/join", "call/generate"):
            assert client.post(f"/gradio_api/{path}", json={}).status_code == 401
        for path in ("/", "/zh", "/zh/?seed=1", "/?page=zh", "/?all_endpoints=1", "/?deep_link=a"):
            html = client.get(path, follow_redirects=True).text
            assert '"components":[]' in html  # the form alone
            # nor what runs and models are called
            assert not re.search(f"compact|{weights.shipped().id}|cvae", html)
        assert client.post("/login", data=right | {"password": "wrong"}).status_code == 400
        name = [*client.post("/login", data=right).cookies][0]
        assert client.get("/gradio_api/digits/7.png").status_code == client.get("/config").status_code == 200
        for value in ("forged", "", "ann"):
            headers = {"Cookie": f"{name}={value}"}
            assert httpx.get(f"{client.base_url}/gradio_api/digits/7.png", headers=headers).status_code == 401


def test_guesses_wait_for_each_other_and_who_knows_the_password_does_not_wait(monkeypatch):
    monkeypatch.setattr(access, "SECONDS_A_GUESS", 0.2)
    check = access.login(" ann:secret:")

    async def guess():
        guesses = [("ann", "secreT:"), ("ann", ""), ("bob", "secret:"), ("ann", "secret:")]
        return await asyncio.gather(*(timed(*pair) for pair in guesses))

    async def timed(user, password):
        return await check(user, password), time.monotonic() - start

    start = time.monotonic()
    answers, (first, second, third, knows) = zip(*run_async(guess()), strict=True)
    assert answers == (False, False, False, True)
    assert knows < 0.2 <= first and second >= 0.4 and third >= 0.6


def test_a_class_logs_in_at_once(serve):
    url, right = serve(auth=access.login("ann:secret")), {"username": "ann", "password": "secret"}

    async def log_in():
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            return await asyncio.gather(*(client.post("/login", data=right) for _ in range(64)))

    assert {answer.status_code for answer in run_async(log_in())} == {200}


@pytest.mark.parametrize("text", ["ann", "", ":secret", "ann:", " :secret"])
def test_a_log_in_needs_a_user_and_a_password(text):
    with pytest.raises(BadInput, match="--auth must be USER:PASSWORD"):
        access.login(text)


SLOW = ["slow.png", "set.zip", "hand.ttf", "hand.woff2"]


@pytest.mark.parametrize(
    "what, method, path, status",
    [
        ("drawing", "GET", "/gradio_api/slow.png", 503),
        ("making a set", "GET", "/gradio_api/set.zip", 503),
        ("making a font", "GET", "/gradio_api/hand.ttf", 503),
        ("making a font", "GET", "/gradio_api/hand.woff2", 503),
        ("logging in", "POST", "/login", 429),
    ],
)
def test_a_full_server_says_so(monkeypatch, what, method, path, status):
    monkeypatch.setitem(access.LIMITS, what, (2, status))
    go_on = threading.Event()

    def stay(request):
        go_on.wait(20)
        return PlainTextResponse("done")

    app = app_with([Route(f"/gradio_api/{name}", stay) for name in SLOW])
    app.add_route("/login", stay, ["POST"])
    app.add_route("/", lambda request: PlainTextResponse("page"))
    with TestClient(app) as client, ThreadPoolExecutor() as pool:
        answers = [pool.submit(client.request, method, path) for _ in range(3)]
        refused = next(as_completed(answers)).result()
        assert (refused.status_code, refused.headers["retry-after"]) == (status, "2")
        assert refused.text.startswith(f"Too many people are {what};") and client.get("/").text == "page"
        go_on.set()
        assert sorted(answer.result().status_code for answer in answers) == [200, 200, status]
        assert client.request(method, path).status_code == 200


@pytest.mark.parametrize("body", [b"[" * (access.MAX_BODY + 1), iter([b"{}"])])
def test_long_requests_are_refused(url, body):
    assert httpx.post(f"{url}/gradio_api/queue/join", content=body).status_code == 413


def test_a_slash_after_zh_keeps_the_query(url):
    answer = httpx.get(f"{url}/zh/?tab=write&text=1", follow_redirects=True)
    assert answer.status_code == 200 and answer.url == f"{url}/zh?tab=write&text=1"
