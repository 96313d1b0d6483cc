"""What the commands' options have in common."""

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter

from cgan.errors import BadInput, whole_number

import torch


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
