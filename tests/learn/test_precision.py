"""Which precision a run has, and that bfloat16 stays close to float32."""

import pytest
import torch
from torch.nn.functional import cosine_similarity

import train
from cgan.cli import BadInput
from cgan.learn import precision, run
from cgan.learn.recipes import build


@pytest.mark.parametrize(
    "asked, saved, fast, expected",
    [
        ("auto", None, True, "float32."),
        ("auto", "float32", True, "float32."),
        ("auto", "bfloat16", True, "bfloat16."),
        ("auto", "bfloat16", False, "bfloat16; this processor is no faster in it"),
        ("bfloat16", None, True, "bfloat16."),
        ("bfloat16", None, False, "bfloat16; this processor is no faster in it"),
        ("float32", None, False, "float32."),
    ],
)
def test_auto_is_the_precision_of_the_run_or_float32(asked, saved, fast, expected, monkeypatch):
    monkeypatch.setattr(precision, "bfloat16_is_fast", lambda: fast)
    chosen, notice = precision.choose(asked, "cpu", saved)
    assert chosen in precision.PRECISIONS[1:] and notice.startswith(f"Precision: {expected}")
    assert precision.choose(asked, "cuda", saved) == (chosen, f"Precision: {chosen}.")


def test_bfloat16_is_fast_if_a_product_in_it_takes_less_time(monkeypatch):
    assert precision.milliseconds(torch.bfloat16) > 0
    for half, expected in ((1, True), (3, False)):
        times = {torch.float32: 2, torch.bfloat16: half}
        monkeypatch.setattr(precision, "milliseconds", times.get)
        assert precision.bfloat16_is_fast() is expected


def test_a_step_in_bfloat16_is_close_to_one_in_float32():
    exact, half = build("compact", 1, steps=100), build("compact", 1, steps=100, precision="bfloat16")
    x, y = (
        torch.rand(32, 1, 28, 28, generator=torch.Generator().manual_seed(1)) * 2 - 1,
        torch.arange(32) % 10,
    )
    losses = [recipe.step(x, y, torch.Generator().manual_seed(2), 0) for recipe in (exact, half)]
    assert losses[0] != losses[1] and losses[1] == pytest.approx(losses[0], abs=0.01)
    for name in "GD":
        pairs = zip(exact.parts[name].parameters(), half.parts[name].parameters(), strict=True)
        assert all(w.dtype == torch.float32 for w in half.parts[name].parameters())
        for a, b in pairs:
            assert cosine_similarity(a.grad.flatten(), b.grad.flatten(), dim=0) > 0.9 or a.grad.norm() < 1e-4


def test_a_run_keeps_its_precision_and_old_runs_have_float32(mnist, learn, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    made = learn(out, "--model", "compact", "--epochs", "1", "--precision", "bfloat16")
    assert made.provenance["options"]["precision"] == "bfloat16"
    monkeypatch.setattr(precision, "bfloat16_is_fast", lambda: False)
    capsys.readouterr()
    assert learn(out, "--resume", "--precision", "auto").digest == made.digest
    assert "Precision: bfloat16; this processor is no faster in it" in capsys.readouterr().out
    with pytest.raises(BadInput, match="has precision=bfloat16; --resume cannot change it"):
        learn(out, "--resume", "--precision", "float32")

    old = run.load_state(out)
    del old["options"]["precision"]
    monkeypatch.setattr(train, "load_state", lambda folder: old)
    options = train.prepare(["--resume", "--out", str(out), "--data", str(mnist)])[0]
    assert options.precision == "float32"
