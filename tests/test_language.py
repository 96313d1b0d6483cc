"""The page in both languages, in a real Chromium."""

import re

import pytest

CHINESE = re.compile("[\u3000-\u9fff]")


def spoken(page):
    """Every text of the page, also what is read aloud, without the switch and what Gradio itself says."""
    return page.evaluate("""() => {
        const of = [...document.querySelectorAll("body *")].filter((e) => !e.closest("#languages, footer, script, style"));
        const own = (e) => [...e.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data);
        return [document.title, ...of.flatMap((e) => [...own(e), e.alt, e.value, e.placeholder, e.title, e.ariaLabel])]
            .filter((text) => typeof text === "string" && text.trim());
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
    assert page.inner_text("footer .settings").strip() == {"en": "Settings", "zh-CN": "设置"}[language]
