"""The requirements are what is imported, no more and no less."""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMES = {"pil": "pillow"}  # imported by another name
OF_GRADIO = {"starlette", "gradio_client", "httpx", "pandas"}  # they come with it, in the versions it needs
FOR_MEASURES = {"playwright", "matplotlib", "tabulate"}  # the page and training do without
TOOLS = {"ruff", "axe_playwright_python"}  # called, or a file of it read


def declared(name):
    lines = (ROOT / name).read_text().splitlines()
    return {
        re.match(r"[\w-]+", line)[0].replace("-", "_") for line in lines if line[:1] not in ("", "#", "-")
    }


def imported(*paths):
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.split(".")[0])
    ours = {path.stem for path in (*ROOT.glob("*.py"), *ROOT.glob("tests/**/*"))} | {"cgan", "tests"}
    return {NAMES.get(name.lower(), name.lower()) for name in found - set(sys.stdlib_module_names) - ours}


def test_what_is_declared_is_imported():
    used = imported(ROOT / "app.py", ROOT / "train.py", *ROOT.glob("cgan/**/*.py"))
    assert used - OF_GRADIO - FOR_MEASURES == declared("requirements.txt")
    used = imported(*ROOT.glob("tests/**/*.py")) | FOR_MEASURES | TOOLS
    of_users = declared("requirements.txt") | OF_GRADIO - {"httpx"}
    assert used - of_users == declared("requirements-dev.txt")
