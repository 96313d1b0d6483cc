"""Speed of the page without a server in Chromium, beside PyTorch, onnxruntime-web and the Gradio page.

All on one core. Needs, beside requirements-dev.txt, `pip install onnx`, to export the network, and a folder
in which `npm install onnxruntime-web` was run, named by ORT_WEB (default: the current folder).
"""

import functools
import http.server
import importlib.util
import itertools
import os
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import torch

from cgan import weights
from cgan.cli import need
from cgan.draw import hands, sampling
from cgan.site import bundle

COUNT, REPEATS = 64, 5  # pictures at a time; times in a row, so that calling the browser costs little
ORT = "node_modules/onnxruntime-web/dist"
PREPARE = """async () => {
  const get = async (name) => (await fetch(name)).arrayBuffer();
  const engine = await loadEngine(await get("wasm"), await get("pack"));
  const ort = await import("/ort/ort.wasm.min.mjs");
  Object.assign(ort.env.wasm, { numThreads: 1, wasmPaths: "/ort/" });
  const session = await ort.InferenceSession.create("/model.onnx");
  const z = new Float32Array(await get("z"));
  const digits = Array.from({ length: z.length / engine.about.z_dim }, (_, i) => i % 10);
  const y = new ort.Tensor("int64", BigInt64Array.from(digits, BigInt));
  const inputs = { z: new ort.Tensor("float32", z, [digits.length, engine.about.z_dim]), y };
  window.ours = () => engine.draw(z, oneHot(digits)).x.slice();
  window.theirs = async () => (await session.run(inputs)).x.data;
  const [a, b] = [ours(), await theirs()];
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}"""
SLIDE = """async (seed) => {
  const before = shown;
  $("slider").value = seed;
  $("slider").dispatchEvent(new Event("input", { bubbles: true }));
  while (shown === before) await new Promise((next) => setTimeout(next));
  await new Promise(requestAnimationFrame);
}"""


@contextmanager
def served(files, ort):
    """Serve files, name -> bytes, and the folder of onnxruntime-web as /ort; yield the address."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        Path(folder, "ort").symlink_to(ort)
        handler = functools.partial(Handler, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()


def exported(network, z):
    """Return the network as ONNX, for any number of pictures."""
    axes = {name: {0: "n"} for name in ("z", "y", "x")}
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        example = z, torch.zeros(len(z), dtype=torch.long)
        names = {"input_names": ["z", "y"], "output_names": ["x"], "dynamic_axes": axes}
        torch.onnx.export(network, example, file.name, dynamo=False, opset_version=17, **names)
        return Path(file.name).read_bytes()


@contextmanager
def prepared(browser, gradio_url, gradio_slide):
    """Yield groups of functions to time in turns: drawing, a slider with 16 tiles, first digits."""
    ort = Path(os.environ.get("ORT_WEB", ".")).resolve() / ORT
    need(ort.is_dir(), f"There is no {ort}: run npm install onnxruntime-web, and name its folder by ORT_WEB.")
    need(importlib.util.find_spec("onnx"), "Run pip install onnx: PyTorch needs it to export the network.")
    model = weights.shipped("compact")
    z, y, seeds = hands.seeded(0, range(COUNT), model.z_dim), torch.arange(COUNT) % 10, itertools.count(1000)
    files = {
        "model.onnx": exported(model.network, z),
        "z": z.numpy().tobytes(),
        "blank.html": b"<!doctype html>",
    }
    files |= {"digits.html": bundle.one_file(model), **bundle.data(model)}
    with served(files, ort) as url:
        blank, site, gradio = (browser.new_page() for _ in range(3))
        blank.goto(f"{url}/blank.html")
        for name in ("hands", "engine"):
            blank.add_script_tag(path=bundle.HERE / f"{name}.js")
        need(blank.evaluate(PREPARE) < 0.02, "onnxruntime-web draws other pictures.")
        site.goto(f"{url}/digits.html?digit=7&seed=0&n=16")
        site.wait_for_function("shown")
        gradio.goto(f"{gradio_url}/?digit=7&seed=0&n=16")
        gradio.locator("#draw-picture img").first.wait_for()

        def in_browser(draw):
            return blank.evaluate(f"async () => {{ for (let i = 0; i < {REPEATS}; i++) await {draw}(); }}")

        def visit(address, wait):
            context = browser.new_context()  # with an empty cache
            context.new_page().goto(address)
            wait(context.pages[0])
            context.close()

        for _ in range(10):  # until V8 has compiled all of it
            in_browser("ours")
            in_browser("theirs")
        many, slide, first = f"{REPEATS} x {COUNT} pictures", "slider, 16 tiles", "first digits"
        yield [
            {
                f"{many}: PyTorch": lambda: [sampling.draw(model, z, y) for _ in range(REPEATS)],
                f"{many}: in the browser": lambda: in_browser("ours"),
            },
            {
                f"{many}: onnxruntime-web": lambda: in_browser("theirs"),
                f"{many}: beside it": lambda: in_browser("ours"),
            },
            {
                f"{slide}: the Gradio page": lambda: gradio.evaluate(gradio_slide, next(seeds)),
                f"{slide}: the site": lambda: site.evaluate(SLIDE, next(seeds)),
            },
            {
                f"{first}: the Gradio page": lambda: visit(
                    gradio_url, lambda page: page.locator("#draw-picture img").first.wait_for()
                ),
                f"{first}: the site": lambda: visit(
                    f"{url}/digits.html", lambda page: page.wait_for_function("shown")
                ),
            },
        ]
