"""What tests do with a page in the browser."""

import base64
import io

from PIL import Image


def settled(page, pattern, where="#status"):
    """Wait until the line under the picture matches `pattern`, and the page's address has followed."""
    matches = (
        "([pattern, where]) => new RegExp(pattern).test(document.querySelector(where)?.textContent ?? '')"
    )
    page.wait_for_function(matches, arg=[pattern, where])
    page.wait_for_timeout(250)


def received(page, picture="#picture img"):
    """The bytes of a picture that is on the page, as they were received."""
    script = """async (picture) => {
        const bytes = await (await fetch(document.querySelector(picture).currentSrc)).arrayBuffer();
        return btoa(String.fromCharCode(...new Uint8Array(bytes)));
    }"""
    return base64.b64decode(page.evaluate(script, picture))


def pixels(page, picture="#picture img"):
    return Image.open(io.BytesIO(received(page, picture)))


def choose(page, field, option):
    page.click(f"#{field} input")
    page.get_by_role("option", name=str(option), exact=True).click()
