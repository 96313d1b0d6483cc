"""The page in both languages, in a real Chromium."""

import re

import pytest
from browsing import choose, settled

from cgan import weights

CHINESE = re.compile("[\u3000-\u9fff]")
NAMES = "MNIST|PNG|GIF|zip|compact|report|c?vae(-cgan)?|Adam|CAS|Fréchet|pip install|gradio_client|Python"
NAMES = re.compile(NAMES + "|python (-m .*|train.py)|--weights|cgan/page/")


def said(page):
    """Every text of the page that is shown or read aloud, but for the switch and Gradio's footer."""
    return page.evaluate("""() => {
        const not = "#languages, #sync, footer, script, style, code";
        const of = [...document.querySelectorAll("body *")].filter((e) => !e.closest(not));
        const own = (e) => [...e.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
        const value = (e) => (e.matches("input[role=listbox]") ? e.value : "");
        const all = of.flatMap((e) => [...own(e), value(e), e.alt, e.placeholder, e.title, e.ariaLabel]);
        return [document.title, ...all].filter((text) => text?.trim());
    }""")


@pytest.mark.parametrize(
    "browser, query, language",
    [
        *[(tag, "", "zh-CN") for tag in ("zh", "zh-CN", "zh-TW", "zh-HK", "zh-SG", "zh-Hans")],
        *[(tag, "", "en") for tag in ("en-GB", "fr", "ja")],
        ("fr", "?lang=zh", "zh-CN"),
        ("zh-TW", "?lang=en", "en"),
    ],
)
def test_the_language_is_the_address_s_or_else_the_browser_s(open_page, browser, query, language):
    page = open_page(query, locale=browser)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.inner_text("#generate") == {"en": "Generate", "zh-CN": "生成"}[language]
    assert (
        page.inner_text("footer .settings").strip() == {"en": "Settings", "zh-CN": "设置"}[language]
    )  # Gradio's


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_is_said_in_one_language(open_page, language):
    page = open_page("?digit=12", locale=language)

    def check():
        page.wait_for_timeout(300)
        texts = said(page)
        chinese = [text for text in texts if CHINESE.search(text)]
        english = [text for text in texts if re.search("[A-Za-z]{3}", NAMES.sub("", text))]
        assert len(texts) > 40 and (chinese if language == "en" else english) == []

    check()
    page.click("#set button")
    page.click("#generate")
    settled(page, r"\d ms|毫秒")
    page.focus("#picture .frame")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tile li")
    check()
    page.keyboard.press("Escape")
    for tab in ("write", "morph", "compare", "training", "quiz", "about"):
        page.click(f"#{tab}-tab-button")
        settled(page, r"\d ms|毫秒" if tab in ("write", "morph") else ".", f"#{tab}-status")
        for closed in page.locator("button.label-wrap:visible:not(.open)").all():
            closed.click()
        check()


def test_the_switch_keeps_what_is_set_and_links_keep_the_language(open_page):
    page = open_page("?tab=write&text=12&seed=9")
    settled(page, "^Seed 9", "#write-status")
    page.click("#draw-tab-button")
    choose(page, "digit", 8)
    settled(page, "^Digit 8, seed 42")
    page.click("#languages >> text=中文")
    settled(page, "^数字 8，种子 42，64 幅")
    assert page.url.endswith("&digit=8&seed=42&n=64&lang=zh")
    page.click("#write-tab-button")
    settled(page, "^种子 9", "#write-status")
    assert page.input_value("#write-text textarea") == "12"
    page.click("#write-copy")
    settled(page, "^链接已复制", "#write-status")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "text=12&seed=9&" in copied and copied.endswith("&lang=zh")
    page.click("#languages >> text=English")
    settled(page, "^Seed 9", "#write-status")
    assert page.url.endswith("&lang=en") and "tab=write" in page.url


def test_refusals_of_the_server_are_understood(open_page, compact):
    """Those that the page can get; it asks for nothing else that is refused."""
    page = open_page("?lang=zh")
    settled(page, "^数字 3")
    names = ", ".join(weights.load_generators([weights.SHIPPED]))
    for address, sentence in {
        "digits/3.png?w=0123456789ab": f"这里 compact 的权重是 {compact.id}，不是所要的那份。",
        "digits/3.png?model=x": f"这里没有模型 'x'，只有 {names}。",
        "digits/3.png?seed=-1": "seed 须为 0 到 4294967295 的整数，而不是 '-1'。",
        "text.png?text=a": "服务器说：text may have",
    }.items():
        assert page.evaluate("(address) => cgan.why(address)", f"gradio_api/{address}").startswith(sentence)
    open_page.problems.clear()
