"""Compile the engine: python -m cgan.site.compile

Needs the clang in the ziglang wheel of requirements-dev.txt, whose version is pinned so that the same source
gives the same bytes.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from cgan.cli import command, friendly_errors

HERE = Path(__file__).parent
FLAGS = "-target wasm32-freestanding -mcpu=baseline+simd128 -O3 -Wall -Wextra -nostdlib -Wl,--no-entry -Wl,-s"


def compiled():
    """Return engine.c as WebAssembly, bytes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "engine.wasm")
        zig = [sys.executable, "-m", "ziglang", "cc", *FLAGS.split()]
        subprocess.run([*zig, "engine.c", "-o", out], cwd=HERE, check=True)
        return out.read_bytes()


def main(argv=None):
    command(__doc__).parse_args(argv)
    (HERE / "engine.wasm").write_bytes(compiled())


if __name__ == "__main__":
    with friendly_errors():
        main()
