"""The page where docs/hosting.md puts it: in a Space's frame, under a path, behind nginx."""

import os
import random
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from cgan import weights
from page.conftest import ROOT, free_port

HOSTING = (ROOT / "docs" / "hosting.md").read_text("utf-8")


def wait_for_picture(frame, address, tab="draw"):
    """Wait until the tab shows the picture of an address under /digits."""
    image = f"document.querySelector('#{tab}-picture img')"
    shows = f"{image}?.naturalWidth > 27 && {image}.src.includes('/digits/gradio_api/{address}')"
    frame.wait_for_function(shows, timeout=60_000)


@pytest.mark.soak
def test_a_space_in_the_frame_of_another_site_and_under_a_path(start, chromium):
    space = {"SPACE_ID": "ann/digits", "SYSTEM": "spaces", "SPACE_HOST": "ann-digits.hf.space"}
    space |= {"SPACE_AUTHOR_NAME": "ann", "SPACE_REPO_NAME": "digits", "GRADIO_NUM_PORTS": "1"}
    space |= {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_THEME": "huggingface"}
    _, lines, url = start(GRADIO_ROOT_PATH="/digits", **space)
    assert re.search(r"Others in your network open http://(?!127|localhost)[\w.-]+:\d+/\n", "".join(lines))
    host = f"127.0.0.1:{free_port()}"
    inside, outside = f"http://{host}/digits", "http://localhost:8080/"
    html = f'<iframe src="{inside}/?digit=7&seed=5" width="1200" height="900"></iframe>'
    page, problems, kept = chromium.new_page(), [], {}

    def forward(route):
        """Answer like nginx in Gradio's guide: what is under /digits comes from the app."""
        path = route.request.url.removeprefix(inside)
        headers = route.request.headers | {"x-forwarded-host": host, "x-forwarded-proto": "http"}
        if path not in kept:
            answer = route.fetch(url=url + path, headers=headers, max_redirects=0)
            kept[path] = {"status": answer.status, "headers": answer.headers, "body": answer.body()}
        route.fulfill(**kept[path])
        if not path.startswith("/assets/"):  # these are the same in each page
            del kept[path]

    page.route(outside, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route(f"{inside}/**", forward)
    page.route("**/heartbeat/*", lambda route: route.abort())  # never ends
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status} {r.url}"))
    page.goto(outside)
    frame = page.frames[1]
    with pytest.raises(Exception, match="Access is denied"):
        frame.evaluate("sessionStorage")  # or this test would show nothing
    wait_for_picture(frame, "digits/7.png?seed=5")
    frame.wait_for_function("getComputedStyle(document.body).getPropertyValue('--body-background-fill')")
    frame.locator("#draw-picture [data-do=copy]").click()  # the clipboard is denied, too: the link is shown
    shown = frame.locator("#draw-picture input[readonly]").input_value()
    assert shown.startswith(f"{inside}/?digit=7&seed=5")
    frame.goto(f"{inside}/zh?tab=write&text=12-3&seed=9")
    wait_for_picture(frame, "text.png?text=12-3&seed=9", "write")
    frame.goto(shown)
    wait_for_picture(frame, "digits/7.png?seed=5")
    page.close()
    assert [problem for problem in problems if "favicon" not in problem] == []


ADDRESSES = [f"/gradio_api/digits/{digit}.png?seed={seed}&n=16" for digit in range(10) for seed in range(4)]
ADDRESSES += [f"/gradio_api/text.png?text=12-3{i}&slant=0" for i in range(5)]
ADDRESSES += [f"/gradio_api/morph.png?from=3&to={i}&frames=8" for i in range(5)]


def visit(url, chosen, expected):
    """Ask for addresses, the page and /generate. Return which answers were right."""
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        answers = ["gradio_config" in client.get("/").text]
        for address in chosen.sample(ADDRESSES, 20):
            answers.append(client.get(address).content == expected[address])
        data = [7, chosen.randrange(20), 16, "default"]
        asked = client.post("/gradio_api/call/generate", json={"data": data}).json()
        said = client.get(f"/gradio_api/call/generate/{asked['event_id']}").text
        return [*answers, "event: complete" in said]


@pytest.mark.soak
def test_64_visitors_at_once(start):
    process, _, url = start()
    expected = {address: httpx.get(url + address).content for address in ADDRESSES}
    sizes, answers = [], []
    for _ in range(6):
        with ThreadPoolExecutor(64) as pool:
            visits = [pool.submit(visit, url, random.Random(i), expected) for i in range(64)]
        answers += [is_right for visit in visits for is_right in visit.result()]
        sizes.append(memory(process))
    growth = [f"{size / sizes[0] - 1:+.1%}" for size in sizes]
    print(f"64 visitors: {len(answers):,} answers, memory after each round {', '.join(growth)}")
    assert all(answers) and sizes[-1] <= 1.05 * sizes[len(sizes) // 2]


def memory(process):
    """Return the pages of memory that a process holds; 0 where this cannot be known."""
    file = Path(f"/proc/{process.pid}/statm")
    return int(file.read_text().split()[1]) if file.exists() else 0


NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


@pytest.mark.soak
@pytest.mark.skipif(not NGINX, reason="no nginx: apt install nginx-light")
def test_behind_nginx(start, tmp_path):
    """The configuration in docs/hosting.md, with two processes of the app."""
    (_, _, first), (killed, _, second) = start(), start()
    address = f"127.0.0.1:{free_port()}"
    text = re.search(r"```nginx\n(.*?)```", HOSTING, re.DOTALL)[1]
    text = text.replace("least_conn;", f"least_conn; server {second.removeprefix('http://')} max_fails=1;")
    text = text.replace("127.0.0.1:7860", first.removeprefix("http://"))
    text = text.replace("listen 80", f"listen {address}").replace(
        "/var/cache/nginx/cgan", f"{tmp_path}/cache"
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"{user} daemon off; pid {tmp_path}/pid; events {{}} http {{ access_log off; {text} }}"
    )
    command = [NGINX, "-p", tmp_path, "-e", tmp_path / "error.log", "-c", tmp_path / "nginx.conf"]
    url, w = f"http://{address}", weights.shipped().id
    with subprocess.Popen(command) as server, httpx.Client(base_url=url, timeout=60) as client:
        try:
            time.sleep(1)
            lasting, todays = f"/gradio_api/digits/7.png?w={w}", "/gradio_api/digits/7.png"
            answers = [client.get(address) for address in (lasting, lasting, todays, todays)]
            assert [a.headers["x-cache"] for a in answers] == ["MISS", "HIT", "MISS", "MISS"]
            assert len({answer.content for answer in answers}) == 1
            assert client.post("/gradio_api/queue/join", content=b"[" * 200_000).status_code == 413
            path = Client(url, verbose=False).predict(api_name="/generate")
            assert Path(path).stat().st_size > 1000 and "gradio_config" in client.get("/").text
            killed.kill()
            for seed in range(20):
                assert client.get(f"/gradio_api/digits/7.png?seed={seed}").status_code == 200
        finally:
            server.terminate()


def test_the_space_runs_with_a_gradio_that_the_requirements_allow():
    lines = re.search(r"```yaml\n---\n(.*?)---\n```", HOSTING, re.DOTALL)[1].splitlines()
    given = dict(line.split(": ", 1) for line in lines)
    assert given["sdk"] == "gradio" and (ROOT / given["app_file"]).is_file()
    lowest = re.search(r"gradio>=([\d.]+)", (ROOT / "requirements.txt").read_text())[1]
    assert [*map(int, given["sdk_version"].split("."))] >= [*map(int, lowest.split("."))]
