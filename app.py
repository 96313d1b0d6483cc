"""The page: pick a digit and see it drawn.

python app.py                                     # http://127.0.0.1:7860
python app.py --weights runs/report               # with the model you trained
python app.py --share --auth teacher:secret       # a public link, for those who know the password
"""

import os
import signal
import socket
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import gradio as gr

from cgan import images, page, weights, writing
from cgan.cli import BadInput, command, exit_with_a_sentence, whole_number_option
from cgan.page import (
    about,
    access,
    compare,
    draw,
    language,
    morph,
    quiz,
    real,
    routes,
    theme,
    training_tab,
    write,
)


def build(models):
    """The page as gr.Blocks. models: a dict of name -> Weights; the first that knows digits is chosen."""
    all_models, models = models, told_digits(models)

    def generate(digit, seed, count, model):
        """Draw `count` pictures of a digit, as the page does. The same inputs give the same pixels."""
        if model not in list(models):  # whatever a program sends, which need not be a key
            raise gr.Error(f"Choose a model: {', '.join(models)}.", print_exception=False)
        access.sweep()
        try:
            return routes.draw(models[model], digit, seed, count)
        except BadInput as error:
            raise gr.Error(str(error), print_exception=False) from error

    with access.Blocks(title=page.text("title"), analytics_enabled=False, delete_cache=(600, 3600)) as demo:
        title = f"<h1>{page.text('title')}</h1><p>{page.text('subtitle')}</p>"
        gr.HTML(language.SWITCH + title, elem_id="title")
        model = gr.Dropdown(
            list(models), label=page.text("model"), filterable=False, elem_id="model", render=False
        )
        with gr.Tabs():
            drawing = draw.lay_out(model)
            controls = [*drawing, *write.lay_out(model), *morph.lay_out(model), *compare.lay_out(model)]
            training_tab.lay_out()
            quiz.lay_out(model)
            about.lay_out(all_models)
        with gr.Column(elem_id="models"):
            model.render()
        # For programs: the picture itself, in the queue. The page takes it by its address instead.
        image = gr.Image(visible=False, type="pil", format="png", image_mode="L")
        endpoint = gr.Button(visible=False)
        endpoint.click(generate, [*drawing, model], image, api_name="generate", concurrency_id="draw")
        # The browser draws (page/*.js); what it changes itself, the controls follow.
        controls.append(model)
        sync = gr.Button(visible="hidden", elem_id="sync")
        sync.click(None, controls, controls, **page.js("sync"))
        demo.load(None, controls, controls, **page.js("open"))
    return demo.queue(max_size=64, api_open=False)


def told_digits(models):
    """Those of the models that draw the digit that they are asked for; the others are seen in Compare."""
    return {name: w for name, w in models.items() if w.conditional}


def launch(demo, models, runs=(), **options):
    """Serve `demo` with its image addresses, in the background. Returns (app, local URL, public URL).

    runs: folders of train.py's to show, beside those in runs/.
    """
    settings = {
        "models": {name: w.id for name, w in told_digits(models).items()},
        "compare": compare.facts(models),
        "rates": compare.rates(),
        "realEach": real.EACH,
        "maxSeed": page.MAX_SEED,
        "maxIndex": routes.MAX_INDEX,
        "counts": draw.COUNTS,
        "rows": draw.ROWS,
        "signs": "".join(writing.STROKES),
        "maxText": writing.MAX_TEXT,
        "hands": write.HANDS,
        "grounds": images.BACKGROUNDS,
        "frames": morph.FRAMES,
        "strip": morph.STRIP,
    }
    return demo.launch(
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,  # with it, Gradio's Node server would answer the image addresses
        app_kwargs=access.app_kwargs(routes.routes(models, runs), language.Language),
        theme=theme.THEME,
        css_paths=page.FOLDER / "style.css",
        head=page.script(*page.SCRIPTS, settings=settings),
        footer_links=["api", "gradio", "settings"],
        run_history=False,
        enable_monitoring=False,
        max_file_size="1mb",  # nothing is uploaded here
        max_threads=8,
        state_session_capacity=100,  # they hold nothing, and each of /generate is one
        **options,
    )


def parse_args(argv=None):
    parser = command(__doc__)
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
    auth = access.log_in(options.auth)
    try:
        socket.create_server((options.host, options.port)).close()
    except OSError as error:
        raise BadInput(
            f"Cannot listen on {options.host}, port {options.port} ({error.strerror}); "
            "choose another --port or --host."
        ) from error
    for name in ("NO_PROXY", "no_proxy"):  # Gradio asks its own server whether it is up: not through a proxy
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1", options.host]))
    for name in {"SIGINT", "SIGTERM", "SIGHUP"} & set(dir(signal)):  # the last: its terminal is closed
        number = getattr(signal, name)
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, lambda *_: sys.exit(0))

    with tempfile.TemporaryDirectory(prefix="cgan-") as folder:  # pictures for /generate; gone with the page
        os.environ["GRADIO_TEMP_DIR"] = folder
        demo = build(models)
        with redirect_stdout(StringIO()):  # Gradio blames a virus scanner where there is only no network
            _, url, public_url = launch(
                demo,
                models,
                options.weights,
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
