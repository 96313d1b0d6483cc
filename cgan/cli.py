"""What the commands share: bad input ends in one sentence, common options, and output that never fails."""

import re
import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from contextlib import contextmanager

import numpy as np
import torch


class BadInput(ValueError):
    """The user gave something unusable; the message is the sentence to show them."""


def need(condition, sentence):
    """Raise BadInput(sentence) unless the condition holds."""
    if not condition:
        raise BadInput(sentence)


def whole_number(name, value, low, high):
    """Return `value` as an int from `low` to `high`. It may be an int, its decimal text, or a float like 8.0.

    Raises:
        BadInput: names the quantity, its bounds and what was given. Nothing is rounded or clamped.
    """
    text = str(value)
    if re.fullmatch(r"-?[0-9]{1,20}(\.0)?", text):
        number = int(text.removesuffix(".0"))
        if low <= number <= high:
            return number
    raise BadInput(f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}.")


def whole_numbers(name, values, high):
    """Convert whole numbers from 0 to `high`, in any list, array or tensor, to int64 (n,).

    Raises:
        BadInput: names the quantity and its bounds.
    """
    try:
        array = np.asarray(values.cpu() if isinstance(values, torch.Tensor) else values)
    except (TypeError, ValueError, RuntimeError):
        array = np.empty((), object)
    if array.size == 0 and array.ndim == 1:
        return torch.empty(0, dtype=torch.long)
    if array.ndim != 1 or array.dtype.kind not in "iu" or array.min() < 0 or array.max() > high:
        raise BadInput(
            f"{name} must be whole numbers from 0 to {high}, in a list or a one-dimensional tensor."
        )
    return torch.from_numpy(array.astype(np.int64))


@contextmanager
def friendly_errors():
    """Wrap a command's main: exit with one sentence and status 2 on bad input or a refusal by the system.

    Characters that the terminal cannot show are printed as escapes.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not when a test has replaced it
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    except BadInput as error:
        sentence = str(error)
    except OSError as error:
        sentence = f"{error.filename}: {error.strerror}." if error.filename else f"{error}."
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        raise SystemExit(130) from None
    else:
        return
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


@contextmanager
def stop_on_signal():
    """Yield an Event that Ctrl-C or SIGTERM sets, so that no step is cut in two. A second one kills."""
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


def command(doc):
    """Return an ArgumentParser that prints `doc`, a module's docstring, as it stands for --help."""
    return ArgumentParser(description=doc, formatter_class=RawDescriptionHelpFormatter)


def integer(low, high):
    """Return an argparse type for whole numbers from `low` to `high`."""

    def parse(text):
        try:
            return whole_number("this", text, low, high)
        except BadInput as error:
            raise ArgumentTypeError(error) from None

    return parse


def add_threads(parser):
    """Add the option --threads."""
    threads, text = torch.get_num_threads(), "CPU threads to use (default: %(default)s)"
    parser.add_argument("--threads", type=integer(1, 1024), default=threads, help=text)
