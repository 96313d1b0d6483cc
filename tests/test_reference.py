"""Pictures of earlier versions: the same address or command must give the same pixels, within 1/255.

reference.zip has one PNG per address or command, named by it: all frames of the answer, one below the other.
Sets are compared in the order before they are mixed.
`compact` is as version 2.0 draws it, the other models as version 1 does. drawing.png is the drawing that
`--like` imitates.
"""

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cgan import generate, weights
from cgan.page import routes

with zipfile.ZipFile(Path(__file__).parent / "reference.zip") as reference:
    PICTURES = {name: reference.read(name) for name in reference.namelist()}


@pytest.fixture(scope="module")
def client():
    app = Starlette(routes=routes.routes(weights.load_generators([weights.SHIPPED])))
    app.auth = None
    return TestClient(app)


def frames(data, seed=None):
    """Yield every frame of an image file, or of every file in a .zip, as a two-dimensional uint8 array."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in sorted(archive.namelist()):
                if name != "metadata.csv":
                    yield from frames(archive.read(name), seed + ("t10k" in name))
    elif data[:2] == b"\0\0":  # IDX: labels or images
        n = int.from_bytes(data[4:8], "big")
        mixed = np.frombuffer(data[data[3] * 4 + 4 :], np.uint8).reshape(n, -1)
        plain = np.empty_like(mixed)
        plain[np.random.RandomState(seed).permutation(n)] = mixed
        yield plain.reshape(-1, 1)
    else:
        image = Image.open(io.BytesIO(data))
        for frame in ImageSequence.Iterator(image):
            frame = frame if image.mode == "LA" else frame.convert("L")
            yield np.array(frame).reshape(frame.height, -1)  # LA: the columns are luminance, alpha, ...


def differences(data, expected, name):
    """Return the absolute differences between an answer and its reference, a PNG of all its frames."""
    seed = int(re.search(r"seed[= ](\d+)", name)[1]) if "seed" in name else None
    got = np.concatenate([frame.ravel() for frame in frames(data, seed)])
    want = np.array(Image.open(io.BytesIO(expected))).ravel()
    assert got.shape == want.shape
    return abs(got.astype(int) - want)


@pytest.mark.parametrize("address", [name for name in PICTURES if name.startswith("/")])
def test_address_draws_the_reference_picture(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert differences(answer.content, PICTURES[address], address).max() <= 1


@pytest.mark.parametrize("command", [name for name in PICTURES if name.startswith("generate --digit")])
def test_command_draws_the_reference_picture(tmp_path, command):
    _, *arguments, name = command.split()
    generate.main([*arguments, str(tmp_path / name)])
    if "--idx" in arguments:
        with zipfile.ZipFile(tmp_path / "idx.zip", "w") as archive:
            for file in sorted((tmp_path / name / "MNIST" / "raw").iterdir()):
                archive.write(file, file.name)
        name = "idx.zip"
    assert differences((tmp_path / name).read_bytes(), PICTURES[command], command).max() <= 1


def test_a_fitted_hand_draws_the_reference_picture(tmp_path):
    (tmp_path / "drawing.png").write_bytes(PICTURES["drawing.png"])
    generate.main(
        ["--like", str(tmp_path / "drawing.png"), "--digit", "3", "--out", str(tmp_path / "like.png")]
    )
    picture = (tmp_path / "like.png").read_bytes()
    # A fit takes hundreds of steps, which let the last bits of other processors grow.
    command = "generate --like drawing.png --digit 3 --out like.png"
    assert differences(picture, PICTURES[command], command).mean() <= 1
