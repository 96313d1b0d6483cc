"""Links: of the first version, hostile ones, those to other weights, and the two languages."""

import re
from urllib.parse import quote

import pytest

from cgan import weights
from tests.page.browsing import SETTLED, revisit, says, shows, source, text

OLD = [
    ("?digit=3&seed=42&n=64", "draw", "digits/3.png?seed=42&n=64&"),
    ("?digit=all&seed=5", "draw", "digits/all.png?seed=5&n=10&"),
    ("?digit=3&seed=42&n=64&i=17", "draw", "digits/3.png?seed=42&i=17&n=1&"),
    ("?digit=3&seed=42&n=64&model=report&w=ab799f314784", "draw", "model=report&w=ab799f314784"),
    ("?digit=3&seed=42&model=mine&w=ab799f314784", "draw", "model=report&w=ab799f314784"),
    ("?tab=write&text=2026-11-24%0A3%2B4&seed=7&hand=fresh&ground=white", "write", "seed=7&hand=fresh&"),
    ("?tab=morph&from=3&to=8&seed=7&i=4", "morph", "from=3&to=8&seed=7&to_seed=7&i=4&to_i=4&"),
    ("?tab=morph&from=0&to=9&seed=7&to_seed=9&to_i=2", "morph", "seed=7&to_seed=9&to_i=2&"),
    ("?tab=compare&digit=6&seed=3", "compare", "real/6.png"),
    ("?tab=compare&seed=3", "compare", "real/4.png"),
    ("?digit=7", "draw", "digits/7.png?seed=13&n=64&"),
    ("?seed=42", "draw", "digits/3.png?seed=42&n=64&"),
    ("?lang=en", "draw", "digits/all.png?seed=51&n=10&"),
    ("?tab=write&text=12", "write", "text=12&seed=13&hand=one&"),
    ("?tab=write", "write", "&seed=51&hand=natural&"),
    ("?tab=write&text=22&seed=7&hand=natural&turn=2", "write", "text=22&seed=7&hand=natural&turn=2&"),
    # WeChat adds these; a parameter that is there twice
    ("?tab=morph&from=2&to=5&seed=7&from=singlemessage&isappinstalled=0", "morph", "from=2&to=5&seed=7&"),
    ("?tab=morph&from=singlemessage&to=5&from=2&seed=x&seed=9", "morph", "from=2&to=5&seed=9&"),
]


def test_links_draw_what_they_always_drew(open_page, url):
    """The first of each tab is loaded; others are reached as by Back and Forward, read by the same code."""
    page, loaded = open_page("/"), set()
    for query, tab, part in OLD:
        revisit(page, query) if tab in loaded else page.goto(f"{url}/{query}")
        loaded.add(tab)
        shows(page, part, tab)
        assert page.get_attribute("[role=tab][aria-selected=true]", "data-tab-id") == tab, query
    open_page.problems.clear()  # Gradio reports requests that leaving a page cuts off


HOSTILE = quote('<img src=x onerror=hacked()>${hacked()}`${hacked()}`"><svg onload=hacked()>{{value}}\\u0041')
TYPED = ["?digit=", "?seed=1&model=", "?n=", "?z=", "?w=", "?tab=", "?tab=hand&z=", "?tab=write&text="]
TYPED += [
    "?tab=write&hand=",
    "?tab=morph&from=",
    "?tab=morph&to_z=",
    "?tab=compare&digit=",
    "?tab=quiz&model=",
    "?tab=write&turn=",
]
TYPED += ["?tab=training&of=", "?tab=training&epoch="]


def test_hostile_links_are_text(open_page, url):
    """The first of each tab is loaded; others are reached as by Back and Forward, read by the same code."""
    page, loaded = open_page("/"), set()
    for query in TYPED:
        tab = re.search(r"\?(tab=\w+|)", query)[1]
        revisit(page, query + HOSTILE) if tab in loaded else page.goto(f"{url}/{query}{HOSTILE}")
        loaded.add(tab)
        page.wait_for_function(SETTLED)
        page.wait_for_timeout(100)
        found = page.evaluate("document.querySelectorAll('[onerror], [onload], .error-container').length")
        assert found == 0, query
    open_page.problems[:] = [problem for problem in open_page.problems if "hacked" in problem]


@pytest.mark.soak
def test_a_sentence_about_each_broken_link(open_page, url):
    page = open_page("/")
    for query, sentence in (
        ("?digit=12", "digit must be"),
        ("?seed=65536x", "seed must be"),
        ("?w=123456789abc", text("other_weights")),
        ("?z=AAAA&w=" + weights.shipped().id, "This hand"),
        ("?tab=sketch", text("bad_tab", tab="sketch")),
    ):
        page.goto(f"{url}/{query}")
        says(page, sentence)
        assert page.locator("#draw-picture .failed").count() == 1
        page.click("#draw-randomize")
        page.wait_for_selector("#draw-picture .failed", state="detached")
    open_page.problems.clear()  # Chromium reports each 400


def test_weights_that_were_trained_anew_while_the_page_was_open(open_page):
    page = open_page("/?digit=3&seed=1&n=16")
    page.route("**/digits/*.png*", lambda route: route.fulfill(status=404, body="not the ones asked for"))
    page.click("#draw-randomize")
    says(page, text("new_weights"))
    page.unroute("**/digits/*.png*")
    page.evaluate("history.replaceState(null, '', location.search.replace(/w=.*/, 'w=123456789abc&z=AAAA'))")
    for _ in range(2):  # a busy Chromium may call a reload a navigation
        page.reload()  # forgets the weights that are gone, and a hand of theirs
        if page.evaluate("performance.getEntriesByType('navigation')[0].type") == "reload":
            break
    page.wait_for_function("document.documentElement.opened && !cgan.box('draw').fetching")
    shows(page, f"&w={weights.shipped().id}")
    assert page.locator("#draw-picture .failed").count() == 0 and "z=" not in source(page)
    open_page.problems.clear()  # Chromium reports the 404


def test_languages(open_page):
    page = open_page("/?digit=8&seed=5", locale="zh-CN")
    page.wait_for_url("**/zh?digit=8&seed=5")
    shows(page, "digits/8.png?seed=5&")
    assert page.evaluate("document.documentElement.lang") == "zh-CN" and page.title() == text("title", "zh")
    says(page, text("draw_many", "zh", n=64, digits="8", seed=5))
    page.click("#draw-randomize")
    page.wait_for_function("!location.search.includes('seed=5&')")
    assert "/zh?" in page.url
    page.click("#title a")
    page.wait_for_url("**/?digit=8&seed=*&lang=en")
    shows(page, "digits/8.png?")
    assert page.title() == text("title") and "lang=en" in page.url
    page.reload()
    shows(page, source(page))
    page.click("#title a")
    page.wait_for_url("**/zh?digit=8&*")
    assert "lang" not in page.url
    open_page.problems.clear()  # Gradio reports requests that leaving a page cuts off
