"""The page's HTML before any script runs: its link card, the palette, its texts, and the picture it opens on.

Gradio's template has link cards of its own, with Gradio's words, and no means to change them.
"""

import re
from html import escape
from urllib.parse import urlencode

from gradio.route_utils import get_root_url
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from cgan.page.access import is_logged_in
from cgan.page.parts import FOLDER, OPENING, TEXTS, WEB, in_script

# Public, as the tags are: the card of a link, and the script that makes cards to send.
CARDS = [
    Route("/card.png", lambda request: FileResponse(FOLDER / "card.png")),
    Route("/card.js", lambda request: FileResponse(WEB / "card.js")),
]
GRADIOS = re.compile(r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')
LANGUAGES = {"/": "en", "/zh": "zh"}  # by path
OWN = re.compile(r"(lang|__theme)=\w*")  # parameters that leave the picture as it is


def middleware(models):
    """Return the middleware for a page with these models, name -> Weights."""
    name, weights = next((name, weights) for name, weights in models.items() if weights.conditional)
    query = urlencode({"seed": OPENING, "n": 10, "model": name, "w": weights.id})  # as the tab Draw writes it
    return [Middleware(Head, first=f"gradio_api/digits/all.png?{query}")]


class Head:
    """ASGI middleware that changes the HTML of the page. first: address of the picture that it opens on."""

    def __init__(self, app, first):
        self.app, self.first = app, first
        styles = (WEB / "ink.css", FOLDER / "first.css")
        self.style = f"<style>{''.join(style.read_text('utf-8') for style in styles)}</style>"

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] not in LANGUAGES:
            return await self.app(scope, receive, send)
        start, parts = None, []

        async def change(message):
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    await self._send(Request(scope), start, b"".join(parts), send)

        await self.app(scope, receive, change)

    async def _send(self, request, start, body, send):
        headers = MutableHeaders(scope=start)
        if body and headers.get("content-type", "").startswith("text/html"):
            body = self.changed(request, body.decode()).encode()
            headers["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def changed(self, request, html):
        html = GRADIOS.sub("", html)
        html = html.replace(
            "<head>", f'<head><meta charset="utf-8">{card(request)}{self.style}{texts(request)}', 1
        )
        opens_on_it = all(OWN.fullmatch(part) for part in filter(None, request.url.query.split("&")))
        if opens_on_it and is_logged_in(request):
            first = f'<div id="first" class="paper ink"><img src="{escape(self.first)}" alt=""></div>'
            html = re.sub("<body[^>]*>", lambda body: body[0] + first, html, count=1)
        return html


def texts(request):
    """Return a script with the texts in the page's language."""
    language = LANGUAGES[request.scope["path"]]
    elsewhere = ("about_", "site_", "recipe_", "measure", "loss_")  # said by Python, or by the other page
    shown = {key: both[language] for key, both in TEXTS.items() if not key.startswith(elsewhere)}
    return f"<script>window.texts = {in_script(shown)}</script>"


def card(request):
    """Return the tags by which messengers show a link to the page."""
    path, query = request.scope["path"], request.url.query
    root = get_root_url(request, path, request.app.root_path or request.scope.get("root_path"))
    title, text = (TEXTS[key][LANGUAGES[path]] for key in ("title", "subtitle"))
    tags = {
        "og:type": "website",
        "og:title": title,
        "og:description": text,
        "og:url": f"{root}{path}{'?' if query else ''}{query}",
        "og:image": f"{root}/card.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": title,
        "twitter:card": "summary_large_image",
    }
    lines = (f'<meta property="{name}" content="{escape(value)}">' for name, value in tags.items())
    return f'<title>{escape(title)}</title><meta name="description" content="{escape(text)}">{"".join(lines)}'
