import argparse
import io
import signal
import sys

import pytest

from cgan import cli
from cgan.cli import BadInput


@pytest.mark.parametrize("value", [7, "7", 7.0, "7.0"])
def test_whole_numbers_in_any_form(value):
    assert cli.whole_number("n", value, 0, 9) == 7


@pytest.mark.parametrize("value", [-1, 10, 7.5, "7.5", "seven", "", None, True, float("nan"), "9" * 50])
def test_anything_else_is_refused_with_name_and_bounds(value):
    with pytest.raises(BadInput, match="n must be a whole number from 0 to 9, not "):
        cli.whole_number("n", value, 0, 9)


@pytest.mark.parametrize("wrong", [["--epochs", "0"], ["--threads", "x"]])
def test_an_option_outside_its_bounds_is_named(wrong, capsys):
    parser = cli.command("Do something.")
    parser.add_argument("--epochs", type=cli.integer(1, 9))
    cli.add_threads(parser)
    assert parser.parse_args(["--epochs", "3", "--threads", "2"]) == argparse.Namespace(epochs=3, threads=2)
    with pytest.raises(SystemExit, match="2"):
        parser.parse_args(wrong)
    assert f"argument {wrong[0]}: this must be a whole number from 1 to" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error, status, sentence",
    [
        (BadInput("That is wrong."), 2, "That is wrong."),
        (FileNotFoundError(2, "No such file", "a/b"), 2, "a/b: No such file."),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_errors_end_in_a_sentence(error, status, sentence, capsys):
    with pytest.raises(SystemExit, match=str(status)), cli.friendly_errors():
        raise error
    assert capsys.readouterr().err == sentence + "\n"


def test_names_are_printed_in_any_code_page(monkeypatch):
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, "cp1252"))
    with cli.friendly_errors():
        print("runs/跑 1", flush=True)
    assert buffer.getvalue().rstrip() == rb"runs/\u8dd1 1"


def test_the_first_signal_is_noted_and_the_second_kills():
    with cli.stop_on_signal() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
