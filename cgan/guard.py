"""What the server lets in: the page, its queue and our own addresses. All else of Gradio's is closed.

Closed are, among others, uploads, fetching of other sites (`file=http...`, `proxy=`), the ways around the
queue (`run`, `api`), monitoring, and files other than those that /generate made.
"""

import asyncio
import hmac
import os
import re

from cgan.errors import BadInput

from gradio.utils import get_upload_folder
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Match

MAX_BODY = 100_000  # bytes; the page sends hundreds
MAX_DRAWING, MAX_OPEN = 128, 1024  # requests to our own addresses, and in all, at the same time
MAX_LOGINS = 16  # that wait for each other
SECONDS_A_GUESS = 1

# For everybody: what shows the log-in form, and how Gradio asks whether its server is up.
OPEN = r"/|/login/?|/logout/?|/(assets|static|svelte)/.*|/theme\.css|/favicon\.ico|/manifest\.json"
OPEN += r"|/gradio_api/(app_id|startup-events|login_check)/?"
# For visitors who have logged in, if the page asks for that.
SHUT = r"/config/?|/gradio_api/(info|openapi\.json|user|cancel|reset|queue/(join|data|status))/?"
SHUT += r"|/gradio_api/(call|heartbeat)/.*"
FILE = "/gradio_api/file="


class Guard:
    """ASGI middleware around Gradio's app. routes: our own, that are let in beside Gradio's."""

    def __init__(self, app, routes):
        self.app, self.routes = app, routes
        self.drawing = self.open = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":  # Gradio has no web sockets
            return await send({"type": "websocket.close"})
        ours = any(route.matches(scope)[0] == Match.FULL for route in self.routes)
        if refusal := self.refusal(Request(scope), ours):
            return await refusal(scope, receive, send)

        async def send_with_advice(message):
            if message["type"] == "http.response.start" and message["status"] == 503:
                message = {**message, "headers": [*message["headers"], (b"retry-after", b"2")]}
            await send(message)

        self.open, self.drawing = self.open + 1, self.drawing + ours
        try:
            await self.app(scope, receive, send_with_advice)
        finally:
            self.open, self.drawing = self.open - 1, self.drawing - ours

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
        if self.open >= MAX_OPEN or (ours and self.drawing >= MAX_DRAWING):
            return sentence(503, "Too many people are drawing; try again in a moment.", {"Retry-After": "2"})
        return None


def app_kwargs(routes, *inner):
    """For Gradio's launch(): our own routes; the guard before them and before all of Gradio's; behind it
    `inner`, other ASGI middleware."""
    return {"routes": routes, "middleware": [Middleware(Guard, routes=routes), *map(Middleware, inner)]}


def is_ours(path):
    """Whether a file address leads into the folder of pictures that /generate made; the disk is not asked."""
    asked, folder = os.path.abspath(path.removeprefix(FILE)), get_upload_folder()
    return any(asked.startswith(root(folder) + os.sep) for root in (os.path.abspath, os.path.realpath))


def may_see(request):
    """Whether the visitor has logged in, if the page asks for that: Gradio guards only some of its routes."""
    app = request.app  # Gradio's
    cookies = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return app.auth is None or any(request.cookies.get(cookie) in app.tokens for cookie in cookies)


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
    lock, waiting = asyncio.Lock(), 0

    async def check(given_user, given_password):
        nonlocal waiting
        if waiting >= MAX_LOGINS:
            raise HTTPException(429, "Too many are logging in; try again in a moment.", {"Retry-After": "5"})
        waiting += 1
        try:
            async with lock:
                pairs = (given_user, user.strip()), (given_password, password)
                right = all([hmac.compare_digest(*(s.encode("utf-8", "replace") for s in p)) for p in pairs])
                if not right:
                    await asyncio.sleep(SECONDS_A_GUESS)
                return right
        finally:
            waiting -= 1

    return check


def sentence(status, text, headers=None):
    """An answer in plain text, which is not kept."""
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store", **(headers or {})})
