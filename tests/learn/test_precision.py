"""Which precision a run has, and that bfloat16 stays close to float32."""

import pytest
import torch
from torch.nn.functional import cosine_similarity

import train
from cgan.cli import BadInput
from cgan.learn import precision, run
from cgan.learn.recipes import build


@pytest.mark.parametrize(
    "asked, model, device, saved, fast, expected",
    [
        ("auto", "compact", "cpu", None, True, "bfloat16."),
        ("auto", "compact", "cpu", None, False, "float32."),
        ("auto", "compact", "cpu:0", None, True, "bfloat16."),
        ("auto", "report", "cpu", None, True, "float32."),
        ("auto", "compact", "cuda", None, True, "float32."),
        ("auto", "compact", "cpu", "float32", True, "float32."),
        ("auto", "compact", "cpu", "bfloat16", True, "bfloat16."),
        ("auto", "compact", "cpu", "bfloat16", False, "bfloat16; this processor is no faster in it"),
        ("bfloat16", "compact", "cpu", None, False, "bfloat16; this processor is no faster in it"),
        ("bfloat16", "compact", "cuda", None, False, "bfloat16."),
        ("float32", "compact", "cpu", None, True, "float32."),
    ],
)
def test_auto_is_the_runs_own_or_what_is_fast(asked, model, device, saved, fast, expected, monkeypatch):
    monkeypatch.setattr(precision, "bfloat16_is_fast", lambda: fast)
    chosen, notice = precision.choose(asked, model, device, saved)
    assert chosen in precision.PRECISIONS[1:] and notice.startswith(f"Precision: {expected}")
    assert notice.startswith(f"Precision: {chosen}")


def test_bfloat16_must_be_supported_and_faster(monkeypatch):
    assert hasattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported")  # else it is never chosen
    assert precision._seconds(torch.float32) > 0
    for supported, half, expected in ((True, 1, True), (True, 4, False), (False, 1, False)):
        monkeypatch.setattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", lambda answer=supported: answer)
        monkeypatch.setattr(precision, "_seconds", {torch.float32: 2, torch.bfloat16: half}.get)
        assert precision.bfloat16_is_fast() is expected
    monkeypatch.setattr(torch.ops, "mkldnn", object())
    assert precision.bfloat16_is_fast() is False


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
