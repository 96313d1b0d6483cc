"""The tab Write: as many lines as were typed, a text that is too long, and what a link or a model unfolds."""

from cgan.draw import writing
from tests.page.browsing import image, pick, says, settle, shows, source, text, turn_to

FIELD = "#write-text textarea"


def test_seven_lines_are_seven_lines(open_page):
    page = open_page("/?tab=write")
    page.fill(FIELD, "\n".join("1234567"))
    shows(page, "text=1%0A2%0A3%0A4%0A5%0A6%0A7&", "write")
    width, height = image(page, source(page, "write")).size
    assert height > 5 * width


def test_a_text_that_is_too_long_is_cut_with_a_word(open_page):
    page = open_page("/?tab=write")
    digits = "1234567890" * 7
    page.click(FIELD)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(digits)  # as pasted
    says(page, text("text_cut", longest=writing.MAX_TEXT), "write")
    shows(page, f"text={digits[: writing.MAX_TEXT]}&", "write")
    assert page.input_value(FIELD) == digits
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(digits[: writing.MAX_TEXT])
    says(page, text("write_natural"), "write")


def test_style_sliders_that_a_link_sets_are_unfolded(open_page):
    page = open_page("/?tab=write&text=12&seed=5&hand=one&slant=1.2")
    page.wait_for_selector("#write-slant", state="visible")
    assert page.input_value("#write-slant input[type=number]") == "1.2"
    page = open_page("/?tab=write&text=12&seed=5&hand=one")
    page.wait_for_timeout(500)
    assert page.locator("#write-slant").is_hidden()


def test_a_model_chosen_in_write_leaves_your_hand_as_it_is(open_page):
    page = open_page("/?tab=hand")
    before = source(page, "hand")
    turn_to(page, "write")
    page.click("#write-more > button")
    pick(page, "write-model")  # one without style directions
    shows(page, "model=cvae", "write")
    page.wait_for_selector("#write-style", state="hidden")
    turn_to(page, "hand")
    settle(page, "hand")
    assert source(page, "hand") == before
    page.click("#hand-more > button")
    page.wait_for_selector("#hand-slant", state="visible")


def test_a_card_whose_script_does_not_arrive(open_page):
    page = open_page("/?tab=write&text=12")
    page.route("**/card.js", lambda route: route.abort())
    page.click("#write-picture [data-card]")
    says(page, text("no_answer"), "write")
    open_page.problems.clear()
    page.unroute("**/card.js")
    with page.expect_download():
        page.click("#write-picture [data-card]")
