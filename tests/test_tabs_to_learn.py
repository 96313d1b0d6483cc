"""Compare, Training, Real or drawn? and About in a real Chromium."""

import html
import io
import json
import os
import re
import shutil
import subprocess
import sys

import httpx
import numpy as np
import pytest
from browsing import choose, pixels, settled
from PIL import Image

from cgan import images, sampling, weights
from cgan.measure import results
from cgan.page import compare, learned, real, routes
from cgan.recipes import build

LOG = [{"step": 10 * k, "d": 0.5 + k / 100, "g": 9.0 + k, "seconds": 12.0 * k} for k in range(1, 6)]


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    """Weights that know no digit, as random as they come."""
    file = tmp_path_factory.mktemp("weights") / "vae.safetensors"
    weights.save(file, "vae", build("vae", 1).network, {"epochs": 3, "seconds": 120})
    return weights.load(file)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of a run of four epochs, 25 steps each, which has drawn two previews."""
    folder = tmp_path_factory.mktemp("runs") / "going"
    folder.mkdir()
    options = {"model": "report", "epochs": 4, "batch_size": 16, "steps": 100}
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [options, *LOG]))
    for epoch in (1, 2):
        Image.new("L", (280, 280), 50 * epoch).save(folder / f"preview-{epoch:03d}.png")
    return folder


@pytest.fixture(scope="module")
def url(serve, vae, run):
    rates = {
        rate: {"points": [[0.5, 8.0, 90.0], [1.0, last, 95.0]], "strip": None}
        for rate, last in (("0.01", 80.0), ("0.001", 4.0))
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compare, "rates", lambda: rates)
        return serve({"plain": vae}, runs=[run])


def test_every_model_draws_the_same_digit_and_seed(open_page, compact, report, vae):
    page = open_page("?tab=compare&digit=4&seed=7")
    settled(page, "^Digit 4, seed 7", "#compare-status")

    def tiles(weights, digit, seed):
        return images.grid(images.to_uint8(sampling.generate([digit] * 16, seed, weights))).tobytes()

    def shown(name, kind):
        return pixels(page, f'img[data-model="{name}"][data-kind="{kind}"]').tobytes()

    for name, model in (("compact", compact), ("report", report)):
        assert shown(name, "told") == tiles(model, 4, 7)
        row = results.complete(results.load(), results.load()["weights"][model.id])
        words = page.inner_text(f'.card:has([data-model="{name}"])')
        assert f"{row['right']:.2f}" in words and f"{row['fd_times']:.1f}" in words
    samples = images.grid(images.to_uint8(sampling.generate_any(16, 7, vae)))
    assert shown("plain", "any") == samples.tobytes()
    address = page.get_attribute('img[data-model="plain"][data-kind="plane"]', "src")
    plane = Image.open(io.BytesIO(httpx.get(f"{page.evaluate('location.origin')}/{address}").content))
    assert plane.tobytes() == images.grid(images.to_uint8(sampling.latent_plane(vae))).tobytes()
    assert "Not measured" in page.inner_text('.card:has([data-model="plain"])')
    assert shown("", "real") == images.grid(real.pictures(4)[:16]).tobytes()

    choose(page, "compare-digit", 8)
    page.fill("#compare-seed input[type=number]", "9")
    settled(page, "^Digit 8, seed 9", "#compare-status")
    assert shown("compact", "told") == tiles(compact, 8, 9) and "&digit=8&seed=9" in page.url

    curve = page.locator('.plot:has-text("compact") svg')
    learned = httpx.get(f"{page.evaluate('location.origin')}/gradio_api/learned/compact.json").json()
    curve.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    d, g = (learned["losses"][name][1] for name in "dg")
    said = f"epoch {learned['epoch'][1]:.3g}, D {d:.3g}, G {g:.3g}"
    assert curve.get_attribute("aria-valuetext") == said
    rates = page.locator(".plot:has-text('Distance, × floor') svg")
    rates.hover(position={"x": 5, "y": 50})
    assert rates.get_attribute("aria-valuetext") == "epoch 0.5, 0.01 8, 0.001 8"


def test_what_knows_no_digit_is_not_offered_where_one_is_asked_for(open_page, url):
    page = open_page()
    page.click("#model input")
    offered = page.get_by_role("option").all_inner_texts()
    assert "report" in offered and not {"vae", "plain"} & set(offered)
    for path in ("digits/7.png", "set.zip", "text.png?text=1", "morph.png?from=1&to=2", "plane.png?digit=3"):
        answer = httpx.get(
            f"{url}/gradio_api/{path}", params={"model": "plain"} | dict(httpx.URL(path).params)
        )
        assert answer.status_code == 400 and "it knows none; choose another" in answer.text, path
    for path, sentence in (("samples.png", "say which"), ("plane.png?digit=3", "is no plane")):
        answer = httpx.get(f"{url}/gradio_api/{path}")
        assert answer.status_code == 400 and sentence in answer.text


def test_the_previews_of_a_shipped_model_are_scrubbed(open_page, run, compact):
    os.utime(run / "log.jsonl")  # written now, however long the tests before took
    learned = learned.shipped({"compact": compact})["compact"][0]
    frames = len(learned["previews"])
    page = open_page("?tab=training")
    settled(page, "^Training going", "#training-status")
    page.select_option("#training-of", "learned/compact")
    settled(page, f"^{learned['epochs']} epochs of compact took", "#training-status")
    style = "name => document.querySelector('.lapse').style.getPropertyValue(name)"
    page.wait_for_function(f"n => ({style})('--frames') === String(n)", arg=frames)
    last = f"What compact drew after epoch {learned['previews'][-1]}"
    assert page.get_attribute(".lapse", "aria-label") == last
    page.fill("#training-shown input", "0")
    page.wait_for_function(f"({style})('--frame') === '0'")
    box = page.locator(".lapse").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(2, abs=0.02)
    seen = Image.open(io.BytesIO(page.locator(".lapse").screenshot())).convert("L").resize((280, 140))
    strip = Image.open(weights.SHIPPED / "previews" / "compact.webp").convert("L").crop((0, 0, 280, 140))
    assert np.corrcoef(np.ravel(seen), np.ravel(strip))[0, 1] > 0.9
    near = min(learned["epoch"], key=lambda epoch: abs(epoch - learned["previews"][0]))
    assert page.get_attribute(".plot svg", "aria-valuetext").startswith(f"epoch {near:.3g}, ")
    page.click("#training-shown button")  # plays, to the end
    page.wait_for_function("Number(document.querySelector('#training-shown input').value) > 1")
    page.click("#training-shown button")
    stopped = page.input_value("#training-shown input")
    page.wait_for_timeout(600)
    assert page.input_value("#training-shown input") == stopped and int(stopped) < frames - 1


def test_a_run_is_watched_while_it_is_written_and_the_tab_is_open(open_page, run):
    os.utime(run / "log.jsonl")
    page = open_page("?tab=training")
    settled(page, "^Training going: epoch 2 of 4, 1 min so far, about 1 min to go", "#training-status")
    assert page.get_attribute("#training-done", "aria-valuenow") == "50"
    assert page.locator(".plot").count() == 2  # of quite different sizes
    page.evaluate("cgan.POLL = 100")
    with open(run / "log.jsonl", "a") as log:
        log.write(json.dumps({"step": 75, "d": 0.25, "g": 20.0, "seconds": 600.0}) + "\n")
    Image.new("L", (280, 280), 150).save(run / "preview-003.png")
    settled(page, "^Training going: epoch 3 of 4, 10 min so far, about 4 min to go", "#training-status")
    page.wait_for_function("document.querySelector('#training-shown output').textContent === 'epoch 3'")
    page.wait_for_function(
        "document.querySelector('.lapse').style.getPropertyValue('--sheet').includes('/3.png')"
    )
    assert page.get_attribute(".plot svg", "aria-valuetext") == "epoch 3, D 0.25"
    page.click("#draw-tab-button")
    settled(page, "^Digit 3")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.wait_for_timeout(500)
    assert requests == []


def test_ten_pairs_are_told_apart_by_keyboard(open_page, compact):
    page = open_page("?tab=quiz")
    kept = "[...Object.entries(localStorage), ...Object.entries(sessionStorage), document.cookie].join()"
    before = page.evaluate(kept)
    for number in range(1, 11):
        settled(page, f"^Pair {number} of 10", "#quiz-status")
        pair = page.evaluate("cgan.quiz.pairs[cgan.quiz.round]")
        sides = [pixels(page, f'[data-side="{side}"] img') for side in (0, 1)]
        real_one, drawn_one = sides[pair["side"]], sides[1 - pair["side"]]
        assert any(real_one.tobytes() == other.numpy().tobytes() for other in real.pictures(pair["digit"]))
        seed = int(re.search(r"seed=(\d+)", pair["pictures"][1 - pair["side"]])[1])
        assert drawn_one.tobytes() == routes.draw(compact, pair["digit"], seed, 1).tobytes()
        wrong = number in (2, 5, 9)
        page.keyboard.press([["1", "2"], ["ArrowLeft", "ArrowRight"]][number % 2][pair["side"] ^ wrong])
        settled(page, "^(That is|No, that|You found)", "#quiz-status")
        page.keyboard.press("1")  # too late to change anything
        if number < 10:
            page.keyboard.press("Enter")
    said = "^You found 7 of 10. A coin finds 5 on average, and 7 or more in 17.2 % of its games"
    settled(page, said, "#quiz-status")
    assert page.locator("#quiz .past .right").count() == 7 and page.evaluate(kept) == before
    page.keyboard.press("Enter")
    settled(page, "^Pair 1 of 10", "#quiz-status")


def test_programs_are_shown_as_they_run(open_page, url, compact, tmp_path):
    page = open_page("?tab=about")
    settled(page, "^Models here: ", "#about-status")
    codes = {name: page.inner_text(f"[data-example={name}]") for name in ("python", "curl", "img")}
    seven = routes.draw(compact, 7, 42, 64).tobytes()
    python = subprocess.run(
        [sys.executable, "-c", codes["python"]], capture_output=True, text=True, check=True
    )
    assert Image.open(python.stdout.strip().splitlines()[-1]).tobytes() == seven

    if shutil.which("curl"):
        for line in codes["curl"].splitlines():
            subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, check=True)
        sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
        assert (
            set(sizes) == {"seven.png", "date.png", "morph.gif", "digits.zip"} and min(sizes.values()) > 500
        )
        assert Image.open(tmp_path / "seven.png").tobytes() == seven

    address = html.unescape(re.search('src="([^"]+)"', codes["img"])[1])
    picture = httpx.get(address)
    assert picture.content == images.png(routes.draw(compact, 7, 42, 1))
    assert "immutable" in picture.headers["cache-control"]
    page.click("figure:has([data-example=curl]) button")
    settled(page, "^Copied", "#about-status")
    assert page.evaluate("navigator.clipboard.readText()") == codes["curl"]
    measured = page.inner_text("#about table")
    row = results.complete(results.load(), results.load()["weights"][compact.id])
    assert f"{row['right']:.2f}" in measured and "Real, training" in measured
    assert page.locator("#about svg text").first.text_content() == "Noise"
