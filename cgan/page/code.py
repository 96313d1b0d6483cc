"""The source files that the tab About links to, as plain text: GET /gradio_api/code/train.py."""

from starlette.responses import FileResponse
from starlette.routing import Route

from cgan.page.access import sentence
from cgan.page.parts import FOLDER

ROOT = FOLDER.parent.parent
FILES = [
    "train.py",
    "cgan/learn/recipes/report.py",
    "cgan/learn/recipes/compact.py",
    "cgan/networks/compact.py",
    "cgan/draw/hands.py",
    "cgan/draw/sampling.py",
]


def route():
    def respond(request):
        name = request.path_params["name"]
        if name not in FILES:
            return sentence(
                404, f"There is no file {name[:40]!r} to read here; there are {', '.join(FILES)}."
            )
        return FileResponse(ROOT / name, media_type="text/plain; charset=utf-8")

    return Route("/gradio_api/code/{name:path}", respond)
