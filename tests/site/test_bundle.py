"""What is written for the page without a server: the command, texts, size, sentences for old browsers."""

import gzip
import json

import pytest

from cgan.cli import BadInput
from cgan.site import __main__ as command
from tests.site.test_site import TEXTS, says


def test_the_command(tmp_path, compact):
    page = tmp_path / "digits.html"
    page.write_text("an old one")
    command.main([str(page), "--home", "https://example.org/x/"])
    text = page.read_text("utf-8")
    assert "https://example.org/x/" in text and "https://" not in text.replace("https://example.org/x/", "")
    for wrong, sentence in [
        ([], "Give either"),
        ([str(page), "--folder", str(tmp_path)], "Give either"),
        ([str(tmp_path / "x.safetensors")], "must end in .html"),
        (["--folder", str(tmp_path)], "holds other files"),
        ([str(page), "--weights", "report"], "only a compact generator"),
    ]:
        with pytest.raises(BadInput, match=sentence):
            command.main(wrong)
    command.main(["--folder", str(tmp_path / "new")])
    (tmp_path / "new/README.md").write_text("of a Space")
    command.main(["--folder", str(tmp_path / "new")])
    assert len(list((tmp_path / "new").iterdir())) == 5


def test_one_file_is_small(folder):
    assert len(gzip.compress((folder / "digits.html").read_bytes())) < 1.15e6


def test_every_text_of_the_page_is_packed(folder):
    """Every key that the scripts name is in texts.json, in both languages."""
    page = (folder / "digits.html").read_text("utf-8")
    packed = json.loads(page.partition("const TEXTS = ")[2].partition(";\n")[0])
    assert {"bad_hand", "no_fit", "site_old", "draw_many"} <= set(packed)
    assert all(set(text) == {"en", "zh"} for text in packed.values())
    assert TEXTS.items() >= packed.items()


def test_browsers_without_what_it_takes(chromium, folder):
    page = chromium.new_page()
    worker = "self.WebAssembly.instantiate = async () => { throw new WebAssembly.CompileError('simd'); };"
    blob = f"class extends Blob {{ constructor(parts, about) {{ super([`{worker}`, ...parts], about); }} }}"
    page.add_init_script(f"window.Blob = {blob};")
    page.goto(f"file://{folder}/digits.html")
    says(page, "site_old")
    page.close()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"file://{folder}/digits.html")
    assert "told not to run" in page.inner_text("body")
    context.close()
