"""Access control: --auth covers our own addresses, too, and Gradio's dangerous ones are closed.

Closed are uploads, fetching from other sites, ways around the queue and files on the disk. Gradio's other
addresses stay open, so that its next minor version does not break the page.
"""

import asyncio
import hmac
import os
import re
from collections import Counter

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Match, Route

from cgan.cli import need

MAX_BODY = 100_000  # bytes
SECONDS_A_GUESS = 1
# How many requests may draw or wait at a time, and the status of one too many.
LIMITS = {"drawing": (128, 503), "making a set": (1, 503), "making a font": (8, 503), "logging in": (64, 429)}
MAKING = {"zip": "making a set", "ttf": "making a font", "woff2": "making a font"}
CLOSED = re.compile(
    r"/monitoring|/gradio_api/(api/|component_server|custom_component|deep_link|dev/|file[=/]|process_recording"
    r"|profiling|proxy=|run|stream/|token|undo-vibe|upload|vibe)"
)


class Guard:
    """ASGI middleware around Gradio's app. ours: the routes of our own addresses."""

    def __init__(self, app, ours):
        self.app, self.ours = app, ours
        self.busy = Counter()  # a name in LIMITS -> requests being answered

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        what = None
        if any(route.matches(scope)[0] != Match.NONE for route in self.ours):
            what = MAKING.get(scope["path"].rpartition(".")[2], "drawing")
        elif scope["method"] == "POST" and scope["path"].rstrip("/") == "/login":
            what = "logging in"
        if refusal := self._refusal(Request(scope), what):
            return await refusal(scope, receive, send)
        self.busy[what] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.busy[what] -= 1

    def _refusal(self, request, what):
        path, length = request.scope["path"], request.headers.get("content-length", "0")
        generated = f"/gradio_api/file={get_upload_folder()}{os.sep}"
        if CLOSED.match(path) and (not path.startswith(generated) or ".." in path):
            return sentence(404, "There is nothing at this address.")
        if what not in (None, "logging in") and not is_logged_in(request):
            return sentence(401, "This page is protected by a password; log in there first.")
        has_length = "transfer-encoding" not in request.headers and re.fullmatch("[0-9]{1,9}", length)
        if not has_length or int(length) > MAX_BODY:
            return sentence(413, f"A request must give its Content-Length, at most {MAX_BODY:,} bytes.")
        if what and self.busy[what] >= LIMITS[what][0]:
            return sentence(LIMITS[what][1], f"Too many people are {what}; try again in a moment.")
        return None


class Blocks(gr.Blocks):
    """gr.Blocks that answers inputs of the wrong number or type with a sentence instead of a traceback."""

    async def preprocess_data(self, *args, **kwargs):
        try:
            return await super().preprocess_data(*args, **kwargs)
        except Exception as error:  # the type depends on what was sent
            raise gr.Error("The inputs are of the wrong number or type.", print_exception=False) from error


def launch_options(routes, public=(), middleware=()):
    """Return options of gr.Blocks.launch() that add our own routes and put the guard before all others.

    public: routes that need no login. middleware: what comes after the guard.
    """
    without_slash = Route("/zh/", lambda request: RedirectResponse(f"../zh?{request.url.query}"))
    return {
        "app_kwargs": {
            "routes": [*routes, *public, without_slash],
            "middleware": [Middleware(Guard, ours=routes), *middleware],
        },
        "enable_monitoring": False,
        "run_history": False,
    }


def login(text):
    """Return the check for launch(auth=) of a user name and password, given as USER:PASSWORD; None for None.

    Wrong guesses are answered one at a time, after a second each; the right password does not wait for them.
    Raises BadInput.
    """
    if text is None:
        return None
    user, _, password = text.partition(":")
    need(user.strip() and password, "--auth must be USER:PASSWORD, with a colon between the two.")
    expected, lock = f"{user.strip()}:{password}".encode(), asyncio.Lock()

    async def check(user, password):
        if hmac.compare_digest(f"{user}:{password}".encode("utf-8", "replace"), expected):
            return True
        async with lock:  # LIMITS bounds how many may wait here
            await asyncio.sleep(SECONDS_A_GUESS)
        return False

    return check


def sentence(status, text):
    """Return an error in plain text, not to be cached."""
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "2"} if status in (429, 503) else {})
    return PlainTextResponse(text, status, headers)


def is_logged_in(request):
    app = request.app  # Gradio's; cookie_id and tokens are private names
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return app.auth is None or any(request.cookies.get(name) in app.tokens for name in cookies)
