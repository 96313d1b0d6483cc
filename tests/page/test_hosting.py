"""The page where docs/hosting.md puts it: in a Space's frame, under a path, offline, behind nginx."""

import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from cgan import weights
from page.conftest import ROOT, free_port

HOSTING = (ROOT / "docs" / "hosting.md").read_text("utf-8")


@pytest.fixture
def serve_http():
    """serve_http(answer) -> port. answer(method, path, headers, body) -> (status, headers, chunks)."""
    servers = []

    def start(answer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, chunks = answer(self.command, self.path, dict(self.headers), body)
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                for chunk in chunks:
                    self.wfile.write(chunk)
                    self.wfile.flush()

            do_POST = do_HEAD = do_GET

            def log_message(self, *_):
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1].server_port

    yield start
    for server in servers:
        server.shutdown()


def proxy(url, prefix):
    """A reverse proxy as in Gradio's guide for nginx: what is under `prefix` comes from `url`."""

    def answer(method, path, headers, body):
        if not path.startswith(prefix):
            return 404, [("Content-Length", "9")], [b"elsewhere"]
        connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
        headers |= {"X-Forwarded-Host": headers["Host"], "X-Forwarded-Proto": "http", "Connection": "close"}
        connection.request(method, path.removeprefix(prefix) or "/", body or None, headers)
        reply = connection.getresponse()
        hop_by_hop = ("transfer-encoding", "connection")
        kept = [(name, value) for name, value in reply.getheaders() if name.lower() not in hop_by_hop]
        return reply.status, [*kept, ("Connection", "close")], iter(lambda: reply.read1(65536), b"")

    return answer


def wait_for_picture(frame, address, tab="draw"):
    """Wait until the tab shows the picture of an address under /digits."""
    image = f"document.querySelector('#{tab}-picture img')"
    shows = f"{image}?.naturalWidth > 27 && {image}.src.includes('/digits/gradio_api/{address}')"
    frame.wait_for_function(shows, timeout=60_000)


def test_a_space_in_the_frame_of_another_site_and_under_a_path(start, serve_http, chromium):
    space = {"SPACE_ID": "ann/digits", "SYSTEM": "spaces", "SPACE_HOST": "ann-digits.hf.space"}
    space |= {"SPACE_AUTHOR_NAME": "ann", "SPACE_REPO_NAME": "digits", "GRADIO_NUM_PORTS": "1"}
    space |= {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_THEME": "huggingface"}
    _, _, url = start(GRADIO_ANALYTICS_ENABLED=None, GRADIO_ROOT_PATH="/digits", **space)
    inside = f"http://127.0.0.1:{serve_http(proxy(url, '/digits'))}/digits"
    html = f'<iframe src="{inside}/?digit=7&seed=5" width="1200" height="900"></iframe>'.encode()
    outside = serve_http(lambda *_: (200, [("Content-Type", "text/html")], [html]))
    page, problems = chromium.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status} {r.url}"))
    page.goto(f"http://localhost:{outside}/")
    frame = page.frames[1]
    with pytest.raises(Exception, match="Access is denied"):
        frame.evaluate("sessionStorage")  # or this test would show nothing
    wait_for_picture(frame, "digits/7.png?seed=5")
    frame.wait_for_function("getComputedStyle(document.body).getPropertyValue('--body-background-fill')")
    frame.locator("#draw-picture [data-do=copy]").click()  # the clipboard is denied, too: the link is shown
    shown = frame.locator("#draw-picture input[readonly]").input_value()
    assert shown.startswith(f"{inside}/?digit=7&seed=5")
    frame.goto(f"{inside}/zh/?tab=write&text=12-3&seed=9")
    wait_for_picture(frame, "text.png?text=12-3&seed=9", "write")
    frame.goto(shown)
    wait_for_picture(frame, "digits/7.png?seed=5")
    assert [problem for problem in problems if "favicon" not in problem] == []


OFFLINE = """
import fcntl, socket, struct, sys, httpx
up = struct.pack("16sh", b"lo", 1)  # in a network of its own even the loopback is down
fcntl.ioctl(socket.socket(), 0x8914, up)
import app
from cgan import weights
demo, url = app.launch(weights.load_generators([weights.SHIPPED]), server_name="127.0.0.1")
print(httpx.get(url).status_code, httpx.get(url + "gradio_api/digits/7.png").status_code, flush=True)
demo.close(verbose=False)
"""


@pytest.mark.soak
@pytest.mark.skipif(not shutil.which("unshare"), reason="no unshare")
def test_it_serves_and_stops_without_a_network():
    command = ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", OFFLINE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    if "unshare" in done.stderr:
        pytest.skip(done.stderr)
    assert done.stdout.split() == ["200", "200"], done.stderr


ADDRESSES = [f"/gradio_api/digits/{digit}.png?seed={seed}&n=16" for digit in range(10) for seed in range(4)]
ADDRESSES += [f"/gradio_api/text.png?text=12-3{i}&slant=0" for i in range(5)]
ADDRESSES += [f"/gradio_api/morph.png?from=3&to={i}&frames=8" for i in range(5)]


def visit(url, end, chosen, expected):
    """Ask for addresses, the page and /generate, at least once and until `end`. Return which were right."""
    answers = []
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        while not answers or time.monotonic() < end:
            what = chosen.random()
            if what < 0.05:
                is_right = "gradio_config" in client.get("/").text
            elif what < 0.1:
                data = [7, chosen.randrange(20), 16, "default"]
                asked = client.post("/gradio_api/call/generate", json={"data": data}).json()
                said = client.get(f"/gradio_api/call/generate/{asked['event_id']}").text
                is_right = "event: complete" in said
            else:
                address = chosen.choice(ADDRESSES)
                is_right = client.get(address).content == expected[address]
            answers.append(is_right)
    return answers


def memory(process):
    """Resident memory in bytes."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
@pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=pytest.mark.soak)])
def test_64_visitors_at_once(start, seconds):
    process, _, url = start()
    expected = {address: httpx.get(url + address).content for address in ADDRESSES}
    sizes, begun = [], time.monotonic()
    with ThreadPoolExecutor(64) as pool:
        end = begun + seconds
        visits = [pool.submit(visit, url, end, random.Random(i), expected) for i in range(64)]
        while time.monotonic() < end:
            sizes.append((time.monotonic() - begun, memory(process)))
            time.sleep(0.2)
        answers = [is_right for visit in visits for is_right in visit.result()]
    first = max((size for second, size in sizes if 19 < second < 21), default=None)
    growth = f"{sizes[-1][1] / first - 1:+.1%}" if first else "not measured"
    print(f"{len(answers)} answers in {seconds} s, memory from second 20 on: {growth}")
    assert len(answers) >= 64 and all(answers)
    assert first is None or sizes[-1][1] <= 1.05 * first


NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


@pytest.fixture
def nginx(start, tmp_path):
    """An nginx with the configuration in docs/hosting.md and two processes: its URL and theirs."""
    port, processes = free_port(), [start() for _ in range(2)]
    first, second = (url.removeprefix("http://") for _, _, url in processes)
    text = re.search(r"```nginx\n(.*?)```", HOSTING, re.DOTALL)[1]
    text = text.replace("least_conn;", f"least_conn; server {second} max_fails=1;")
    text = text.replace("127.0.0.1:7860", first).replace("listen 80", f"listen 127.0.0.1:{port}")
    text = text.replace("/var/cache/nginx/cgan", f"{tmp_path}/cache")
    user = "user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"{user} daemon off; pid {tmp_path}/pid; events {{}} http {{ access_log off; {text} }}"
    )
    command = [NGINX, "-p", tmp_path, "-e", tmp_path / "error.log", "-c", tmp_path / "nginx.conf"]
    with subprocess.Popen(command) as server:
        for _ in range(50):
            if (tmp_path / "pid").exists():
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", [process for process, _, _ in processes]
        server.terminate()


@pytest.mark.soak
@pytest.mark.skipif(not NGINX, reason="no nginx: apt install nginx-light")
def test_behind_nginx(nginx):
    url, processes = nginx
    w = weights.shipped().id
    with httpx.Client(base_url=url, timeout=60) as client:
        lasting, todays = f"/gradio_api/digits/7.png?w={w}", "/gradio_api/digits/7.png"
        answers = [client.get(address) for address in (lasting, lasting, todays, todays)]
        assert [a.headers["x-cache"] for a in answers] == ["MISS", "HIT", "MISS", "MISS"]
        assert len({answer.content for answer in answers}) == 1
        assert client.get(f"{lasting}&x=1").status_code == 400
        assert client.post("/gradio_api/queue/join", content=b"[" * 200_000).status_code == 413
        path = Client(url, verbose=False).predict(api_name="/generate")
        assert Path(path).stat().st_size > 1000 and "gradio_config" in client.get("/").text
        processes[1].kill()
        for seed in range(20):
            assert client.get(f"/gradio_api/digits/7.png?seed={seed}").status_code == 200


def test_the_space_is_described_as_spaces_ask():
    lines = re.search(r"```yaml\n---\n(.*?)---\n```", HOSTING, re.DOTALL)[1].splitlines()
    given = dict(line.split(": ", 1) for line in lines)
    assert {"title", "emoji", "colorFrom", "colorTo"} <= given.keys()
    assert given["sdk"] == "gradio" and (ROOT / given["app_file"]).is_file()
    lowest = re.search(r"gradio>=([\d.]+)", (ROOT / "requirements.txt").read_text())[1]
    assert [*map(int, given["sdk_version"].split("."))] >= [*map(int, lowest.split("."))]
