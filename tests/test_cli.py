import signal
import subprocess
import sys

import pytest

from cgan import cli, weights
from cgan.cli import BadInput


@pytest.mark.parametrize("value", [7, "7", 7.0, "7.0"])
def test_whole_numbers_in_any_form(value):
    assert cli.whole_number("n", value, 0, 9) == 7


@pytest.mark.parametrize("value", [-1, 10, 7.5, "7.5", "seven", "", None, True, float("nan"), "9" * 50])
def test_anything_else_is_refused_with_the_name_and_the_bounds(value):
    with pytest.raises(BadInput, match="n must be a whole number from 0 to 9, not "):
        cli.whole_number("n", value, 0, 9)


def test_ctrl_c_ends_a_command_even_if_its_threads_never_end():
    code = "import threading; threading.Thread(target=threading.Event().wait).start()\n"
    code += "with __import__('cgan.cli').cli.friendly_errors(): print('Drawn.'); raise KeyboardInterrupt"
    root, options = weights.SHIPPED.parent, {"capture_output": True, "text": True, "timeout": 60}
    done = subprocess.run([sys.executable, "-c", code], cwd=root, **options)
    assert (done.returncode, done.stdout, done.stderr) == (130, "Drawn.\n", "Stopped.\n")


def test_the_first_signal_is_noted_and_the_second_kills():
    with cli.stop_on_signal() as stop:
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
