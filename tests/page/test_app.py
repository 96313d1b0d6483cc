"""app.py: options, the environment, what it prints, and how it ends."""

import os
import re
import shutil
import socket
import time

import httpx
import pytest
from gradio_client import Client

import app
from cgan import weights
from cgan.cli import BadInput
from page.conftest import everything, free_port

NOWHERE = "http://127.0.0.1:9"  # a proxy that does not answer stands for no network


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """A copy of the environment without what app.py reads of it."""
    read = ("GRADIO_SERVER_NAME", "GRADIO_SERVER_PORT", "GRADIO_ROOT_PATH", "CGAN_AUTH")
    kept = {name: value for name, value in os.environ.items() if name not in read}
    monkeypatch.setattr(os, "environ", kept)
    return kept


def test_options_default_to_the_environment_then_to_this_machine(environment):
    assert (app.parse_args([]).host, app.parse_args([]).port) == ("127.0.0.1", 7860)
    environment |= {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "7000", "CGAN_AUTH": "ann:secret"}
    options = app.parse_args([])
    assert (options.host, options.port, options.auth) == ("0.0.0.0", 7000, "ann:secret")
    options = app.parse_args(["--host", "::1", "--port", "8000", "--auth", "bob:b"])
    assert (options.host, options.port, options.auth) == ("::1", 8000, "bob:b")
    environment |= {"GRADIO_SERVER_NAME": "", "GRADIO_SERVER_PORT": ""}  # as a compose file leaves them
    assert (app.parse_args([]).host, app.parse_args([]).port) == ("127.0.0.1", 7860)


@pytest.mark.parametrize("host", ["::1", "[::1]", "::", "[::]"])
def test_addresses_of_ipv6_are_written_in_brackets_only_where_they_must_be(environment, host):
    environment["GRADIO_SERVER_NAME"] = host
    app.prepare_environment(options := app.parse_args([]))
    assert options.host == host.strip("[]") and app.in_url(options.host) == f"[{options.host}]"
    assert "GRADIO_SERVER_NAME" not in environment  # Gradio tries to bind it as IPv4
    assert environment["no_proxy"].endswith(f",{options.host}")
    assert app.in_url("127.0.0.1") == "127.0.0.1"


def has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        return True
    except OSError:
        return False


def test_a_port_that_cannot_be(environment, capsys):
    environment["GRADIO_SERVER_PORT"] = "1e3"
    with pytest.raises(SystemExit, match="2"):
        app.parse_args([])
    assert "must be a whole number from 1 to 65535, not '1e3'" in capsys.readouterr().err
    app.prepare_environment(app.parse_args(["--port", "8000"]))
    assert environment["GRADIO_SERVER_PORT"] == "8000"  # gradio reads the variable when imported


def test_proxies_that_gradio_cannot_be_imported_with_are_dropped(environment, capsys):
    bad = {"ALL_PROXY": "socks5://127.0.0.1:7890", "all_proxy": "SOCKS://x:1", "ftp_proxy": "foo://x"}
    environment |= bad | {"HTTPS_PROXY": "http://x:port", "no_proxy": "[::1]", "http_proxy": NOWHERE}
    environment["NO_PROXY"] = "example.org"
    app.prepare_environment(app.parse_args(["--share"]))
    assert not {"ALL_PROXY", "all_proxy", "HTTPS_PROXY"} & environment.keys()
    assert environment["http_proxy"] == NOWHERE
    assert environment["no_proxy"] == "localhost,127.0.0.1,127.0.0.1"
    assert environment["NO_PROXY"] == "example.org,localhost,127.0.0.1,127.0.0.1"
    assert "--share does not use ALL_PROXY: Gradio does not support" in capsys.readouterr().err
    httpx.Client().close()


@pytest.mark.parametrize(
    "options, variables, sentence",
    [
        ([], {"CGAN_AUTH": ""}, "CGAN_AUTH is set but empty"),
        ([], {"GRADIO_ROOT_PATH": "digits"}, "GRADIO_ROOT_PATH must be a path like /digits, not digits"),
        (["--weights", "nothing"], {}, "nothing"),
        (
            ["--port", "BUSY"],
            {},
            "Cannot listen on 127.0.0.1, port [0-9]+ .Address already in use.; .* --port",
        ),
        (["--host", "no.invalid"], {}, "Cannot listen on no.invalid, port [0-9]+ .*another --port or --host"),
    ],
)
def test_what_cannot_be_is_a_sentence(environment, options, variables, sentence):
    environment |= variables
    with socket.create_server(("127.0.0.1", 0)) as server, pytest.raises(BadInput, match=sentence):
        options = [option.replace("BUSY", str(server.getsockname()[1])) for option in options]
        app.main(["--port", str(free_port()), *options])


def test_it_says_what_each_path_adds_and_where(tmp_path, capsys):
    compact, mine, waiting = runs = [tmp_path / name for name in ("compact", "mine", "waiting")]
    for run, source in zip(runs, ("report", "vae", None), strict=True):
        run.mkdir()
        (run / "log.jsonl").write_text("{}\n")
        if source:
            shutil.copy(weights.SHIPPED / f"{source}.safetensors", run / "generator.safetensors")
    file = shutil.copy(weights.SHIPPED / "cvae.safetensors", tmp_path / "copy.safetensors")
    (waiting / "._generator.safetensors").touch()
    models = app.load([waiting, compact, mine, file])
    assert list(models)[:3] == [name := f"compact {weights.shipped('report').id}", "mine", "copy"]
    assert capsys.readouterr().out.splitlines() == [
        f"{compact} adds the model {name}: see every tab.",
        f"{mine} adds the model mine: see Compare, as it cannot draw a digit on request.",
        f"{file} adds the model copy: see every tab.",
        *(f"{run} is a training run: see Training." for run in (waiting, compact, mine)),
    ]


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_it_starts_without_a_network_and_ends_at_once(start, tmp_path):
    """Proxies that cannot be used keep the page neither from starting nor, over IPv6, from asking itself.
    It imports nothing that only training needs."""
    host = "::1" if has_ipv6() else "127.0.0.1"
    proxies = {"http_proxy": NOWHERE, "HTTPS_PROXY": NOWHERE, "ALL_PROXY": "socks5h://127.0.0.1:9"}
    process, lines, url = start(
        *("--share", "--host", host),
        **{"TMPDIR": str(tmp_path), "no_proxy": "example.org", "PYTHONPROFILEIMPORTTIME": "1", **proxies},
    )
    assert "Could not create share link" in "".join(lines) and app.in_url(host) in url
    client = Client(url, verbose=False, httpx_kwargs={"trust_env": False})
    client.predict(api_name="/generate")
    assert list(tmp_path.glob("cgan-*/**/*.png"))
    with httpx.Client(base_url=url, trust_env=False) as tab:
        with tab.stream("GET", "/gradio_api/heartbeat/tab") as heartbeat:
            assert heartbeat.status_code == 200
            process.terminate()
            started = time.monotonic()
            assert process.wait(timeout=60) == 0
    assert time.monotonic() - started < 15  # 20 s and more where something waits for the network
    assert list(tmp_path.glob("cgan-*")) == []
    errors = everything(process.stderr)
    imported = set(re.findall(r"^import time:.*\| +(\S+)$", errors, re.MULTILINE))
    assert "Traceback" not in errors and "cgan.page.routes" in imported
    assert not {"torchvision", "cgan.learn.data", "cgan.learn.recipes"} & imported
