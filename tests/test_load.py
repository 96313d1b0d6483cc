"""Three minutes of visitors at once: every picture is right, and the server stays as large as it was."""

import io
import itertools
import json
import os
import random
import threading
import time
from pathlib import Path

import httpx
import pytest
from PIL import Image

from cgan.measure import visits
from cgan.page import routes

SECONDS = 180
ADDRESSES = [f"/gradio_api/digits/{digit}.png?seed={seed}&n=16" for digit in range(10) for seed in range(4)]
ADDRESSES += [f"/gradio_api/text.png?text=12-3{i}" for i in range(5)]
ADDRESSES += [f"/gradio_api/morph.png?from=3&to={i}&frames=8" for i in range(5)]


def size(process):
    """Of a process: memory in bytes, threads, open files."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    threads, files = (len(os.listdir(f"/proc/{process.pid}/{what}")) for what in ("task", "fd"))
    return {"memory": pages * os.sysconf("SC_PAGE_SIZE"), "threads": threads, "files": files}


def generated(client, seed):
    """The pixels that /generate answers."""
    asked = client.post("/gradio_api/call/generate", json={"data": [7, seed, 16, "report"]})
    said = client.get(f"/gradio_api/call/generate/{asked.json()['event_id']}").text
    data = json.loads(said.split("event: complete\ndata: ")[1].splitlines()[0])
    return Image.open(io.BytesIO(client.get(data[0]["url"]).content)).tobytes()


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="of Linux")
def test_64_clients_for_three_minutes(report, tmp_path, monkeypatch, withstood):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    counts, wrong = dict.fromkeys(("pictures", "pages", "generated", "full"), 0), []
    pixels = {seed: routes.draw(report, 7, seed, 16).tobytes() for seed in range(20)}
    with visits.serving_app() as (url, process):
        expected = {address: body for address, _, body, _ in visits.get(url, ADDRESSES)}
        end = time.monotonic() + SECONDS

        def visit(chosen):
            with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
                for turn in itertools.count():
                    if time.monotonic() > end:
                        return
                    if turn % 20 == 7:
                        what, right = (
                            "generated",
                            generated(client, seed := chosen.randrange(20)) == pixels[seed],
                        )
                    elif turn % 20 == 13:
                        what, right = "pages", "gradio_config" in client.get("/").text
                    else:
                        answer = client.get(address := chosen.choice(ADDRESSES))
                        what, right = "pictures", answer.content == expected[address]
                        if answer.status_code == 503:
                            what, right = "full", "retry-after" in answer.headers
                    counts[what] += 1
                    if not right:
                        wrong.append(what)

        idle = size(process)
        visitors = [threading.Thread(target=visit, args=[random.Random(i)]) for i in range(visits.CLIENTS)]
        for visitor in visitors:
            visitor.start()
        sizes = []
        for _ in range(SECONDS - 5):
            time.sleep(1)
            sizes.append(size(process))
        for visitor in visitors:
            visitor.join()
        time.sleep(10)
        after = size(process)
        kept = len(list(tmp_path.glob("cgan-*/*")))
    # Of ten seconds each: after the first minute, and at the end.
    first, last = ({what: max(s[what] for s in ten) for what in idle} for ten in (sizes[60:70], sizes[-10:]))
    growth = 100 * (last["memory"] / first["memory"] - 1)
    withstood(
        f"{visits.CLIENTS} visitors for {SECONDS} s",
        f"{counts['pictures']:,} pictures, {counts['pages']:,} pages, {counts['generated']:,} answers of "
        f"`/generate`, all right; {counts['full']} told that the server was full; after the first minute "
        f"memory {growth:+.1f} %, threads from {first['threads']} to {last['threads']}; at rest open files "
        f"from {idle['files']} to {after['files']}",
    )
    assert not wrong and all(counts[what] for what in ("pictures", "pages", "generated"))
    assert growth <= 3 and last["threads"] <= first["threads"] and after["files"] <= idle["files"] + 8
    assert kept <= len(pixels) and list(tmp_path.glob("cgan-*")) == []
