"""The page as programs and the command line see it."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from PIL import Image

import app
from cgan.cli import BadInput
from cgan.measure.visits import free_port
from cgan.page import access, routes


def test_a_program_gets_the_pixels_of_the_address(url, report):
    path = Client(url, verbose=False).predict(3, 42, 16, "report", api_name="/generate")
    expected = routes.draw(report, 3, 42, 16)
    assert Image.open(path).tobytes() == expected.tobytes()
    answer = httpx.get(f"{url}/gradio_api/digits/3.png?seed=42&n=16&model=report&w={report.id}")
    assert answer.content == routes.render.png(expected)


@pytest.mark.parametrize(
    "inputs",
    [
        (10, 1, 1, "report"),
        (3, -1, 1, "report"),
        (3, 70000, 1, "report"),
        (3, 1, 2, "report"),
        (3, 1, 1, "nonsense"),
        (3, 1, 1, None),
        (None, 1, 1, "report"),
    ],
)
def test_a_program_that_asks_for_nonsense_is_told(url, inputs):
    with pytest.raises(
        Exception, match="not in the list of choices|is (less|greater) than|Choose a model|digit must be"
    ):
        Client(url, verbose=False).predict(*inputs, api_name="/generate")


def test_there_is_one_public_endpoint_and_the_queue_is_no_detour(url):
    assert list(httpx.get(f"{url}/gradio_api/info").json()["named_endpoints"]) == ["/generate"]
    answer = httpx.post(f"{url}/gradio_api/run/generate", json={"data": [3, 1, 1, "report"]})
    assert answer.status_code == 404
    assert httpx.get(f"{url}/monitoring").status_code != 200


@pytest.fixture
def start():
    """start(*options, **environment) runs `python app.py` on a free port: the process and its URL."""
    processes = []

    def run(*options, **environment):
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "app.py", "--port", str(port), *options],
            cwd=Path(app.__file__).parent,
            env={**os.environ, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        processes.append(process)
        threading.Timer(90, process.kill).start()
        assert f"The page is at http://127.0.0.1:{port}" in process.stdout.readline()
        return process, f"http://127.0.0.1:{port}"

    yield run
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.name != "posix", reason="these are POSIX's signals")
@pytest.mark.parametrize(
    "signal_name, no_proxy", [("SIGINT", "NO_PROXY"), ("SIGTERM", "no_proxy"), ("SIGHUP", "NO_PROXY")]
)
def test_it_ends_soon_and_leaves_nothing_behind(start, tmp_path, signal_name, no_proxy):
    # A proxy that does not answer must not be asked for the page itself.
    proxy = "http://127.0.0.1:9"
    process, url = start(
        TMPDIR=str(tmp_path), http_proxy=proxy, HTTP_PROXY=proxy, **{no_proxy: "example.org"}
    )
    client = Client(url, verbose=False, httpx_kwargs={"trust_env": False})
    client.predict(1, 1, 1, "report", api_name="/generate")
    assert list(tmp_path.glob("cgan-*/**/*.png"))
    with httpx.Client(base_url=url, trust_env=False) as tabs:
        open_tabs = [tabs.stream("GET", f"/gradio_api/heartbeat/tab{i}") for i in range(3)]
        assert [tab.__enter__().status_code for tab in open_tabs] == [200] * 3
        process.send_signal(getattr(signal, signal_name))
        started = time.monotonic()
        process.wait(timeout=60)
    assert time.monotonic() - started < 5  # it takes 20 s where Gradio's telemetry finds no network
    assert list(tmp_path.glob("cgan-*")) == []
    assert "Traceback" not in process.stderr.read()


def test_old_pictures_are_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "get_upload_folder", lambda: str(tmp_path))
    monkeypatch.setattr(guard, "MAX_FILES", 2)
    for age, name in enumerate("abcd"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    access.sweep()
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


def test_sharing_without_a_network_is_said_while_the_page_goes_on(start):
    nowhere = "http://127.0.0.1:9"  # a proxy that does not answer stands for no network
    process, url = start("--share", HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere)
    assert "no public link: Gradio's share server cannot be reached" in process.stdout.readline()
    assert httpx.get(f"{url}/gradio_api/digits/1.png", trust_env=False).status_code == 200


def test_a_log_in_covers_the_page_and_the_pictures(serve):
    url = serve(auth=access.log_in("ann:secret"))
    with httpx.Client(base_url=url) as client:
        picture = "/gradio_api/digits/3.png?seed=1"
        assert client.get(picture).status_code == 401
        assert client.get("/config").status_code == 401
        assert client.post("/login", data={"username": "ann", "password": "wrong"}).status_code == 400
        assert client.post("/login", data={"username": "ann", "password": "secret"}).status_code == 200
        assert client.get(picture).status_code == 200


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--auth", "nobody"], "--auth must be USER:PASSWORD"),
        (["--auth", ""], "--auth must be USER:PASSWORD"),
        (["--auth", "ann:"], "--auth must be USER:PASSWORD"),
        (["--host", "256.0.0.1"], "Cannot listen on 256.0.0.1"),
        (["--weights", "nothing"], "no weights file nothing"),
    ],
)
def test_options_that_cannot_be(options, sentence):
    with pytest.raises(BadInput, match=sentence):
        app.main(["--port", str(free_port()), *options])


def test_a_busy_port_is_a_sentence_and_status_2():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        command = [sys.executable, "app.py", "--port", port]
        done = subprocess.run(command, cwd=Path(app.__file__).parent, capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert re.search(f"Cannot listen on 127.0.0.1, port {port} .*; choose another --port", done.stderr)


def test_the_page_does_not_import_what_trains():
    code = "import app, sys; print(sorted({'torchvision', 'cgan.data', 'cgan.recipes'} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=Path(app.__file__).parent, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
