"""The page's HTML before any script runs: link cards in our own words, and the first picture."""

import re
from pathlib import Path

import gradio
import httpx

from cgan.page import access, head
from cgan.page.parts import TEXTS


def tags(html):
    return dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', html))


def test_link_cards(url):
    for path, language, host in (("/", "en", ""), ("/zh?tab=write&text=1", "zh", "digits.example.org")):
        headers = {"X-Forwarded-Host": host, "X-Forwarded-Proto": "https"} if host else {}
        html = httpx.get(url + path, headers=headers).text
        root = f"https://{host}" if host else url
        found = tags(html)
        assert found["og:title"] == TEXTS["title"][language] == re.search("<title>(.*?)</title>", html)[1]
        assert found["og:description"] == TEXTS["subtitle"][language]
        assert found["og:url"] == root + path.replace("&", "&amp;")
        assert found["og:image"] == f"{root}/card.png"
        above = re.sub("/[*].*?[*]/", "", html.partition("window.gradio_config")[0], flags=re.DOTALL)
        assert "{url}" not in above and "Gradio" not in above  # nothing of Gradio's own
        assert above.count("og:title") == above.count("twitter:card") == 1


def test_gradios_template_has_no_tag_that_stays():
    """Fails where a new version of Gradio writes its tags in another way."""
    template = Path(gradio.__file__).parent / "templates" / "frontend" / "index.html"
    html = template.read_text("utf-8")
    assert html.count("<head>") == 1 and len(re.findall("<body[^>]*>", html)) == 1
    assert "twitter:" in html and not re.search("og:|twitter:", head.GRADIOS.sub("", html))


def test_the_card_is_public_and_the_first_picture_is_not(serve):
    url = serve(auth=access.login("ann:secret"))
    html = httpx.get(f"{url}/").text
    assert tags(html)["og:image"] == f"{url}/card.png" and 'id="first"' not in html
    card = httpx.get(f"{url}/card.png")
    assert card.headers["content-type"] == "image/png" and card.content.startswith(b"\x89PNG")
    assert (
        int.from_bytes(card.content[16:20], "big") == 1200
        and int.from_bytes(card.content[20:24], "big") == 630
    )


def test_the_first_picture_is_in_the_page_that_opens_on_it(url):
    for query, is_there in (
        ("", True),
        ("?lang=en&__theme=dark", True),
        ("?digit=3", False),
        ("?tab=hand", False),
    ):
        html = httpx.get(f"{url}/{query}").text
        assert ('<div id="first"' in html) == is_there, query
    address = re.search('id="first".*?src="([^"]+)"', httpx.get(url).text)[1].replace("&amp;", "&")
    assert httpx.get(f"{url}/{address}").headers["content-type"] == "image/png"
