"""Shared by the commands: checks of user input, one-sentence errors, signals and common options."""

import os
import platform
import re
import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch


class BadInput(ValueError, ArgumentTypeError):
    """Unusable input. The message is one sentence for the user; argparse shows it, too."""


def need(condition, sentence):
    """Raise BadInput(sentence) unless the condition holds."""
    if not condition:
        raise BadInput(sentence)


def whole_number(name, value, low, high):
    """Return `value` as an int from `low` to `high`. It may be an int, its decimal text, or a float like 8.0.

    Raises BadInput for anything else; nothing is rounded or clamped.
    """
    text = str(value)
    is_whole = re.fullmatch(r"-?[0-9]{1,20}(\.0)?", text)
    is_right = is_whole and low <= float(text) <= high
    need(is_right, f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}.")
    return int(text.removesuffix(".0"))


def whole_numbers(name, values, high):
    """Convert whole numbers from 0 to `high`, in any list, array or tensor, to int64 (n,).

    Raises BadInput for anything else.
    """
    try:
        array = np.asarray(values.cpu() if isinstance(values, torch.Tensor) else values)
    except (TypeError, ValueError, RuntimeError):  # cannot become an array
        array = np.empty((), object)
    is_whole = array.dtype.kind in "iu" and 0 <= array.min(initial=0) and array.max(initial=0) <= high
    is_right = array.ndim == 1 and (is_whole or array.size == 0)
    need(is_right, f"{name} must be whole numbers from 0 to {high}, in a list or a one-dimensional tensor.")
    return torch.from_numpy(array.astype(np.int64))


@contextmanager
def friendly_errors():
    """Wrap a command's main: on bad input or an OSError, print one sentence and exit with status 2.

    Ctrl-C exits with status 130. Characters that the terminal cannot show are printed as escapes.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not when a test has replaced it
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    except (BadInput, OSError) as error:
        file = getattr(error, "filename", None)
        print(f"{file}: {error.strerror}." if file else error, file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        sys.stdout.flush()
        print("Stopped.", file=sys.stderr, flush=True)
        # SystemExit would wait for all threads, but those of a ThreadPoolExecutor may never end if
        # Ctrl-C came while it started one or held a lock.
        os._exit(130)


@contextmanager
def stop_on_signal():
    """Yield an Event that Ctrl-C or SIGTERM sets, so the step can complete. A second one ends the program."""
    stop = threading.Event()

    def handle(number, frame):
        stop.set()
        signal.signal(number, before[number])

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def versions():
    """Return the versions of Python and of the libraries that training depends on."""
    return {"python": platform.python_version(), "torch": str(torch.__version__), "numpy": np.__version__}


def command(doc):
    """Return an ArgumentParser whose --help shows `doc`, a module's docstring, verbatim."""
    return ArgumentParser(description=doc, formatter_class=RawDescriptionHelpFormatter)


def integer(low, high):
    """Return an argparse type for whole numbers from `low` to `high`."""
    return partial(whole_number, "this", low=low, high=high)


def add_threads(parser):
    """Add the option --threads."""
    threads, text = torch.get_num_threads(), "CPU threads to use (default: %(default)s)"
    parser.add_argument("--threads", type=integer(1, 1024), default=threads, help=text)
