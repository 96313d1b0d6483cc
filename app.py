"""The page: pick a digit and see it drawn.

python app.py                                     # http://127.0.0.1:7860
python app.py --weights runs/compact              # with a model that you trained, or are training
python app.py --share --auth teacher:secret       # a public link, for those who know the password

Options default to the environment: GRADIO_SERVER_NAME, GRADIO_SERVER_PORT, CGAN_AUTH. Behind a proxy that
serves the page under a path, set GRADIO_ROOT_PATH to it.
"""

import os
import signal
import socket
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from cgan import weights
from cgan.cli import BadInput, command, friendly_errors, integer, need


def parse_args(argv=None):
    parser, variables = command(__doc__), os.environ
    add = parser.add_argument
    host, port = variables.get("GRADIO_SERVER_NAME"), variables.get("GRADIO_SERVER_PORT")
    add(
        "--host",
        default=host or "127.0.0.1",
        help="address to listen on, 0.0.0.0 for all (default: %(default)s)",
    )
    add("--port", type=integer(1, 65535), default=port or "7860", help="(default: %(default)s)")
    add("--share", action="store_true", help="a public link, for up to a week, to anybody who has it")
    add("--auth", default=variables.get("CGAN_AUTH"), metavar="USER:PASSWORD", help="ask visitors to log in")
    add("--weights", type=Path, nargs="+", default=[], metavar="PATH", help="weights files or runs to add")
    add("--show-runs", action="store_true", help="show everything in runs/ in the tab Training")
    return parser.parse_args(argv)


def prepare_environment(options):
    """Set the variables that gradio reads when it is imported, and that it cannot import with."""
    for name, value in list(os.environ.items()):
        if name.lower().endswith("_proxy") and value.lower().startswith("socks"):
            del os.environ[name]
            if options.share:
                print(f"--share does not use {name}: Gradio knows no socks proxy.", file=sys.stderr)
        if name.startswith("GRADIO_") and not value:
            del os.environ[name]
    root = os.environ.get("GRADIO_ROOT_PATH", "/")
    need(
        root.startswith(("/", "http://", "https://")),
        f"GRADIO_ROOT_PATH must be a path like /digits, not {root}.",
    )
    os.environ["GRADIO_SERVER_PORT"] = str(options.port)
    for name in ("NO_PROXY", "no_proxy"):  # Gradio asks its own server whether it is up: not through a proxy
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1", options.host]))


def launch(models, runs=(), **options):
    """Serve the page in the background.

    Args:
        models: name -> Weights; the first conditional one is the default.
        runs: run folders, or folders of them, to show in the tab Training.
        options: of gr.Blocks.launch().

    Returns:
        (the gr.Blocks, local URL, public URL or None)
    """
    from cgan.page import access, layout, programs, routes  # imports gradio, after prepare_environment

    demo = layout.build(models, runs)
    programs.add_generate(demo, models)
    demo.queue(max_size=64, api_open=False)
    _, url, public_url = demo.launch(
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,  # with it, Gradio's Node server would answer our addresses
        mcp_server=False,  # its tools answer without a log-in
        state_session_capacity=100,
        **layout.look(models),
        **access.launch_options(routes.routes(models, runs)),
        **options,
    )
    return demo, url, public_url


def is_run(path):
    return (path / "log.jsonl").is_file()


def load(paths):
    """Load the shipped models and those in `paths`, and say what each path adds. Returns name -> Weights."""
    waiting = [path for path in paths if is_run(path) and not (path / "generator.safetensors").is_file()]
    for path in waiting:
        print(f"{path} has no weights yet; it is shown in Training.")
    given = [path for path in paths if path not in waiting]
    models = weights.load_generators([*given, weights.SHIPPED])
    names = {model.id: name for name, model in models.items()}
    for path in given:
        for model in weights.load_generators([path]).values():
            where = "every tab" if model.conditional else "Compare, as it draws no digit on request"
            print(f"{path} adds {names[model.id]}: see {where}{', and in Training' if is_run(path) else ''}.")
    return models


def main(argv=None):
    options = parse_args(argv)
    prepare_environment(options)
    need(options.auth != "", "CGAN_AUTH is set but empty: set it to USER:PASSWORD or unset it.")
    models = load(options.weights)
    runs = [path for path in options.weights if is_run(path)] + [Path("runs")] * options.show_runs
    try:
        socket.create_server((options.host, options.port)).close()
    except OSError as error:
        raise BadInput(
            f"Cannot listen on {options.host}, port {options.port} ({error.strerror}); "
            "choose another --port or --host."
        ) from error
    for name in {"SIGINT", "SIGTERM", "SIGHUP"} & set(dir(signal)):  # SIGHUP: the terminal was closed
        if signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:  # as under nohup
            signal.signal(getattr(signal, name), lambda *_: sys.exit(0))

    with tempfile.TemporaryDirectory(prefix="cgan-") as folder:  # the files of /generate, deleted at the end
        os.environ["GRADIO_TEMP_DIR"] = os.path.realpath(folder)
        from cgan.page import access

        auth = access.login(options.auth)
        with redirect_stdout(StringIO()):  # Gradio blames a virus scanner where there is only no network
            demo, url, public_url = launch(
                models,
                runs,
                server_name=options.host,
                server_port=options.port,
                share=options.share,
                auth=auth,
            )
        print(f"The page is at {url} (Ctrl-C ends it).", flush=True)
        if public_url:
            print(
                f"Public link, for up to a week: {public_url}\nAnybody who has it can use the page.",
                flush=True,
            )
        elif options.share:
            print("There is no public link: Gradio's share server cannot be reached from here.", flush=True)
        demo.block_thread()


if __name__ == "__main__":
    with friendly_errors():
        main()
