"""The page: pick a digit and see it drawn.

python app.py                                     # http://127.0.0.1:7860
python app.py --weights runs/report               # with the model you trained
python app.py --share --auth teacher:secret       # a public link, for those who know the password
"""

import argparse
import json
import os
import signal
import socket
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from cgan import guard, routes, weights
from cgan.errors import BadInput, exit_with_a_sentence, whole_number_option

import gradio as gr

DIGITS = list(range(10))
COUNTS = [1, 16, 64, 100]
MAX_SEED = 65535  # one that can be reached by dragging
PAGE = Path(routes.__file__).parent / "page"
TITLE = "Handwritten digits, drawn by a GAN 手写数字生成器"
SUBTITLE = (
    "Pick a digit, and a neural network writes it in hands that never existed. "
    "The same seed draws the same again.<br>"
    "选一个数字，神经网络就为你写出一种世上从未有过的笔迹；种子相同，图像就相同。"
)


def build(models):
    """The page as gr.Blocks. models: a dict of name -> Weights; the first is the one that is chosen."""

    def generate(digit, seed, count, model):
        """Draw `count` pictures of a digit, as the page does. The same inputs give the same pixels."""
        if model not in models:
            raise gr.Error(f"Choose a model: {', '.join(models)}.", print_exception=False)
        try:
            return routes.draw(models[model], digit, seed, count)
        except BadInput as error:
            raise gr.Error(str(error), print_exception=False) from error

    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(600, 3600)) as demo:
        gr.HTML(f"<h1>{TITLE}</h1><p>{SUBTITLE}</p>", elem_id="title")
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=2, min_width=280):
                digit = gr.Dropdown(DIGITS, value=3, label="Digit 数字", filterable=False, elem_id="digit")
                seed = gr.Slider(
                    0, MAX_SEED, value=42, step=1, precision=0, label="Seed 种子", elem_id="seed"
                )
                with gr.Row():
                    go = gr.Button("Generate 生成", variant="primary", elem_id="generate", min_width=120)
                    randomize = gr.Button(
                        "Randomize 随机", variant="primary", elem_id="randomize", min_width=120
                    )
                count = gr.Radio(COUNTS, value=64, label="How many 数量", elem_id="count")
                model = gr.Dropdown(list(models), label="Model 模型", filterable=False, elem_id="model")
                with gr.Row():
                    download = gr.Button("Download 下载", elem_id="download", min_width=120)
                    copy = gr.Button("Copy link 复制链接", elem_id="copy", min_width=120)
            with gr.Column(scale=3, min_width=280):
                gr.HTML('<div class="frame"><img></div>', elem_id="picture")
                gr.HTML('<div id="status" role="status"></div>')
        # For programs: the picture itself, in the queue. The page takes it by its address instead.
        image = gr.Image(visible=False, type="pil", format="png", image_mode="L")
        endpoint = gr.Button(visible=False)

        controls = [digit, seed, count, model]
        # The browser draws: page/draw.js sets the picture's address, one drawing an action.
        changes = [digit.select, seed.input, count.select, model.select]
        private = {"api_visibility": "private"}
        gr.on(changes, None, controls, js="(...values) => cgan.draw(...values)", **private)
        go.click(None, controls, js="(...values) => cgan.draw(...values, true)", **private)
        seed.release(None, controls, seed, js="(...values) => cgan.settle(...values)", **private)
        others = [digit, count, model]
        randomize.click(None, others, seed, js="(...values) => cgan.randomize(...values)", **private)
        demo.load(None, controls, controls, js="(...values) => cgan.open(...values)", **private)
        download.click(None, js="() => cgan.download()", **private)
        copy.click(None, js="() => cgan.copyLink()", **private)
        endpoint.click(generate, controls, image, api_name="generate", concurrency_id="draw")
    return demo.queue(max_size=64, api_open=False)


def launch(demo, models, **options):
    """Serve `demo` with its image addresses, in the background. Returns (app, local URL, public URL)."""
    settings = {"models": {name: w.id for name, w in models.items()}, "maxSeed": MAX_SEED, "counts": COUNTS}
    settings = json.dumps(settings).replace("<", "\\u003c")  # a file's name cannot end the script
    script = f"const cgan = {{ settings: {settings} }};\n{(PAGE / 'draw.js').read_text('utf-8')}"
    return demo.launch(
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,  # with it, Gradio's Node server would answer the image addresses
        app_kwargs=guard.app_kwargs(routes.routes(models)),
        theme=gr.themes.Soft(primary_hue="indigo", font=["system-ui", "sans-serif"]),
        css_paths=PAGE / "style.css",
        head=f"<script>{script}</script>",
        footer_links=["api", "gradio", "settings"],
        run_history=False,
        enable_monitoring=False,
        max_file_size="1mb",  # nothing is uploaded here
        max_threads=8,
        **options,
    )


def parse_args(argv=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on; 0.0.0.0: all of them (default: 127.0.0.1)")
    add("--port", type=whole_number_option(1, 65535), default=7860, help="(default: 7860)")
    add("--share", action="store_true", help="a public link, for up to a week, to anybody who has it")
    add("--auth", default=os.environ.get("CGAN_AUTH"), metavar="USER:PASSWORD", help="ask visitors for these")
    add("--weights", type=Path, nargs="+", default=[], metavar="PATH", help="files, folders or runs to add")
    return parser.parse_args(argv)


def main(argv=None):
    options = parse_args(argv)
    models = weights.load_generators([*options.weights, weights.SHIPPED])
    auth = guard.log_in(options.auth)
    try:
        socket.create_server((options.host, options.port)).close()
    except OSError as error:
        raise BadInput(
            f"Cannot listen on {options.host}, port {options.port} ({error.strerror}); "
            "choose another --port or --host."
        ) from error
    for name in ("NO_PROXY", "no_proxy"):  # Gradio asks its own server whether it is up: not through a proxy
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1", options.host]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    with tempfile.TemporaryDirectory(prefix="cgan-") as folder:  # pictures for /generate; gone with the page
        os.environ["GRADIO_TEMP_DIR"] = folder
        demo = build(models)
        with redirect_stdout(StringIO()):  # Gradio blames a virus scanner where there is only no network
            _, url, public_url = launch(
                demo,
                models,
                server_name=options.host,
                server_port=options.port,
                share=options.share,
                auth=auth,
            )
        print(f"The page is at {url} (Ctrl-C ends it).", flush=True)
        if public_url:
            print(f"Public link, for up to a week: {public_url}")
            print("Anybody who has this link can use the page.", flush=True)
        elif options.share:
            print("There is no public link: Gradio's share server cannot be reached from here.", flush=True)
        demo.block_thread()


if __name__ == "__main__":
    with exit_with_a_sentence():
        main()
