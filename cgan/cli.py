"""Bad input is answered with one sentence: on the command line, in the page and on a route."""

import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from contextlib import contextmanager

import torch


class BadInput(ValueError):
    """Something given by the user cannot be used; the message is the sentence to show them."""


def whole_number(name, value, low, high):
    """`value` as an int from `low` to `high`: an integer, its decimal text, or a float like a slider's 8.0.

    Raises BadInput that names the quantity, its bounds and what was given; no value is rounded or clamped.
    """
    text = str(value)
    if re.fullmatch(r"-?[0-9]{1,20}(\.0)?", text):
        number = int(text.removesuffix(".0"))
        if low <= number <= high:
            return number
    raise BadInput(f"{name} must be a whole number from {low} to {high}, not {text[:40]!r}.")


@contextmanager
def exit_with_a_sentence():
    """Around a command: bad input, or a refusal of the system, ends it with one sentence and status 2."""
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


def command(doc):
    """The parser of a command whose module's docstring is `doc`, which --help prints as it stands."""
    return ArgumentParser(description=doc, formatter_class=RawDescriptionHelpFormatter)


def add_threads(add, most=10**6):
    """The option --threads, by a parser's `add_argument`."""
    add(
        "--threads",
        type=whole_number_option(1, most),
        default=torch.get_num_threads(),
        help="of the CPU (default: %(default)s)",
    )


def whole_number_option(low, high):
    """An argparse type for whole numbers from `low` to `high`."""

    def parse(text):
        try:
            return whole_number("this", text, low, high)
        except BadInput as error:
            raise ArgumentTypeError(error) from None

    return parse
