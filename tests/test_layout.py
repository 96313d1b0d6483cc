"""The rooms: imports point one way, nothing imports in a circle, and no file grows too long to read."""

import ast
from graphlib import TopologicalSorter

import pytest

from cgan.weights import SHIPPED

ROOT = SHIPPED.parent
FILES = [path for folder in ("cgan", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]
FILES += [ROOT / "app.py", ROOT / "train.py"]
MODULES = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in FILES}
MODULES = {path: name.removesuffix(".__init__") for path, name in MODULES.items()}
OTHERS = "*.js", "*.css", "*.c"

# A room may import itself and the rooms named beside it.
LOW = ["cli", "files", "networks", "weights"]
MAY_IMPORT = {
    "cli": [],
    "files": ["cli"],
    "networks": ["cli"],
    "weights": ["cli", "files", "networks"],
    "draw": LOW,
    "learn": [*LOW, "draw"],
    **{top: [*LOW, "draw", "learn"] for top in ("page", "site", "generate")},
    "measure": [*LOW, "draw", "learn", "site"],
    **{alias: ["draw"] for alias in ("sampling", "hands")},
}


def imports(path):
    """Return the names of the project's modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            inner = {f"{node.module}.{name.name}" for name in node.names}
            found |= {name for name in inner if name in MODULES.values()} or {node.module}
    return found & set(MODULES.values())


def room(module):
    return module.split(".")[1]


@pytest.mark.parametrize("module", [name for name in MODULES.values() if name.startswith("cgan.")])
def test_imports_point_one_way(module):
    path = next(path for path in FILES if MODULES[path] == module)
    here = room(module)
    there = {room(name) for name in imports(path) if name.startswith("cgan.")}
    assert there <= {here, *MAY_IMPORT[here]}, f"{module} imports {there}"


def test_learn_imports_of_draw_only_what_a_run_needs():
    """A finished run learns style directions, and draws previews; nothing else of learn/ draws."""
    importers = {
        MODULES[path]
        for path in FILES
        if MODULES[path].startswith("cgan.learn.") and any(".draw" in name for name in imports(path))
    }
    assert importers == {"cgan.learn.previews", "cgan.learn.run"}


def test_no_module_imports_itself_in_a_circle():
    graph = {MODULES[path]: imports(path) for path in FILES}
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_no_file_has_more_than_200_lines():
    files = [*FILES, *(path for pattern in OTHERS for path in (ROOT / "cgan").rglob(pattern))]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > 200} == {}
