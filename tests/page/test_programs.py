"""/generate for programs, and the lines that the page and the README tell them to run."""

import io
import json
import os
import re
import shlex
import subprocess
import sys

import httpx
import pytest
from gradio_client import Client
from PIL import Image

from cgan import weights
from cgan.page import pictures, programs

README = (weights.SHIPPED.parent / "README.md").read_text("utf-8")


def drawn(digit, seed, count, model="compact"):
    data = pictures.digit_png(weights.shipped(model), digit, count, seed=seed)
    return Image.open(io.BytesIO(data)).tobytes()


@pytest.fixture(scope="module")
def client(url):
    return Client(url, verbose=False)


@pytest.mark.parametrize(
    "inputs, expected",
    [
        ({}, (7, 6, 64)),
        ({"digit": "3", "seed": "65535", "count": "100", "model": "report"}, (3, 65535, 100, "report")),
        ({"digit": 3.0, "seed": 1.0, "count": 9.0, "model": "default"}, (3, 1, 9)),
    ],
)
def test_a_program_gets_the_pixels_of_the_address(client, inputs, expected):
    assert Image.open(client.predict(**inputs, api_name="/generate")).tobytes() == drawn(*expected)


@pytest.mark.parametrize(
    "inputs, sentence",
    [
        ({"digit": 10}, "digit must be a whole number from 0 to 9, not '10'."),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"count": [1]}, "count must be a whole number"),
        ({"model": "nonsense"}, "There is no model 'nonsense' here; there is compact,"),
        ({"model": {"a": 1}}, "There is no model"),
        ({"model": "vae"}, "A vae cannot be asked for a digit"),
    ],
)
def test_a_program_that_asks_for_nonsense_is_told(client, capfd, inputs, sentence):
    with pytest.raises(Exception, match=re.escape(sentence)):
        client.predict(**inputs, api_name="/generate")
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "data",
    [[], [3], [3, 1], [3, 1, 4, "compact", 5, 6], [[]] * 4, [{"path": "/etc/passwd"}] * 4, {}, None, "x"]
    + [[{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}] * 4, [3, 1, 4, "a\0b"], [1e400] * 4],
)
def test_whatever_is_sent_there_is_an_answer_and_no_traceback(url, capfd, data):
    address = f"{url}/gradio_api/call/generate"
    body, kind = json.dumps({"data": data}), {"Content-Type": "application/json"}
    answer = httpx.post(address, content=body, headers=kind)
    assert answer.status_code < 500
    if answer.status_code == 200:
        said = httpx.get(f"{address}/{answer.json()['event_id']}", timeout=60).text
        assert "event: error" in said or "event: complete" in said
        assert "Traceback" not in said and "passwd" not in re.sub("There is no model.*", "", said)
    assert "Traceback" not in capfd.readouterr().err


def test_use_via_api_documents_one_endpoint_and_its_lines_run(url):
    for page in ("", "?page="):  # of all pages, and what "Use via API" shows at /
        endpoints = httpx.get(f"{url}/gradio_api/info{page}").json()["named_endpoints"]
        assert list(endpoints) == ["/generate"]
    snippets = endpoints["/generate"]["code_snippets"]
    done = subprocess.run([sys.executable, "-c", snippets["python"]], capture_output=True, text=True)
    assert Image.open(done.stdout.splitlines()[-1]).tobytes() == drawn(7, 6, 64), done.stderr
    assert '"..."' not in snippets["cli"] and "null" not in snippets["javascript"]


def test_the_lines_of_the_readme_run(url, tmp_path):
    lines = re.findall("^(?:curl .*gradio_api|python -c .*gradio_client).*", README, re.MULTILINE)
    assert len(lines) >= 3
    for line in lines:
        command, *rest = shlex.split(line.replace("http://127.0.0.1:7860", url), comments=True)
        if command == "curl":
            answer = httpx.get(next(word for word in rest if word.startswith(url)), timeout=60)
            is_file = answer.headers["content-type"].startswith(("image/", "font/"))
            assert answer.status_code == 200 and is_file, line
        else:
            done = subprocess.run([sys.executable, *rest], capture_output=True, text=True, cwd=tmp_path)
            assert Image.open(done.stdout.split()[-1]).size == (224, 224), done.stderr


def test_only_the_newest_files_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "get_upload_folder", lambda: str(tmp_path))
    monkeypatch.setattr(programs, "MAX_FILES", 2)
    for age, name in enumerate("abc"):
        (tmp_path / f"{name}.png").touch()
        os.utime(tmp_path / f"{name}.png", (1000 - age, 1000 - age))
    new = programs._write(b"png")
    assert sorted(tmp_path.iterdir()) == sorted([new, tmp_path / "a.png"])
    assert programs._write(b"png") == new and new.read_bytes() == b"png"
