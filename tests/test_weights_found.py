"""Weights found by name, by path, in folders and runs."""

import shutil

import pytest

from cgan import weights
from cgan.cli import BadInput
from cgan.networks.report import Generator


@pytest.fixture
def file(tmp_path):
    """A weights file of an untrained generator with a small z."""
    path = tmp_path / "small.safetensors"
    weights.save(path, "report", Generator(z_dim=4), {})
    return path


def refusal(function, argument):
    with pytest.raises(BadInput) as refused:
        function(argument)
    return str(refused.value)


def test_weights_are_found_by_name_and_path(file, monkeypatch):
    ours = weights.load(file)
    assert weights.find(ours) is ours and weights.find(None) is weights.shipped()
    assert weights.find("vae") is weights.shipped("vae")
    monkeypatch.chdir(file.parent)
    for path in (file, str(file), file.name, "./small.safetensors"):
        assert weights.find(path).id == ours.id
    with pytest.raises(BadInput, match="no weights 'nonsense'.*compact.*report"):
        weights.find("nonsense")
    with pytest.raises(BadInput, match="no weights file runs/nonsense"):
        weights.find("runs/nonsense")
    with pytest.raises(BadInput, match="weights must be a path, a name or Weights, not int"):
        weights.find(3)


def test_generators_are_found_in_files_folders_and_runs(file, tmp_path):
    runs, other = tmp_path / "runs", tmp_path / "other"
    for folder in (runs / "a", runs / "b", other):
        folder.mkdir(parents=True)
    assert "holds no weights yet" in refusal(weights.load, runs / "a")
    for name in "ab":
        weights.save(runs / name / "generator.safetensors", "report", Generator(z_dim=3), {})
    of_report = weights.save(other / "compact.safetensors", "report", Generator(z_dim=3), {})[:12]

    def names(*paths):
        return list(weights.load_generators(paths))

    assert names(file) == names(file.parent) == names(file, tmp_path) == ["small"]
    assert names(runs / "a") == names(runs / "a" / "generator.safetensors") == ["a"]
    assert names(runs) == ["a", "b"]
    assert names(other) == [f"compact {of_report}"] and names(other, weights.SHIPPED)[1] == "compact"
    assert weights.load(runs / "a").id != weights.load(runs / "b").id
    assert f"give one of them: {runs}/a/generator.safetensors, {runs}/b/" in refusal(weights.load, runs)
    with pytest.raises(BadInput, match="no generator in"):
        names(weights.SHIPPED / "judge.safetensors")
    with pytest.raises(BadInput, match="no weights file"):
        names(tmp_path / "nothing")


def test_files_that_begin_with_a_dot_are_nobodys(file, monkeypatch):
    """macOS leaves them on other file systems, Jupyter keeps copies in folders."""
    folder = file.parent
    (folder / "._small.safetensors").write_bytes(b"\0\5\x16\7")
    (folder / "runs" / ".ipynb_checkpoints").mkdir(parents=True)
    shutil.copy(file, folder / "runs" / ".ipynb_checkpoints" / "generator.safetensors")
    monkeypatch.setattr(weights, "SHIPPED", folder)
    assert list(weights.load_generators([folder])) == ["small"] and weights.load(folder).z_dim == 4
    assert "holds no weights yet" in refusal(weights.load, folder / "runs")
    assert "there are small." in refusal(weights.shipped, "._small")


def test_a_file_that_may_not_be_read_is_a_sentence(file, monkeypatch):
    def forbidden(*arguments):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("safetensors.safe_open", forbidden)
    monkeypatch.setattr("builtins.open", forbidden)
    assert refusal(weights.load, file) == f"{file} is not readable (Permission denied)."


def test_a_damaged_file_that_nobody_asked_for_is_left_out(file, tmp_path, capsys):
    damaged = shutil.copy(file, tmp_path / "damaged.safetensors")
    damaged.write_bytes(b"version https://git-lfs.github.com/spec/v1")
    (tmp_path / "folder.safetensors").mkdir()
    assert list(weights.load_generators([tmp_path])) == ["small"]
    assert "folder.safetensors holds no weights yet" in capsys.readouterr().err
    (tmp_path / "folder.safetensors").rmdir()
    assert list(weights.load_generators([tmp_path])) == ["small"]
    said = f"{damaged} is a Git LFS pointer, not the file itself; run git lfs pull. It is left out.\n"
    assert capsys.readouterr().err == said
    for name in ("good", "bad"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        source = file if name == "good" else damaged
        shutil.copy(source, tmp_path / "runs" / name / "generator.safetensors")
    assert list(weights.load_generators([tmp_path / "runs"])) == ["good"]
    assert "runs/bad/generator.safetensors is a Git LFS pointer" in capsys.readouterr().err
    for asked in (damaged, tmp_path / "runs" / "bad"):
        assert "is a Git LFS pointer" in refusal(lambda path: weights.load_generators([path]), asked)
    file.unlink()
    assert "There is no generator in" in refusal(lambda path: weights.load_generators([path]), tmp_path)
