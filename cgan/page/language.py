"""The page in the visitor's language: of what is laid out in both, language.js leaves one."""

from starlette.datastructures import MutableHeaders

from cgan.page import TEXTS, script

SWITCH = """<nav id="languages"><a href="?lang=en" lang="en" hreflang="en">English</a>
<a href="?lang=zh" lang="zh" hreflang="zh">中文</a></nav>"""


class Language:
    """ASGI middleware: puts language.js into the page itself; Gradio runs what `head` gives it too late."""

    def __init__(self, app):
        self.app = app
        self.script = (
            f"<script>const cgan = {{}};</script>{script('language.js', texts=TEXTS)}</head>".encode()
        )

    async def __call__(self, scope, receive, send):
        async def send_with_script(message):
            nonlocal start
            if message["type"] == "http.response.start":
                start = message  # its length is known when the page is
                return
            body = message["body"].replace(b"</head>", self.script, 1)
            MutableHeaders(scope=start)["content-length"] = str(len(body))
            await send(start)
            await send({**message, "body": body})

        start = None
        is_page = scope["type"] == "http" and scope["path"] == "/"
        await self.app(scope, receive, send_with_script if is_page else send)
