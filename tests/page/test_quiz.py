"""The tab Real or drawn?: by keys, by the pointer, and what is left at the end."""

import pytest
from PIL import Image

from tests.page.browsing import PHONE, says, text, turn_to

QUIZ = "#quiz-picture"
FOCUSED = "document.activeElement.innerText.trim()"


def answered(page, right, wrong, language="en"):
    score = text("quiz_score", language, right=right, wrong=wrong)
    page.wait_for_function(
        "score => document.querySelector('#quiz-picture .score').innerText.includes(score)", arg=score
    )


def was_right(page):
    page.wait_for_selector(f"{QUIZ} .chosen")
    return page.locator(f"{QUIZ} .chosen.genuine").count()


def test_ten_pairs_by_keys(open_page, tmp_path):
    page, right = open_page("/"), 0
    turn_to(page, "quiz")  # the focus is on the tab
    for round in range(1, 11):
        says(page, text("quiz_asked", round=round), "quiz")
        assert page.locator(f"{QUIZ} .genuine").count() == 0
        page.keyboard.press("12"[round % 2])
        right += was_right(page)
        answered(page, right, round - right)
        assert page.evaluate(FOCUSED) == text("quiz_next" if round < 10 else "quiz_again")
        page.keyboard.press("1")  # an answer stands
        if round < 10:
            page.keyboard.press("Enter")
            page.wait_for_selector(f"{QUIZ} [data-do=select]")
            assert page.evaluate(FOCUSED) in (text("quiz_one"), text("quiz_two"))
    says(page, text("quiz_over"), "quiz")
    assert text("quiz_told", right=right, round=10) == page.inner_text(f"{QUIZ} h3")
    assert page.locator(f"{QUIZ} .score i").inner_text().count("●") == right
    with page.expect_download() as download:
        page.click(f"{QUIZ} [data-card]")
    assert download.value.suggested_filename == "quiz_card.png"
    assert Image.open(download.value.path()).size == (1200, 630)
    page.keyboard.press("r")  # means nothing here
    page.click(f"{QUIZ} [data-do=edit]")
    says(page, text("quiz_asked", round=1), "quiz")
    assert page.inner_text(f"{QUIZ} .score") == page.inner_text(f"{QUIZ} h3") == ""


@pytest.mark.parametrize("theme, size", [pytest.param("light", {}, marks=pytest.mark.soak), ("dark", PHONE)])
def test_pictures_and_buttons_by_pointer(open_page, theme, size):
    """The pictures keep their full ink when the answer is there, and Next lies where the answers were."""
    page = open_page(f"/zh?tab=quiz&__theme={theme}", **size)
    buttons = page.locator(f"{QUIZ} .answers")
    place, images = buttons.bounding_box(), page.locator(f"{QUIZ} .pair img")
    before = [images.nth(side).screenshot() for side in (0, 1)]
    page.click(f"{QUIZ} figure >> nth=1")
    right = was_right(page)
    answered(page, right, 1 - right, "zh")
    page.mouse.move(0, 0)
    assert [images.nth(side).screenshot() for side in (0, 1)] == before
    assert buttons.bounding_box() == place
    main = page.locator(f"{QUIZ} [data-do=edit]")
    assert main.evaluate("e => getComputedStyle(e).backgroundColor") == (
        "rgb(168, 50, 31)" if theme == "light" else "rgb(194, 71, 47)"
    )
    assert {*page.locator(f"{QUIZ} figcaption").all_inner_texts()} == {
        text("genuine", "zh"),
        text("drawn", "zh"),
    }
    page.click(f"{QUIZ} figure >> nth=0")  # an answer stands
    answered(page, right, 1 - right, "zh")
    page.click(f"{QUIZ} [data-do=edit]")
    says(page, text("quiz_asked", "zh", round=2), "quiz")
    page.click(f"{QUIZ} [data-do=select] >> nth=0")
    right += was_right(page)
    answered(page, right, 2 - right, "zh")
    if size:
        assert page.evaluate("scrollY") == 0 and place["y"] + place["height"] <= 664


@pytest.mark.parametrize("width, height", [(844, 390), (390, 664)])
def test_pictures_and_answers_fit_small_windows(open_page, width, height):
    page = open_page("/?tab=quiz", viewport={"width": width, "height": height})
    for button in page.locator(f"{QUIZ} [data-do=select]").all():
        box = button.bounding_box()
        assert box["y"] + box["height"] <= height and box["height"] < 50  # one line each
    assert page.locator(f"{QUIZ} .pair img").first.evaluate("image => image.width") >= 100
