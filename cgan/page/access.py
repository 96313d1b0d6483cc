"""Who may ask for what: Gradio's --auth covers our own addresses too, and a few of Gradio's are closed.

Closed are uploads, Gradio's fetching of other sites, the ways around its queue and the files on this disk.
Everything else of Gradio's stays open, so that its next minor version does not leave a dead page.
"""

import asyncio
import hmac
import os
import re

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Match

from cgan.cli import BadInput

MAX_BODY = 100_000  # bytes
MAX_DRAWING = 128  # requests to our own addresses that draw or wait at the same time
MAX_LOGINS = 16  # log-ins that wait for each other
SECONDS_A_GUESS = 1
CLOSED = re.compile(
    r"/monitoring|/gradio_api/(api/|component_server|custom_component|deep_link|dev/|file[=/]|process_recording"
    r"|profiling|proxy=|run|stream/|token|undo-vibe|upload|vibe)"
)
FILE = "/gradio_api/file="


class Guard:
    """ASGI middleware around Gradio's app. ours: the routes of our own addresses."""

    def __init__(self, app, ours):
        self.app, self.ours = app, ours
        self.drawing = self.logging_in = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        is_ours = any(route.matches(scope)[0] != Match.NONE for route in self.ours)
        is_login = scope["method"] == "POST" and scope["path"].rstrip("/") == "/login"
        if refusal := self._refusal(Request(scope), is_ours, is_login):
            return await refusal(scope, receive, send)
        self.drawing, self.logging_in = self.drawing + is_ours, self.logging_in + is_login
        try:
            await self.app(scope, receive, send)
        finally:
            self.drawing, self.logging_in = self.drawing - is_ours, self.logging_in - is_login

    def _refusal(self, request, is_ours, is_login):
        path, length = request.scope["path"], request.headers.get("content-length", "0")
        if CLOSED.match(path) and not _is_generated(path):
            return sentence(404, "There is nothing at this address.")
        if is_ours and not _has_logged_in(request):
            return sentence(401, "This page asks for a user name and a password; log in there first.")
        if "transfer-encoding" in request.headers or not re.fullmatch("[0-9]{1,9}", length):
            return sentence(411, "Send the length of the request as Content-Length.")
        if int(length) > MAX_BODY:
            return sentence(413, f"A request must not be longer than {MAX_BODY:,} bytes.")
        if is_login and self.logging_in >= MAX_LOGINS:
            return sentence(429, "Too many people are logging in; try again in a moment.")
        if is_ours and self.drawing >= MAX_DRAWING:
            return sentence(503, "Too many people are drawing; try again in a moment.")
        return None


class Refused(BadInput):
    """A refusal with another HTTP status than 400."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Blocks(gr.Blocks):
    """gr.Blocks that answers inputs of the wrong number or type with a sentence instead of a traceback."""

    async def preprocess_data(self, *args, **kwargs):
        try:
            return await super().preprocess_data(*args, **kwargs)
        except Exception as error:  # of any type: it depends on what was sent
            text = error.message if isinstance(error, gr.Error) else "These are not the inputs asked for."
            raise gr.Error(text, print_exception=False) from error


def launch_options(routes):
    """Return options of gr.Blocks.launch() that add our own routes and put the guard before all others."""
    return {
        "app_kwargs": {"routes": routes, "middleware": [Middleware(Guard, ours=routes)]},
        "enable_monitoring": False,
        "run_history": False,
    }


def login(text):
    """Return the check of a user name and password for launch(auth=), from USER:PASSWORD; None for None.

    The checks wait for each other and a wrong one takes a second, so guessing goes at one guess a second.
    """
    if text is None:
        return None
    user, _, password = text.partition(":")
    if not user.strip() or not password:
        raise BadInput("--auth must be USER:PASSWORD, with a colon between the two.")
    expected, lock = (user.strip().encode(), password.encode()), asyncio.Lock()

    async def check(*given):
        async with lock:
            given = [text.encode("utf-8", "replace") for text in given]
            right = all([hmac.compare_digest(*pair) for pair in zip(given, expected, strict=True)])
            if not right:
                await asyncio.sleep(SECONDS_A_GUESS)
            return right

    return check


def sentence(status, text):
    """Return an answer in plain text that no cache keeps; where waiting helps, it says so."""
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "2"} if status in (429, 503) else {})
    return PlainTextResponse(text, status, headers)


def _has_logged_in(request):
    app = request.app  # Gradio's; these two names of it are private
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return app.auth is None or any(request.cookies.get(name) in app.tokens for name in cookies)


def _is_generated(path):
    """Whether a path is the address of a file in Gradio's temporary folder, where only /generate writes."""
    folder = os.path.abspath(get_upload_folder()) + os.sep
    return path.startswith(FILE) and os.path.abspath(path.removeprefix(FILE)).startswith(folder)
