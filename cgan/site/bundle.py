"""Assemble the page from its parts, as one file or as a folder of files."""

import base64
import hashlib
import json
import re
from pathlib import Path

from cgan.draw import fit
from cgan.site.pack import pack

HERE = Path(__file__).parent
WEB = HERE.parent / "web"
WORKER = ["hands.js", "engine.js", "fit.js", "worker.js"]
PARTS = {"worker": "js", "wasm": "wasm", "pack": "bin"}  # of a folder: name -> ending
PAGE = [
    "hands.js",
    "drawings.js",
    "writing.js",
    "outlines.js",
    "state.js",
    "tabs.js",
    "show.js",
    "controls.js",
]


def one_file(weights, home=None):
    """Return the page with these weights as one HTML file, bytes. Raises BadInput unless they are `compact`.

    home: the address where the page or its project is met, for links; none if None.
    """
    script = '<script type="text/plain" id="{}">{}</script>'.format
    parts = [script("worker", worker())]
    parts += [script(name, base64.b64encode(part).decode()) for name, part in data(weights).items()]
    return _page(weights, parts, home, len(parts[-1]))


def folder(weights, home=None):
    """Return the page as files: name -> bytes. All but index.html are named by their contents."""
    files, parts = {}, []
    contents = {"worker": worker().encode(), **data(weights)}
    for name, ending in PARTS.items():
        file = f"{name}-{hashlib.sha256(contents[name]).hexdigest()[:12]}.{ending}"
        files[file] = contents[name]
        parts.append(f'<link rel="prefetch" id="{name}" href="{file}">')
    return {"index.html": _page(weights, parts, home, len(contents["pack"])), **files}


def worker():
    return f'"use strict";\n{fit_settings()}\n{_scripts(WORKER, HERE)}'


def fit_settings():
    settings = {
        "starts": fit.STARTS,
        "rounds": fit.ROUNDS,
        "rate": fit.LEARNING_RATE,
        "pull": fit.PULL,
        "most": fit.MAX_ERROR,
        "last_steps": fit.LAST_STEPS,
        "last_rate": fit.LAST_RATE,
        "others": fit.OTHERS,
        "taken_from_one": fit.TAKEN_FROM_ONE,
        "taken_from_several": fit.TAKEN_FROM_SEVERAL,
    }
    return f"const FIT = {_literal(settings)};"


def data(weights):
    """Return the engine and the packed weights, bytes."""
    return {"wasm": (HERE / "engine.wasm").read_bytes(), "pack": pack(weights)}


def _page(weights, parts, home, size):
    script = "\n".join(
        [
            _scripts(PAGE, HERE),
            _scripts(["card.js", "pad.js"], WEB),
            _scripts(["pad_tab.js", "start.js"], HERE),
        ]
    )
    html = (HERE / "page.html").read_text("utf-8")
    texts = json.loads((WEB / "texts.json").read_text("utf-8"))
    texts = {key: text for key, text in texts.items() if f'"{key}"' in html + script + worker()}
    constants = {
        "TEXTS": texts,
        "SIGNS": json.loads((WEB / "signs.json").read_text("utf-8")),
        "HOME": home,
        "PACK_SIZE": size,
        "PIXELS": 784,
    }
    head = "".join(f"const {name} = {_literal(value)};\n" for name, value in constants.items())
    style = "".join(
        (folder / name).read_text("utf-8") for folder, name in ((WEB, "ink.css"), (HERE, "page.css"))
    )
    made = {
        "/*style*/": style,
        "/*script*/": f'"use strict";\n{head}\n{script}',
        "/*parts*/": "\n".join(parts),
    }
    return re.sub("|".join(map(re.escape, made)), lambda place: made[place[0]], html).encode()


def _scripts(names, folder):
    return "\n".join((folder / name).read_text("utf-8") for name in names)


def _literal(value):
    """Return a value as JavaScript that an HTML page can hold."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
