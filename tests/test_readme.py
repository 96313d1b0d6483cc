"""The documents: links lead somewhere, commands parse, both READMEs have the same parts."""

import re
import shlex
from pathlib import Path

import pytest

import app
import train
from cgan import generate, weights
from cgan.measure import evaluate, study

ROOT = Path(app.__file__).parent
READMES = ["README.md", "README.zh.md"]
DOCS = sorted((ROOT / "docs").glob("*.md"))


def read(name):
    return (ROOT / name).read_text("utf-8")


def commands(text):
    """The shell commands in a README, comments removed."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    return [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize("name", [*READMES, "weights/README.md", *(f"docs/{path.name}" for path in DOCS)])
def test_links_and_pictures_exist(name):
    targets = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", read(name))
    local = [target for pair in targets for target in pair if target and "://" not in target]
    assert [target for target in local if not ((ROOT / name).parent / target).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_commands_are_understood(name):
    parsers = {
        "cgan.generate": generate,
        "cgan.measure.evaluate": evaluate,
        "cgan.measure.study": study,
        "train.py": train,
        "app.py": app,
    }
    for command in commands(read(name)):
        arguments = command[2:] if command[1:2] == ["-m"] else command[1:]
        if command[0] == "python" and arguments[0] in parsers:
            parsers[arguments[0]].parse_args(arguments[1:])
    targets = re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE)
    made = {command[1] for command in commands(read(name)) if command[0] == "make"}
    assert made | set(re.findall(r"`make (\w+)", read(name))) <= set(targets)


def test_the_python_example_runs():
    example = re.search(r"```python\n(.*?)```", read("README.md"), re.DOTALL)[1]
    names = {}
    exec(example, names)
    assert names["images"].shape == (5, 1, 28, 28)


def test_the_chinese_readme_has_the_same_parts():
    english, chinese = map(read, READMES)
    chinese = re.sub(r"(docs/page[a-z-]*)-zh\.png", r"\1.png", chinese.replace("(README.md", "(README.zh.md"))
    for pattern in (r"^#+", r"^```\w*", r"\]\(([^)]+)\)", r"src=\"[^\"]+\"", r"^\| \*\*.*"):
        assert re.findall(pattern, chinese, re.M) == re.findall(pattern, english, re.M)
    assert commands(english) == commands(chinese)


def test_the_shipped_weights_are_listed():
    listed = dict(re.findall(r"^\| (\S+)\.safetensors \| (\w+) \|", read("weights/README.md"), re.M))
    assert listed == {file.stem: weights.load(file).id for file in weights.SHIPPED.glob("*.safetensors")}
