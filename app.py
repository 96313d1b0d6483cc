"""The page: pick a digit and see it drawn.

python app.py                                     # http://127.0.0.1:7860
python app.py --weights runs/compact              # add a model that you trained, or watch it train
python app.py --share --auth teacher:secret       # create a public link, protected by a password

--host, --port and --auth default to GRADIO_SERVER_NAME, GRADIO_SERVER_PORT and CGAN_AUTH. If a proxy serves
the page under a path, set GRADIO_ROOT_PATH to that path.
"""

import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import httpx

from cgan import weights
from cgan.cli import BadInput, command, friendly_errors, integer, need


def parse_args(argv=None):
    host = os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"  # a compose file may leave them empty
    port = os.environ.get("GRADIO_SERVER_PORT") or "7860"
    parser = command(__doc__)
    add = parser.add_argument
    everywhere = "0.0.0.0 for all, :: for all of IPv6"
    add("--host", default=host, help=f"address to listen on, {everywhere} (default: %(default)s)")
    add("--port", type=integer(1, 65535), default=port, help="port to listen on (default: %(default)s)")
    add("--share", action="store_true", help="create a public link that works for up to a week")
    add("--auth", default=os.environ.get("CGAN_AUTH"), metavar="USER:PASSWORD", help="ask visitors to log in")
    add("--weights", type=Path, nargs="+", default=[], metavar="PATH", help="weights files or runs to add")
    add("--show-runs", action="store_true", help="show all of runs/ in the tab Training")
    return parser.parse_args(argv)


def prepare_environment(options):
    """Check and set the environment variables that `import gradio` reads. Raises BadInput."""
    need(options.auth != "", "CGAN_AUTH is set but empty: set it to USER:PASSWORD or unset it.")
    root = os.environ.get("GRADIO_ROOT_PATH") or "/"
    need(root.startswith(("/", "http")), f"GRADIO_ROOT_PATH must be a path like /digits, not {root}.")
    os.environ["GRADIO_SERVER_PORT"] = str(options.port)
    os.environ.pop("GRADIO_SERVER_NAME", None)  # Gradio cannot import with an IPv6 address there
    options.host = options.host.strip("[]")
    proxies = {name: os.environ.pop(name) for name in [*os.environ] if name.lower().endswith("_proxy")}
    for name, value in proxies.items():
        os.environ[name] = value
        try:
            httpx.Client().close()
        except (ImportError, ValueError, httpx.InvalidURL):  # such as socks5://
            del os.environ[name]
            if options.share:
                print(f"--share does not use {name}: Gradio does not support this proxy.", file=sys.stderr)
    for name in ("NO_PROXY", "no_proxy"):  # at startup, Gradio polls its own server
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "localhost,127.0.0.1", options.host]))


def load(paths):
    """Load the models in `paths` and the shipped ones, name -> Weights, and print what each path adds."""
    runs = [path for path in paths if (path / "log.jsonl").is_file()]
    given = [path for path in paths if path not in runs or (path / weights.IN_RUN).is_file()]
    models = weights.load_generators([*given, weights.SHIPPED])
    need(any(model.conditional for model in models.values()), "None of these models draws digits on request.")
    for path in given:
        for name, model in models.items():
            if path in (model.file, *model.file.parents):
                where = "every tab" if model.conditional else "Compare, as it cannot draw a digit on request"
                print(f"{path} adds the model {name}: see {where}.")
    for path in runs:
        print(f"{path} is a training run: see Training.")
    return models


def launch(models, runs=(), **options):
    """Serve the page in the background.

    Args:
        models: name -> Weights; the first conditional one is the default.
        runs: run folders, or folders of them, to show in the tab Training.
        options: of gr.Blocks.launch().

    Returns:
        (the gr.Blocks, the local URL). With share=True, Gradio prints the public one.
    """
    from cgan.page import access, head, layout, programs, routes  # import gradio after prepare_environment
    from cgan.site import takeaway

    demo, look = layout.build(models, runs)
    programs.add_generate(demo, models)
    demo.queue(max_size=64, api_open=False)
    addresses = routes.routes(models, runs, takeaway.digits_html)
    options |= look | access.launch_options(addresses, head.CARDS, head.middleware(models))
    _, url, _ = demo.launch(
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,  # Gradio's Node server would take over our addresses
        mcp_server=False,  # its tools answer without a login
        state_session_capacity=50,  # each call of /generate opens a session with a copy of the settings
        **options,
    )
    return demo, url


def in_url(host):
    """Return a host as it is written in a URL: IPv6 addresses in brackets."""
    return f"[{host}]" if ":" in host else host


def address_in_network(host):
    """Return this machine's address in its local network, or a placeholder. Sends nothing.

    host: 0.0.0.0 for an address of IPv4, :: for one of IPv6.
    """
    family, outside = (socket.AF_INET6, "2001:db8::1") if host == "::" else (socket.AF_INET, "203.0.113.1")
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((outside, 1))  # for UDP, this only looks up the route
            return in_url(probe.getsockname()[0])
        except OSError:
            return "ADDRESS-OF-THIS-MACHINE"


def main(argv=None):
    options = parse_args(argv)
    prepare_environment(options)
    models = load(options.weights)
    runs = [*options.weights, *([Path("runs")] if options.show_runs else [])]
    try:
        family = socket.getaddrinfo(options.host, options.port)[0][0]
        socket.create_server((options.host, options.port), family=family).close()
    except OSError as error:
        reason = error.strerror.split(" (")[0]  # Python adds the address
        place = f"{options.host}, port {options.port} ({reason})"
        raise BadInput(f"Cannot listen on {place}; choose another --port or --host.") from error
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))

    with tempfile.TemporaryDirectory(prefix="cgan-") as folder:  # for the files of /generate
        os.environ["GRADIO_TEMP_DIR"] = os.path.realpath(folder)
        from cgan.page import access

        server = {"server_name": in_url(options.host), "server_port": options.port, "share": options.share}
        demo, url = launch(models, runs, **server, auth=access.login(options.auth))
        if options.host in ("0.0.0.0", "::"):
            print(f"Others in your network open http://{address_in_network(options.host)}:{options.port}/")
        print(f"The page is at {url.replace('[::]', '[::1]')} (press Ctrl-C to stop).", flush=True)
        demo.block_thread()


if __name__ == "__main__":
    with friendly_errors():
        main()
