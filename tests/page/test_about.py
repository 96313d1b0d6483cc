"""The tab About: an article of short lines, figures that move, and the code it speaks of."""

import httpx
import pytest

from cgan.page import code
from tests.page.browsing import PHONE, pick

pytestmark = pytest.mark.soak  # takes minutes with all its pages

# The longest line of a paragraph, in characters.
LONGEST = """() => Math.max(...[...document.querySelectorAll("#about p")].flatMap((paragraph) => {
  const lines = {};
  const walk = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    for (let at = 0; at < walk.currentNode.length; at++) {
      const range = new Range();
      range.setStart(walk.currentNode, at);
      range.setEnd(walk.currentNode, at + 1);
      const line = Math.round(range.getBoundingClientRect().bottom / 12);
      lines[line] = (lines[line] ?? 0) + 1;
    }
  }
  return Object.values(lines);
}))"""


def source(page, part):
    return page.get_attribute(f"#about {part}", "src")


@pytest.mark.parametrize("path, size", [("/", {}), ("/zh", PHONE)])
def test_figures_follow_what_is_pressed_and_moved(open_page, path, size):
    page = open_page(f"{path}?tab=about", **size)
    assert page.evaluate("scrollY") == 0
    tab = page.locator("#about-tab-button").bounding_box()
    assert tab["x"] >= 0 and tab["x"] + tab["width"] <= page.viewport_size["width"]
    assert page.evaluate(LONGEST) <= 72
    noise, drawn, real = ".noise img", ".game .ink img >> nth=0", ".game .ink img >> nth=1"
    before = [source(page, part) for part in (noise, drawn)]
    assert "digits/3.png" in before[1] and "&i=0" in before[1] and "real/3.png" in source(page, real)
    page.click("#about-another")
    page.wait_for_function("document.querySelector('#about .game .ink img').src.includes('i=1')")
    assert source(page, noise) != before[0]
    pick(page, "about-digit")
    page.wait_for_function("document.querySelector('#about .game .ink img').src.includes('digits/4.png')")
    assert "i=1" in source(page, drawn) and "real/4.png" in source(page, real)
    page.click(".game svg")  # another noise, the same digit
    page.wait_for_function("document.querySelector('#about .game .ink img').src.includes('i=2')")
    assert "digits/4.png" in source(page, drawn) and page.text_content("#about text.y") == "4"
    page.locator("#about-slant input[type=range]").press("End")
    page.wait_for_function("document.querySelector('#about-hand img').src.includes('slant=2')")
    page.locator("#about-frame input[type=range]").press("End")
    page.wait_for_function("document.querySelector('#about-morph img').style.cssText.includes('49')")
    sizes = page.locator("#about img").evaluate_all("all => all.map((image) => image.naturalWidth)")
    assert len(sizes) == 6 and min(sizes) > 0


def test_the_code_can_be_read_and_nothing_else(open_page, url):
    page = open_page("/?tab=about")
    links = page.locator("#about a[href*='/code/']").evaluate_all("all => all.map((a) => a.href)")
    assert [link.partition("/code/")[2] for link in links] == code.FILES
    for link, name in zip(links, code.FILES, strict=True):
        answer = httpx.get(link)
        assert (
            answer.text == (code.ROOT / name).read_text("utf-8")
            and "text/plain" in answer.headers["content-type"]
        )
    for name in ("app.py", "../train.py", "cgan/draw/%2e%2e/draw/hands.py", "", "/etc/passwd"):
        assert httpx.get(f"{url}/gradio_api/code/{name}").status_code == 404, name
