"""What tests do with the page in the browser: by mouse, finger and keyboard, as people do."""

import io
import math
from urllib.parse import urljoin

from PIL import Image

from cgan.page.parts import TEXTS

TABS = ["draw", "hand", "write", "morph", "compare", "training", "quiz", "about"]
PICTURES = {"draw": "button.paper img", "hand": ".ten img", "write": ".written img", "morph": ".stage img"}
PHONE = {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True}
# The page has read its address, and the tab that is turned to has got its picture.
SETTLED = """() => {
  const tab = document.querySelector("[role=tab][aria-selected=true]")?.dataset.tabId;
  if (!document.documentElement.opened) return false;
  if (tab === "about") return Boolean(document.querySelector("#about"));
  const box = document.getElementById(`${tab}-picture`);
  return box?.asked && !box.fetching && box.querySelector("[role=status]").textContent.trim() !== "";
}"""
# Digits in parts of the pad: a 3 of two bowls (centre, radii, angles from start to end), a 4 of two strokes.
BOWLS = [(0.47, 0.33, 0.19, 0.15, range(-150, 91, 10)), (0.45, 0.655, 0.23, 0.175, range(-90, 151, 10))]
THREE = [
    (x + width * math.cos(math.radians(a)), y + height * math.sin(math.radians(a)))
    for x, y, width, height, angles in BOWLS
    for a in angles
]
FOUR = [[(0.35, 0.2), (0.33, 0.5), (0.68, 0.5)], [(0.62, 0.2), (0.6, 0.82)]]
SEVEN = [(0.3, 0.2), (0.7, 0.2), (0.42, 0.82)]


def text(key, language="en", **words):
    return TEXTS[key][language].format(**words)


def picture(tab):
    return f"#{tab}-picture {PICTURES.get(tab, 'img')}"


def source(page, tab="draw"):
    """The address of the picture that a tab shows."""
    return page.get_attribute(picture(tab), "src")


def shows(page, part, tab="draw"):
    """Wait until the address of the tab's picture has `part` in it."""
    script = "([id, part]) => document.querySelector(id)?.getAttribute('src')?.includes(part)"
    page.wait_for_function(script, arg=[picture(tab), part])


def says(page, part, tab="draw"):
    page.wait_for_function(
        "([id, part]) => document.querySelector(id)?.textContent.includes(part)",
        arg=[f"#{tab}-picture [role=status]", part],
    )


def turn_to(page, tab):
    page.click(f"#{tab}-tab-button")
    settle(page, tab)


def still(page):
    """Wait until no transition and no animation that ends is under way."""
    ends = "one.effect.getComputedTiming().endTime < Infinity"
    page.wait_for_function(f"!document.getAnimations().some((one) => one.playState === 'running' && {ends})")


def revisit(page, query):
    """Go to another query of the open page, as Back and Forward do: without loading the page again."""
    script = """(query) => {
      for (const tab in cgan.tabs) delete (cgan.box(tab) ?? {}).asked; // set when the address is read
      history.pushState(null, "", query);
      dispatchEvent(new PopStateEvent("popstate"));
    }"""
    page.evaluate(script, query)
    page.wait_for_function(SETTLED)


def settle(page, tab):
    """Wait until a tab that was turned to shows what it has to show."""
    page.wait_for_function(
        """(tab) => {
          const box = document.getElementById(`${tab}-picture`);
          const says = box?.querySelector("[role=status]").textContent.trim();
          return tab === "about" || (box?.asked && !box.fetching && says);
        }""",
        arg=tab,
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


def point(page, selector, x, y):
    """Return a place on the screen, given as parts of an element's width and height."""
    box = page.locator(selector).first.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def stroke(page, points):
    """Draw a line on the pad with the mouse; points are parts of its sides."""
    for k, place in enumerate(points):
        page.mouse.move(*point(page, "#hand-picture canvas", *place))
        if k == 0:
            page.mouse.down()
    page.mouse.up()


def touch(page, kind, fingers):
    """Send a touch event. fingers: number of each finger that is down -> its place on the screen."""
    points = [{"id": number, "x": x, "y": y} for number, (x, y) in fingers.items()]
    if not hasattr(page, "touches"):
        page.touches = page.context.new_cdp_session(page)
    page.touches.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})


def swipe(page, points):
    """Move a finger over the page, along points (x, y)."""
    for k, place in enumerate(points):
        touch(page, "Move" if k else "Start", {0: place})
    touch(page, "End", {})
