"""Replicas behind deploy/nginx.conf: any draws a picture, a visitor stays with one. Prints its figures."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest
from gradio_client import Client

import app
from cgan import images
from cgan.measure.visits import free_port
from cgan.page import routes

ROOT = Path(app.__file__).parent
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [pytest.mark.soak, pytest.mark.skipif(not NGINX, reason="no nginx: apt install nginx-light")]


def get(port, path, headers=None):
    """(status, headers, body) of one request."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def wait(port, seconds=400):
    """Until something answers there."""
    for _ in range(seconds * 5):
        try:
            return get(port, "/gradio_api/app_id")
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"Nothing answers on port {port}.")


class Replicas:
    def __init__(self):
        self.ports = [free_port() for _ in range(3)]
        self.processes = [None] * 3
        for i in range(3):
            self.start(i)
        for i in range(3):
            wait(self.ports[i])

    def start(self, i):
        command = [sys.executable, "app.py", "--port", str(self.ports[i])]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "GRADIO_ANALYTICS_ENABLED": "False"}
        self.processes[i] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)

    def end(self, i, how=signal.SIGKILL):
        self.processes[i].send_signal(how)
        self.processes[i].wait()


@pytest.fixture(scope="module")
def replicas():
    replicas = Replicas()
    yield replicas
    for i in range(3):
        replicas.end(i, signal.SIGTERM)


@pytest.fixture(scope="module")
def nginx(replicas, tmp_path_factory):
    """The port of an nginx with deploy/nginx.conf, other ports and another folder put in."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for old, new in zip((7861, 7862, 7863), replicas.ports, strict=True):
        text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("/var/cache/nginx/cgan", str(folder / "cache"))
    user = "user root;" if os.geteuid() == 0 else ""
    around = f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
    (folder / "nginx.conf").write_text(f"{around}\nhttp {{ access_log off; {text} }}")
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen(command) as process:
        wait(port)
        yield port
        process.terminate()


@pytest.fixture
def address(compact):
    """address(seed) -> one that is good for ever."""
    return lambda seed, n=16: f"/gradio_api/digits/3.png?seed={seed}&n={n}&model=compact&w={compact.id}"


def test_many_equal_requests_are_drawn_once_and_kept(nginx, address, compact):
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: get(nginx, address(1)), range(16)))
    assert Counter(headers["X-Cache"] for _, headers, _ in answers) == {"MISS": 1, "HIT": 15}
    pictures = {body for _, _, body in answers}
    assert pictures == {images.png(routes.draw(compact, 3, 1, 16))}
    another = get(nginx, address(1), {"Cookie": "any=thing"})
    assert another[1]["X-Cache"] == "HIT" and another[2] in pictures
    for _ in range(2):  # what is drawn today is asked for each time
        assert get(nginx, "/gradio_api/digits/3.png?seed=1")[1]["X-Cache"] == "BYPASS"
    assert get(nginx, address(1) + "x")[0] == 404


def test_a_visitor_comes_to_the_same_replica(nginx):
    apps = Counter()
    for _ in range(12):
        cookie = get(nginx, "/")[1]["Set-Cookie"].split(";")[0]
        said = {get(nginx, "/gradio_api/app_id", {"Cookie": cookie})[2] for _ in range(4)}
        assert len(said) == 1
        apps[said.pop()] += 1
    assert len(apps) > 1
    client = Client(f"http://127.0.0.1:{nginx}", verbose=False)
    for seed in range(6):
        assert Path(client.predict(7, seed, 16, "compact", api_name="/generate")).stat().st_size > 100


def test_what_is_closed(nginx):
    for path in ("file=http://example.org/", "file=HTTPS://example.org/", "proxy=http://example.org/"):
        status, headers, _ = get(nginx, "/gradio_api/" + path)
        assert status == 404 and headers["Server"].startswith("nginx") and b"nginx" in _


def test_no_picture_fails_while_replicas_are_killed(nginx, replicas, address, withstood):
    chosen, done, asked = random.Random(0), False, Counter()

    def visit(number):
        mine = random.Random(number)
        while not done:
            started = time.monotonic()
            status, _, body = get(nginx, address(mine.randrange(2000)))
            asked[status, body[:4] == b"\x89PNG"] += 1
            asked["slowest"] = max(asked["slowest"], time.monotonic() - started)

    with ThreadPoolExecutor(8) as pool:
        visitors = [pool.submit(visit, i) for i in range(8)]
        try:
            for kill in range(6):
                time.sleep(chosen.uniform(0.5, 2))
                replicas.end(kill % 3)
                time.sleep(chosen.uniform(0, 2))
                replicas.start(kill % 3)
                wait(replicas.ports[kill % 3])
        finally:
            done = True
        for visitor in visitors:
            visitor.result()
    slowest = asked.pop("slowest")
    assert set(asked) == {(200, True)}
    seen = f"{asked.total():,} pictures asked for meanwhile came, the slowest after {slowest:.1f} s"
    withstood("6 kills of servers behind nginx", seen)


def test_how_many_pictures_a_second(nginx, replicas, address):
    """Prints the table of deploy/README.md: in turn, so that what else the machine does falls on all."""

    def speed(port, paths):
        """(requests a second, share of cache hits)"""
        hits = Counter()

        def visit(number):
            connection = HTTPConnection("127.0.0.1", port, timeout=60)
            for path in paths[number::8]:
                connection.request("GET", path)
                answer = connection.getresponse()
                assert answer.read() and answer.status == 200
                hits[answer.headers["X-Cache"]] += 1

        started = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(visit, range(8)))
        return len(paths) / (time.perf_counter() - started), hits["HIT"] / len(paths)

    seeds, figures = iter(range(10_000, 10**6)), {"cache": [], "one": [], "three": []}
    chosen = random.Random(1)
    popularity = [1 / rank for rank in range(1, 501)]  # Zipf's law, over 500 pictures
    zipf = [address(5000 + seed) for seed in chosen.choices(range(500), popularity, k=1000)]
    for _ in range(3):
        figures["one"].append(speed(replicas.ports[0], [address(next(seeds)) for _ in range(80)])[0])
        figures["three"].append(speed(nginx, [address(next(seeds)) for _ in range(80)])[0])
        figures["cache"].append(speed(nginx, [address(1)] * 800)[0])
    rate, hit = speed(nginx, zipf)
    one, three, cache = (sorted(figures[name])[1] for name in ("one", "three", "cache"))
    rows = {
        "one replica, without nginx": one,
        "three, each picture new": three,
        f"three and the cache, {hit:.0%} hits": rate,
        "the cache": cache,
    }
    print("\n| from | requests a second | x one replica |\n| --- | --: | --: |")
    for name, figure in rows.items():
        print(f"| {name} | {figure:,.0f} | {figure / one:.1f} |")
    distinct = len(set(zipf))
    assert hit == pytest.approx(1 - distinct / len(zipf), abs=0.005)  # each one is drawn once
    assert cache > three


def test_the_readme_names_what_there_is():
    text = (ROOT / "deploy" / "README.md").read_text()
    for name in re.findall(r"\]\(([^)#]+)\)", text):
        assert "://" in name or (ROOT / "deploy" / name).exists()
