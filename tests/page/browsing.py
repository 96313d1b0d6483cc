"""What tests do with the page in the browser."""

import io
from urllib.parse import urljoin

from PIL import Image

from cgan.page.parts import TEXTS

TABS = ["draw", "hand", "write", "morph", "compare", "training", "quiz", "about"]


def text(key, language="en", **words):
    return TEXTS[key][language].format(**words)


def source(page, tab="draw"):
    """The address of the picture that a tab shows."""
    return page.get_attribute(f"#{tab}-picture img", "src")


def shows(page, part, tab="draw"):
    """Wait until the address of the tab's picture has `part` in it."""
    script = "([id, part]) => document.querySelector(id)?.getAttribute('src')?.includes(part)"
    page.wait_for_function(script, arg=[f"#{tab}-picture img", part])


def says(page, part, tab="draw"):
    page.wait_for_function(
        "([id, part]) => document.querySelector(id)?.textContent.includes(part)",
        arg=[f"#{tab}-picture [role=status]", part],
    )


def received(page, address):
    """The bytes at an address of the page."""
    return page.request.get(urljoin(page.url, address)).body()


def image(page, address):
    return Image.open(io.BytesIO(received(page, address)))


def pick(page, field, steps=1):
    """Choose in a dropdown by keyboard alone: the option `steps` after the chosen one."""
    page.focus(f"#{field} input")
    for _ in range(steps):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
