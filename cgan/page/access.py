"""What the server lets in: the page, its queue and our own addresses. All else of Gradio's is closed.

Closed are, among others, uploads, fetching of other sites (`file=http...`, `proxy=`), the ways around the
queue (`run`, `api`), monitoring, and files other than those that /generate made.
"""

import asyncio
import hmac
import os
import re
import shutil
from collections import Counter
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Match

from cgan.cli import BadInput

MAX_BODY = 100_000  # bytes; the page sends hundreds
MAX_DRAWING, MAX_OPEN = 128, 1024  # requests to our own addresses, and in all, at the same time
MAX_LOGINS, MAX_LOGINS_EACH = 64, 4  # that wait for each other, in all and from one address
SECONDS_A_GUESS = 1
MAX_FILES = 500  # of /generate

# For everybody: what shows the log-in form, and how Gradio asks whether its server is up.
OPEN = r"/|/login/?|/logout/?|/(assets|static|svelte)/.*|/theme\.css|/favicon\.ico|/manifest\.json"
OPEN += r"|/gradio_api/(app_id|startup-events|login_check)/?"
# For visitors who have logged in, if the page asks for that.
SHUT = r"/config/?|/gradio_api/(info|openapi\.json|user|cancel|reset|queue/(join|data|status))/?"
SHUT += r"|/gradio_api/(call|heartbeat)/.*"
FILE = "/gradio_api/file="
# Gradio describes the page to programs in its HTML, the log-in form's too: names of models, for one.
DESCRIPTION = rb"(window\.gradio_api_info = ).*?(;</script>)"


class Guard:
    """ASGI middleware around Gradio's app. routes: our own, that are let in beside Gradio's."""

    def __init__(self, app, routes):
        self.app, self.routes = app, routes
        self.drawing = self.open = 0
        self.logging_in = Counter()  # addresses

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":  # Gradio has no web sockets
            return await send({"type": "websocket.close"})
        ours = any(route.matches(scope)[0] == Match.FULL for route in self.routes)
        request = Request(scope)
        if refusal := self.refusal(request, ours):
            return await refusal(scope, receive, send)
        if scope["path"] == "/" and not may_see(request):
            send = without_description(send)

        async def send_with_advice(message):
            if message["type"] == "http.response.start" and message["status"] == 503:
                message = {**message, "headers": [*message["headers"], (b"retry-after", b"2")]}
            await send(message)

        who = [address(request)] if is_log_in(request) else []
        self.open, self.drawing = self.open + 1, self.drawing + ours
        self.logging_in.update(who)
        try:
            await self.app(scope, receive, send_with_advice)
        finally:
            self.open, self.drawing = self.open - 1, self.drawing - ours
            self.logging_in -= Counter(who)

    def refusal(self, request, ours):
        """The answer to a request that goes no further, or None."""
        # Not request.url, which the Host header has a say in.
        path, length = request.scope["path"], request.headers.get("content-length", "0")
        if not (ours or re.fullmatch(f"{OPEN}|{SHUT}", path) or (path.startswith(FILE) and is_ours(path))):
            return sentence(404, "There is nothing at this address.")
        if not re.fullmatch(OPEN, path) and not may_see(request):
            return sentence(401, "This page asks for a user name and a password; log in there first.")
        if "transfer-encoding" in request.headers or not re.fullmatch("[0-9]{1,9}", length):
            return sentence(411, "Say how long the request is, by Content-Length.")
        if int(length) > MAX_BODY:
            return sentence(413, f"A request must not be longer than {MAX_BODY:,} bytes.")
        each = self.logging_in[address(request)]
        if is_log_in(request) and (each >= MAX_LOGINS_EACH or self.logging_in.total() >= MAX_LOGINS):
            return sentence(429, "Too many are logging in; try again in a moment.", {"Retry-After": "5"})
        if self.open >= MAX_OPEN or (ours and self.drawing >= MAX_DRAWING):
            return sentence(503, "Too many people are drawing; try again in a moment.", {"Retry-After": "2"})
        return None


class Blocks(gr.Blocks):
    """gr.Blocks that refuses what its components cannot take in a sentence, not in a traceback for us."""

    async def preprocess_data(self, *args, **kwargs):
        try:
            return await super().preprocess_data(*args, **kwargs)
        except Exception as error:  # whichever: it comes of what a visitor sent
            text = error.message if isinstance(error, gr.Error) else "These inputs are not those asked for."
            raise gr.Error(text, print_exception=False) from error


def app_kwargs(routes, *inner):
    """For Gradio's launch(): our own routes; the guard before them and before all of Gradio's; behind it
    `inner`, other ASGI middleware."""
    return {"routes": routes, "middleware": [Middleware(Guard, routes=routes), *map(Middleware, inner)]}


def sweep():
    """Delete the oldest pictures that /generate made, so that they cannot fill the disk."""
    with suppress(FileNotFoundError):  # none yet, or Gradio was faster
        folders = sorted(Path(get_upload_folder()).iterdir(), key=lambda folder: folder.stat().st_mtime)
        for folder in folders[:-MAX_FILES]:
            shutil.rmtree(folder)


def is_ours(path):
    """Whether a file address leads into the folder of pictures that /generate made; the disk is not asked."""
    asked, folder = os.path.abspath(path.removeprefix(FILE)), get_upload_folder()
    return any(asked.startswith(root(folder) + os.sep) for root in (os.path.abspath, os.path.realpath))


def may_see(request):
    """Whether the visitor has logged in, if the page asks for that: Gradio guards only some of its routes."""
    app = request.app  # Gradio's
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return app.auth is None or any(request.cookies.get(cookie) in app.tokens for cookie in cookies)


def address(request):
    """Where a visitor comes from; of IPv6 the network, as who has one address there has all of them."""
    host = request.client.host if request.client else ""
    with suppress(ValueError):  # a proxy may say anything
        if (parsed := ip_address(host)).version == 6:
            return ":".join(parsed.exploded.split(":")[:4])
    return host


def is_log_in(request):
    return request.method == "POST" and request.scope["path"].rstrip("/") == "/login"


def without_description(send):
    """ASGI's `send`, for a page whose visitor has not logged in."""
    messages = []

    async def send_page(message):
        messages.append(message)
        if message.get("more_body") or "body" not in message:
            return
        start, *parts = messages
        body = re.sub(DESCRIPTION, rb"\1{}\2", b"".join(part["body"] for part in parts), flags=re.DOTALL)
        headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return send_page


def log_in(text):
    """For Gradio's launch(): the check of a user name and password, from USER:PASSWORD; None: no check.

    It takes as long whatever is wrong. Log-ins wait for each other, and a wrong one holds up the next, so
    that guessing goes at one guess a second. Raises BadInput.
    """
    if text is None:
        return None
    user, _, password = text.partition(":")
    if not user.strip() or not password:
        raise BadInput("--auth must be USER:PASSWORD, with a colon between the two.")
    lock = asyncio.Lock()

    async def check(given_user, given_password):
        async with lock:
            pairs = (given_user, user.strip()), (given_password, password)
            right = all([hmac.compare_digest(*(s.encode("utf-8", "replace") for s in p)) for p in pairs])
            if not right:
                await asyncio.sleep(SECONDS_A_GUESS)
            return right

    return check


def sentence(status, text, headers=None):
    """An answer in plain text, which is not kept."""
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store", **(headers or {})})
