"""The scripts of the page without a server in Chromium, called from Python."""

import base64
from pathlib import Path

import numpy as np

from cgan import site
from cgan.site import bundle, pack

FOLDER = Path(site.__file__).parent
DRAWN = (
    "about && !isDrawing && !document.getElementById('picture').hidden"  # the page shows what was asked for
)
HELPERS = """
const received = (text, Type) => new Type(Uint8Array.from(atob(text), (byte) => byte.charCodeAt()).buffer);
const sent = (array) => {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
};
const draw = (z, y, n, zDim, keep) => {
  const grey = [];
  for (let i = 0; i < n; i += MAX) {
    const part = y.subarray(i * 10, (i + MAX) * 10);
    engine.draw(z.subarray(i * zDim, (i + MAX) * zDim), part, keep).grey.forEach((value) => grey.push(value));
  }
  return sent(Uint8Array.from(grey));
};
"""


class Scripts:
    """The site's scripts on an empty page of Chromium. Arrays travel as base64."""

    def __init__(self, chromium):
        self.page = chromium.new_page()
        self.page.goto("about:blank")
        self.page.add_script_tag(content=HELPERS)
        self.page.add_script_tag(content=bundle.fit_settings())
        for name in ("hands", "engine", "fit"):
            self.page.add_script_tag(path=FOLDER / f"{name}.js")

    def load(self, weights):
        """Start an engine with these weights."""
        parts = [_text((FOLDER / "engine.wasm").read_bytes()), _text(pack.pack(weights))]
        self.page.evaluate(
            """async (parts) => {
              const [wasm, pack] = parts.map((part) => received(part, Uint8Array).buffer);
              window.engine = await loadEngine(wasm, pack);
            }""",
            parts,
        )

    def call(self, script, *arrays, dtype=np.float32, **words):
        """Evaluate `script`, whose parameters are the arrays (typed, flat) and then `words`; it returns
        `sent(array)`, or anything else if dtype is None."""
        given = [[_text(np.ascontiguousarray(array)), f"{array.dtype.name.title()}Array"] for array in arrays]
        arguments = "...given.map(([text, type]) => received(text, window[type])), words"
        answer = self.page.evaluate(f"([given, words]) => ({script})({arguments})", [given, words])
        return answer if dtype is None else np.frombuffer(base64.b64decode(answer), dtype)

    def draw(self, z, y):
        """Draw hands (n, z_dim) with mixtures of digits (n, 10): uint8 (n, 28, 28)."""
        script = "(z, y, { n, zDim }) => draw(z, y, n, zDim)"
        grey = self.call(script, z.numpy(), y.numpy(), dtype=np.uint8, n=len(z), zDim=z.shape[1])
        return grey.reshape(len(z), 28, 28)


def _text(data):
    return base64.b64encode(data).decode()
