"""The tabs beside Draw, in Chromium, in both languages; what assistive technology finds of all."""

import re
from importlib.resources import files

import pytest
import torch

from cgan import weights
from cgan.draw import hands, sampling
from cgan.page import pictures
from cgan.page.parts import FOLDER, SEED, TEXTS
from tests.page.browsing import PHONE, TABS, image, says, settle, shows, source, still, text

LOADED = "(tab) => [...document.querySelectorAll(`#${tab}-tab img`)].every((image) => image.naturalWidth > 0)"


@pytest.mark.parametrize(
    "path, language, theme, size",
    [("/", "en", "dark", {}), pytest.param("/zh", "zh", "light", PHONE, marks=pytest.mark.soak)],
)
def test_each_tab_by_keyboard_and_axe(open_page, url, path, language, theme, size):
    page = open_page(f"{path}?__theme={theme}", **size)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found, options = {}, {"resultTypes": ["violations"]}
    for tab in TABS:
        page.focus(f"#{tab}-tab-button")
        page.keyboard.press("Enter")
        settle(page, tab)
        page.wait_for_function(LOADED, arg=tab)
        still(page)
        assert page.inner_text(f"#{tab}-tab-button") == text(tab, language)
        part = "document" if tab == TABS[0] else f"{{ include: ['[role=tablist]', '#{tab}-tab'] }}"
        violations = page.evaluate(f"(options) => axe.run({part}, options)", options)["violations"]
        serious = [v for v in violations if v["impact"] in ("serious", "critical")]
        found |= {f"{tab}: {v['id']}": [node["html"][:200] for node in v["nodes"]] for v in serious}
    assert found == {}
    assert f"curl -o seven.png '{url}/gradio_api/digits/7.png" in page.inner_text("#about")
    page.go_back()
    page.wait_for_selector("#quiz-tab-button[aria-selected=true]")


def test_a_dropdown_closes_when_the_focus_leaves(open_page):
    page = open_page("/")
    for key in ("Tab", "Shift+Tab", "Escape"):
        page.click("#draw-digit input")
        page.wait_for_selector("[role=listbox]")
        page.keyboard.press(key)
        page.wait_for_selector("[role=listbox]", state="detached")
    page.click("#draw-digit input")
    page.mouse.click(5, 5)
    page.wait_for_selector("[role=listbox]", state="detached")
    page.wait_for_timeout(300)
    assert page.locator("[role=listbox]").count() == 0


def test_texts():
    """Both languages have each text, with the same words to fill in; none is unused."""
    code = "".join(
        path.read_text("utf-8")
        for path in FOLDER.parent.glob("*/*")
        if path.suffix in (".py", ".js", ".html")
    )
    made = "draw_|write_|morph_|hand_|measure_|recipe_|loss_|training_|use_|set_|site_"
    for key, both in TEXTS.items():
        assert both.keys() == {"en", "zh"}
        assert re.match(made, key) or re.search(f"""["'`]{key}["'`]""", code), key
        if isinstance(both["en"], str):
            english, chinese = (set(re.findall(r"{(\w+)}", both[language])) for language in ("en", "zh"))
            assert english ^ chinese <= {"digits", "sentence"}, key


def test_write(open_page):
    page = open_page("/?tab=write&text=12&seed=5&ground=white")  # an old link: the same hand throughout
    shows(page, "text=12&seed=5&hand=one&", "write")
    page.fill("#write-text textarea", "２０２６−１１")
    page.wait_for_function("location.search.includes('text=%EF%BC%92')")
    page.fill("#write-text textarea", "12 <b>")
    says(page, text("bad_sign", sign="<"), "write")
    page.fill("#write-text textarea", " ")
    says(page, text("no_text"), "write")
    page.fill("#write-text textarea", "2222")
    says(page, text("write_one", seed=5), "write")
    page.click("#write-again")  # again is another turn, so natural
    shows(page, "text=2222&seed=5&hand=natural&turn=1&", "write")
    first = image(page, source(page, "write")).tobytes()
    page.click("#write-again")
    shows(page, "turn=2&", "write")
    assert image(page, source(page, "write")).tobytes() != first
    page.go_back()
    shows(page, "turn=1&", "write")
    assert image(page, source(page, "write")).tobytes() == first
    page.click(f"label:has-text('{text('hand_fresh')}')")
    shows(page, "hand=fresh", "write")
    files = page.locator("#write-picture nav a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(files) == 3 and "ground=paper" in files[0] and "text.svg" in files[1]  # there is no one font


def test_compare(open_page):
    page = open_page("/?tab=compare&digit=6&seed=3")
    page.wait_for_function("document.querySelectorAll('#compare-picture img').length > 4")
    shown = page.locator("#compare-picture img").evaluate_all("all => all.map(i => i.getAttribute('src'))")
    assert len(shown) == page.evaluate("Object.keys(cgan.models).length") + 1
    assert shown[0] == "gradio_api/real/6.png?n=16"
    assert any("samples.png?seed=3&n=16&model=vae" in address for address in shown)
    captions = page.locator("#compare-picture figcaption").all_inner_texts()
    assert len(set(caption.split("\n", 1)[1] for caption in captions)) == len(captions)
    rows = [row.split("\t") for row in page.locator("#compare-table tr").all_inner_texts()]
    assert [row[0] for row in rows[1:]] == [caption.split("\n")[0] for caption in captions]  # the same order
    distances = [float(row[2]) for row in rows[2:]]
    assert rows[1][0] == "real digits" and distances == sorted(distances)
    assert rows[0][2].endswith("↓") and all(name.endswith("↑") for name in [rows[0][1], *rows[0][3:]])
    assert page.locator("#compare-table li b, #compare-table li strong").count() == len(rows[0]) - 1


@pytest.mark.parametrize("size", [{}, PHONE])
def test_compare_is_one_row_with_the_table_near(open_page, size):
    page = open_page("/?tab=compare", **size)
    page.wait_for_function("document.querySelectorAll('#compare-picture img').length > 4")
    cards = page.locator("#compare-picture figure").evaluate_all(
        "all => all.map((one) => [one.getBoundingClientRect().top, one.getBoundingClientRect().width])"
    )
    assert len({tuple(map(round, card)) for card in cards}) == 1
    assert page.locator("#compare-table table").bounding_box()["y"] <= 850
    page.focus("#compare-picture .cards")
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    last = "#compare-picture figure:last-child"
    right = f"document.querySelector('{last}').getBoundingClientRect().right"
    page.wait_for_function(f"{right} <= innerWidth") if size else None


def test_the_first_hand_is_readable():
    """The classifier reads the digits that visitors see first with at least 0.99."""
    model = weights.shipped()
    z, y = hands.seeded(SEED, [0], model.z_dim), torch.arange(10)
    read = pictures.read(sampling.draw(model, z.expand(10, -1), y))
    assert read.diagonal().min() >= 0.99
