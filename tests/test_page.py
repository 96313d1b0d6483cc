import re

from cgan import page
from cgan.measure import results
from cgan.page import about, compare


def test_no_language_lacks_a_text():
    for key, text in page.TEXTS.items():
        assert sorted(text) == ["en", "zh"] and all(text.values()), key
        values = [sorted(re.findall(r"{(\w+)}", text[language])) for language in ("en", "zh")]
        assert values[0] == values[1], key


def test_every_text_is_used_and_every_used_one_is_there():
    files = [file for file in page.FOLDER.iterdir() if file.suffix in (".py", ".js")]
    code = "\n".join(file.read_text("utf-8") for file in [*files, page.FOLDER.parent.parent / "app.py"])
    made = {f"{tab}_{kind}" for tab in ("draw", "draw_all", "write", "morph") for kind in ("alt", "said")}
    made |= {key for key in page.TEXTS if key.startswith(("server_", "gradio_"))}
    made |= {"hand_one", "hand_fresh", "ground_black", "ground_white", "ground_transparent"}
    made |= {f"measure_{name}" for name in {*about.MEASURES, *compare.MEASURES}}
    made |= {f"control_{name}" for name in results.load()["controls"]}
    made |= {f"file_{name}" for name in about.FILES} | {f"example_{name}" for name in about.EXAMPLES}
    made |= {f"loss_{name}" for name in ("d", "g", "d_real", "d_fake", "reconstruction", "kl")}
    made |= {f"{section}_note" for section in ("planes", "rates", "curves")}
    assert {key for key in page.TEXTS if not re.search(rf"[\"']{key}[\"']", code)} <= made
    used = set(re.findall(r"text\([\"'](\w+)[\"']", code))
    assert used | made <= set(page.TEXTS)


def test_a_name_cannot_end_the_script():
    assert "</script><" not in page.script(settings={"models": {"</script><b>": "x"}}).removesuffix(
        "</script>"
    )
