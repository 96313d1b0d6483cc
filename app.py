"""The page: pick a digit and see it drawn.

python app.py                                     # http://127.0.0.1:7860
python app.py --weights runs/compact              # with a model that you trained, or are training
python app.py --share --auth teacher:secret       # a public link, for those who know the password

Options default to the environment: GRADIO_SERVER_NAME, GRADIO_SERVER_PORT and CGAN_AUTH. Where a proxy serves
the page under a path, set GRADIO_ROOT_PATH to it.
"""

import os
import signal
import socket
import sys
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import httpx

from cgan import weights
from cgan.cli import BadInput, command, friendly_errors, integer, need


def parse_args(argv=None):
    parser, given = command(__doc__), {name: value for name, value in os.environ.items() if value}
    add, host, port = parser.add_argument, given.get("GRADIO_SERVER_NAME"), given.get("GRADIO_SERVER_PORT")
    add(
        "--host", default=host or "127.0.0.1", help="address to listen on, 0.0.0.0 for all (now: %(default)s)"
    )
    add("--port", type=integer(1, 65535), default=port or "7860", help="(now: %(default)s)")
    add("--share", action="store_true", help="a public link, for up to a week, to anybody who has it")
    add("--auth", default=os.environ.get("CGAN_AUTH"), metavar="USER:PASSWORD", help="ask visitors to log in")
    add("--weights", type=Path, nargs="+", default=[], metavar="PATH", help="weights files or runs to add")
    add("--show-runs", action="store_true", help="show all of runs/ in the tab Training")
    return parser.parse_args(argv)


def prepare_environment(options):
    """Drop the variables that gradio cannot be imported with, and set those that it reads."""
    need(options.auth != "", "CGAN_AUTH is set but empty: set it to USER:PASSWORD or unset it.")
    root = os.environ.get("GRADIO_ROOT_PATH") or "/"
    is_path = root.startswith(("/", "http://", "https://"))
    need(is_path, f"GRADIO_ROOT_PATH must be a path like /digits, not {root}.")
    for name, value in list(os.environ.items()):
        if name.startswith("GRADIO_") and not value:
            del os.environ[name]
    proxies = {name: os.environ.pop(name) for name in list(os.environ) if name.lower().endswith("_proxy")}
    for name, value in proxies.items():
        os.environ[name] = value
        try:
            httpx.Client().close()
        except (ImportError, ValueError, httpx.InvalidURL):  # as for socks5://
            del os.environ[name]
            if options.share:
                print(f"--share does not use {name}: Gradio knows no such proxy.", file=sys.stderr)
    os.environ["GRADIO_SERVER_PORT"] = str(options.port)
    for name in ("NO_PROXY", "no_proxy"):  # Gradio asks its own server whether it is up: not through a proxy
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1", options.host]))


def load(paths):
    """Load the models in `paths` and the shipped ones, name -> Weights, and say what each path adds."""
    is_run = {path: (path / "log.jsonl").is_file() for path in paths}
    waiting = [path for path in paths if is_run[path] and not (path / "generator.safetensors").is_file()]
    given = [path for path in paths if path not in waiting]
    models = weights.load_generators([*given, weights.SHIPPED])
    names = {model.id: name for name, model in models.items()}
    for path in waiting:
        print(f"{path} has no weights yet: see Training.")
    for path in given:
        for model in weights.load_generators([path]).values():
            where = "every tab" if model.conditional else "Compare, as it draws no digit on request"
            print(f"{path} adds {names[model.id]}: see {where}{', and Training' if is_run[path] else ''}.")
    return models


def launch(models, runs=(), **options):
    """Serve the page in the background.

    Args:
        models: name -> Weights; the first conditional one is the default.
        runs: run folders, or folders of them, to show in the tab Training.
        options: of gr.Blocks.launch().

    Returns:
        (the gr.Blocks, local URL, public URL or None)
    """
    from cgan.page import access, layout, programs, routes  # gradio must wait for prepare_environment

    demo = layout.build(models, runs)
    programs.add_generate(demo, models)
    demo.queue(max_size=64, api_open=False)
    options |= layout.look(models) | access.launch_options(routes.routes(models, runs))
    _, url, public_url = demo.launch(
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,  # with it, Gradio's Node server would answer our addresses
        mcp_server=False,  # its tools answer without a log-in
        state_session_capacity=50,  # each call of /generate is a session that copies the page's settings
        **options,
    )
    return demo, url, public_url


def main(argv=None):
    options = parse_args(argv)
    prepare_environment(options)
    models = load(options.weights)
    runs = [*options.weights, *([Path("runs")] if options.show_runs else [])]
    try:
        socket.create_server((options.host, options.port)).close()
    except OSError as error:
        place = f"{options.host}, port {options.port}"
        sentence = f"Cannot listen on {place} ({error.strerror}); choose another --port or --host."
        raise BadInput(sentence) from error
    for name in {"SIGINT", "SIGTERM", "SIGHUP"} & set(dir(signal)):  # SIGHUP: the terminal was closed
        if signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:  # as under nohup
            signal.signal(getattr(signal, name), lambda *_: sys.exit(0))

    with tempfile.TemporaryDirectory(prefix="cgan-") as folder:  # the files of /generate, deleted at the end
        os.environ["GRADIO_TEMP_DIR"] = os.path.realpath(folder)
        from cgan.page import access

        server = {"server_name": options.host, "server_port": options.port, "share": options.share}
        with redirect_stdout(StringIO()):  # Gradio blames a virus scanner where there is only no network
            demo, url, public_url = launch(models, runs, **server, auth=access.login(options.auth))
        print(f"The page is at {url} (Ctrl-C ends it).", flush=True)
        if public_url:
            print(f"Public link, up to a week, to anybody who has it: {public_url}", flush=True)
        elif options.share:
            print("There is no public link: Gradio's share server cannot be reached from here.", flush=True)
        demo.block_thread()


if __name__ == "__main__":
    with friendly_errors():
        main()
