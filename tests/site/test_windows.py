"""Where things stand on the page without a server: on a phone upright and on its side, in a low window."""

import pytest

from tests.site.test_people import THREE, draw, fitted

PHONE = {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True}
LOW = [{"width": 844, "height": 390}, {"width": 683, "height": 384}]


def box(page, selector):
    """Return left, top, right and bottom, in pixels of the window."""
    found = page.locator(selector).bounding_box()
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.mark.parametrize("viewport", LOW)
def test_a_low_window_shows_the_grid_and_the_whole_pad(visit, viewport):
    page = visit(viewport=viewport)
    left, top, right, bottom = box(page, "#picture canvas")
    assert right - left >= 200 and bottom <= viewport["height"]
    page.click("#hand")
    assert box(page, "#pad")[3] <= viewport["height"]
    draw(page, THREE)
    fitted(page, 1)
    assert box(page, "#picture")[3] <= viewport["height"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_pad_and_result_are_in_sight_and_nothing_jumps(visit, language):
    page = visit(f"?tab=hand&lang={language}", wait="about", **PHONE)
    before = box(page, "#pad"), box(page, "#caption"), box(page, "#undo")
    draw(page, THREE)
    page.wait_for_selector("#picture:visible")
    assert (box(page, "#pad"), box(page, "#caption"), box(page, "#undo")) == before
    assert page.evaluate("scrollY") == 0
    assert before[0][1] >= 0 and box(page, "#picture")[3] <= 664
    assert box(page, "#picture canvas")[3] - box(page, "#picture canvas")[1] > 100
    assert page.evaluate("shown.picture.height > 2 * MARGIN + 2 * LINE")  # the text stands apart from the ten


def test_what_was_erased_while_it_was_learned_shows_no_progress(visit):
    page = visit("?tab=hand", wait="about")
    draw(page, THREE)
    page.wait_for_function("document.getElementById('learning').value > 0.1")
    page.click("#restart")
    page.wait_for_function("waiting.size === 0")  # the fit under way has ended
    assert not page.locator("#learning").is_visible() and not page.locator("#picture").is_visible()


@pytest.mark.parametrize("width", [360, 683, 1280])
def test_the_other_language_stands_beside_the_title(visit, width):
    page = visit(viewport={"width": width, "height": 700})
    (_, _, title, _), (link, _, _, bottom) = box(page, "h1"), box(page, "#language")
    assert title <= link and bottom <= box(page, "header p")[1]


def test_what_may_be_written_is_said_beside_the_text(visit):
    page = visit("?tab=hand&lang=en", wait="about")
    field = page.get_by_role("textbox", name="Write something in this hand", exact=True)
    assert field.is_visible()
    says = page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert says.is_visible() and "+ - x" in says.inner_text()
    page.click("#write")
    assert page.get_by_role("textbox", name="Text", exact=True).is_visible()
