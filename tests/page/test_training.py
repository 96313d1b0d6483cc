"""The tab Training in Chromium: a film of previews, and a run that is being written."""

import json
import time

import pytest

from cgan.page import runs, training
from cgan.page.parts import Page
from tests.page.browsing import PHONE, SETTLED, pick, shows, text
from tests.page.test_runs import MODELS, write_run

pytestmark = pytest.mark.soak  # takes minutes with all its pages

BAR = "#training-bar input[type=range]"
PLAY = "#training-play"
# Calls a function whenever the tab changes.
WATCH = """new MutationObserver(WHAT)
.observe(document.querySelector("#training-tab"), { attributes: true, childList: true, subtree: true })"""


def pressed(page, is_pressed):
    page.wait_for_selector(f"{PLAY}[aria-pressed={json.dumps(is_pressed)}]", timeout=20_000)


def rule(page):
    """Where the losses are ruled, as a part of their axis."""
    return page.evaluate(
        """() => {
          const losses = document.querySelector("#training-losses");
          const frame = losses.querySelector(".background").getBoundingClientRect();
          const { left } = losses.getBoundingClientRect();
          return (left + parseFloat(getComputedStyle(losses, "::after").left) - frame.left) / frame.width;
        }"""
    )


def test_epochs_and_not_numbers_of_previews(open_page):
    page = open_page("/?tab=training&of=compact&epoch=2")  # its first preview is of epoch 0.12
    shows(page, "training/compact/2.png", "training")
    assert "after epoch 2 of 50" in page.inner_text("#training-picture [role=status]")
    page.wait_for_selector("#training-losses svg text >> nth=0")
    assert "epochs took" in page.inner_text("#training-status")
    assert page.input_value(BAR) == "3" and page.get_attribute(BAR, "aria-valuetext") == "epoch 2"
    assert page.locator("#training-tab :text-is('3')").count() == 0
    page.locator(BAR).press("Home")
    shows(page, "training/compact/0.png", "training")
    page.wait_for_function("location.search.includes('epoch=0.12')")
    assert rule(page) == pytest.approx(0.12 / 50, abs=0.005)
    page.locator(BAR).press("ArrowRight")
    shows(page, "training/compact/1.png", "training")
    page.locator(BAR).press("End")
    shows(page, "training/compact/50.png", "training")
    assert rule(page) == pytest.approx(1, abs=0.005)
    page.wait_for_function("!location.search.includes('epoch')")


@pytest.mark.parametrize(
    "options", [{"reduced_motion": "reduce"}, pytest.param(PHONE, marks=pytest.mark.soak)]
)
def test_play_moves_the_slider_and_the_slider_stops_it(open_page, options):
    page = open_page("/?tab=training&of=vae-cgan", **options)
    shows(page, "training/vae-cgan/9.png", "training")
    page.evaluate("window.seen = new Set()")
    seen = "() => seen.add(document.querySelector('#training-picture img').src)"
    page.evaluate(WATCH.replace("WHAT", seen))
    page.focus(PLAY)
    begun = page.evaluate("performance.now()")
    page.keyboard.press("Enter")
    pressed(page, True)
    pressed(page, False)
    assert 5000 <= page.evaluate("performance.now()") - begun <= 9000
    shows(page, "training/vae-cgan/9.png", "training")
    seen = [address.rpartition("/")[2] for address in page.evaluate("[...seen]")]
    assert page.input_value(BAR) == "10" and "0.png" in seen and len(seen) >= 5
    page.keyboard.press("Space")
    page.wait_for_function(f"document.querySelector('{BAR}').value === '3'")
    page.keyboard.press("Space")  # a second press stops it, and a third goes on from there
    pressed(page, False)
    page.keyboard.press("Space")
    page.wait_for_function(f"document.querySelector('{BAR}').value === '5'")
    page.locator(BAR).press("ArrowLeft")
    pressed(page, False)
    at = page.input_value(BAR)
    page.wait_for_timeout(1000)
    assert page.input_value(BAR) == at


def test_another_training_with_fewer_previews_shows_no_error(open_page):
    page = open_page("/?tab=training&of=report&epoch=15")
    shows(page, "training/report/14.png", "training")
    failed = "() => document.querySelector('#training-picture .failed') && console.error('failed')"
    page.evaluate(WATCH.replace("WHAT", failed))
    pick(page, "training-of")
    shows(page, "training/vae-cgan/9.png", "training")  # it has ten epochs, report has twenty
    page.go_back()
    shows(page, "training/report/14.png", "training")
    page.wait_for_function(f"document.querySelector('{BAR}').value === '15'")
    assert open_page.problems == []


def test_a_run_on_the_page_as_it_is_written(serve, chromium, tmp_path):
    folder = write_run(tmp_path / "mine", ["preview-000000.png"], time.time())
    with chromium.new_context(locale="en") as context:
        page = context.new_page()
        page.goto(f"{serve(runs=[folder])}?tab=training")
        page.wait_for_function(SETTLED)
        shows(page, "training/mine/0.png", "training")  # a live run is what the tab opens on
        assert text("training_start", name="mine") in page.inner_text("#training-picture [role=status]")
        (folder / "preview-000005.png").write_bytes((folder / "preview-000000.png").read_bytes())
        shows(page, "training/mine/1.png", "training")
        page.locator(BAR).press("Home")
        shows(page, "training/mine/0.png", "training")
        (folder / "preview-000040.png").write_bytes((folder / "preview-000000.png").read_bytes())
        page.wait_for_function(f"document.querySelector('{BAR}').max === '3'")
        page.wait_for_timeout(500)
        assert page.input_value(BAR) == "1"  # who looks at an earlier one stays there
        shows(page, "training/mine/0.png", "training")


def test_what_is_said_of_a_run(tmp_path, monkeypatch):
    live = {
        **{"options": {}, "epochs": 4, "epochs_done": 1.5, "seconds": 90, "seconds_left": 150, "age": 2},
        **{"previews": [0.12, 1], "epoch": [0.5, 1.0, 1.5], "losses": {"d": [3, 2, 1], "g": [1, 2, 3]}},
    }
    monkeypatch.setattr(runs, "trainings", lambda *_: {"mine": tmp_path})
    monkeypatch.setattr(runs, "history", lambda path: live)
    page = Page("en", {}, {}, [])
    of, at, previews, plot, says, timer = training.state(page, None)
    assert of.value == "mine" and timer.active
    assert previews == {"of": "mine", "epochs": [0.12, 1], "all": 4, "limit": 2} and plot.x_lim == [0, 2]
    assert says == "Training now: epoch 1.5 of 4, 2 min so far, about 2 min to go."
    live |= {"age": 500}
    assert training.state(page, "mine")[4] == "Stopped at epoch 1.5 of 4, after 2 min."
    live |= {"previews": [0.12, 1, 2, 3, 4], "epochs_done": 4.0}
    assert training.state(page, "mine")[4] == "4 epochs took 2 min."
    live |= {"previews": [0], "epochs_done": 0, "losses": {}, "epoch": []}
    assert 0 < training.state(page, "mine")[2]["limit"] < 0.05


def test_g_and_d_keep_their_colours():
    page, found = Page("en", MODELS, MODELS, []), {}
    for name in MODELS:
        for of, colour in training.state(page, name)[3].color_map.items():
            found.setdefault(of, set()).add(colour)
    assert {len(colours) for colours in found.values()} == {1}
    assert found[text("loss_d")] == found[text("loss_d_real")] != found[text("loss_g")]
