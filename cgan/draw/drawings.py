"""Convert a drawing or a photo of one digit to MNIST's format."""

import warnings

import numpy as np
import torch
from PIL import Image, ImageOps
from torch.nn.functional import interpolate, max_pool2d, pad

from cgan.cli import BadInput, need
from cgan.networks.settings import usual

MAX_PIXELS = 60_000_000  # to decode; a JPEG is reduced while it is decoded
SIDE = 1024  # pixels; larger pictures are reduced to this
PAPER_SIDE, STROKE = 128, 0.4  # pixels at which paper is estimated; the widest stroke, a share of these
NO_DIGIT = "No digit can be made out in this picture; draw a single large one."
# Pillow warns of pictures that the check of MAX_PIXELS lets pass or refuses, and itself refuses larger ones.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@usual()
def from_image(image, formats=None):
    """Convert a drawing of one digit to MNIST's format.

    Args:
        image: a PIL image, or a path or file to open: dark on light, light on dark or on a transparent
            background. It may be a photo of paper under uneven light.
        formats: of files, the names of Pillow's formats to accept; None for all.

    Returns:
        float (1, 28, 28) in [-1, 1]: the longest side is 20 pixels, the centre of mass is in the middle.

    Raises:
        BadInput: the image cannot be read or does not show one digit.
    """
    ink = _ink(*_read(image, formats))
    rows, columns = (np.flatnonzero((ink > 0.3).any(axis)) for axis in (1, 0))
    need(len(rows) and max(np.ptp(rows), np.ptp(columns)) >= 8, NO_DIGIT)
    box = Image.fromarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    width, height = (max(1, round(20 * side / max(box.size))) for side in box.size)
    digit = np.asarray(box.resize((width, height), Image.Resampling.BILINEAR))
    digit = digit / digit.max()
    need(digit.sum() <= 0.7 * 20 * 20, NO_DIGIT)  # a dot, or a scribble
    centre = digit.sum(1) @ np.arange(height), digit.sum(0) @ np.arange(width)  # times the ink
    y, x = (round(14 - moment / digit.sum()) for moment in centre)
    y, x = min(max(y, 0), 28 - height), min(max(x, 0), 28 - width)
    canvas = np.zeros((28, 28), np.float32)
    canvas[y : y + height, x : x + width] = digit
    return torch.from_numpy(canvas)[None] * 2 - 1


def _read(image, formats):
    """Return grey and opacity of an image in any mode, reduced to about SIDE: float32 (H, W) from 0 to 1."""
    try:
        if not isinstance(image, Image.Image):
            image = Image.open(image, formats=formats)
            image.draft(None, (SIDE, SIDE))
        if image.width * image.height > MAX_PIXELS:
            raise ValueError("too large")
        image = ImageOps.exif_transpose(image)
        if image.mode.startswith(("I", "F")):  # 16 or 32 bits, whatever value is white
            levels = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0)
            levels = levels - min(levels.min(), 0)
            image = Image.fromarray((255 / max(levels.max(), 1e-9) * levels).round().astype(np.uint8))
        if image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK") or "transparency" in image.info:
            image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image = image.reduce(-(-max(image.size) // SIDE))
        image = image.convert("RGB") if image.mode == "CMYK" else image
        return np.moveaxis(np.asarray(image.convert("LA"), np.float32) / 255, 2, 0)
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except Exception as error:  # Pillow raises many types for broken files
        sentence = f"use a PNG or JPEG of up to {MAX_PIXELS // 1_000_000} million pixels."
        raise BadInput(f"This picture cannot be read; {sentence}") from error


def _ink(grey, alpha):
    """Return the ink of a picture, float32 (H, W) from 0 to 1."""
    need(alpha.max() > 0.2, NO_DIGIT)
    opaque = alpha > 0.9 * alpha.max()
    if not opaque.all():
        if not _has_paper(grey, opaque):
            return alpha / alpha.max()
        grey = np.where(opaque, grey, np.median(grey[opaque]))  # corners and shadows are no ink
    paper, is_dark = _paper(grey)
    # Light falls on paper and ink alike: the contrast of dark ink is the share of light that it takes away.
    contrast = (1 - grey / paper.clip(0.05) if is_dark else grey - paper).clip(0)
    need(contrast.max() > 0.2, NO_DIGIT)
    return (contrast / contrast.max() - 0.1).clip(0) / 0.9  # ignore uneven paper


def _has_paper(grey, opaque):
    """Return whether the opaque part of a picture is a sheet with ink, and not the ink itself."""
    rows, columns = (np.flatnonzero(opaque.any(axis)) for axis in (1, 0))
    box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
    shades = grey[opaque]
    differing = np.abs(shades - np.median(shades)) > 0.15
    return opaque.sum() > 0.5 * box and differing.mean() > 0.002


def _paper(grey):
    """Estimate the paper under the ink: float32 (H, W), and whether the ink is darker.

    A grey-scale closing, the darkest of the lightest in a window wider than a stroke, removes dark ink. It
    keeps uneven light, and shadows that reach the edge of the picture.
    """
    height, width = [max(1, round(side * min(1, PAPER_SIDE / max(grey.shape)))) for side in grey.shape]
    x = interpolate(torch.from_numpy(grey)[None, None], (height, width), mode="area")[0]  # (1, height, width)
    # Beyond the edge the paper goes on in the same light, also where a stroke touches the edge.
    middle = torch.cat([x[:, 0], x[:, -1], x[:, :, 0], x[:, :, -1]], dim=1).median()
    edge = torch.where((x - middle).abs() > (x.max() - x.min()) / 2, middle, x)
    down, right = (torch.linspace(0, 1, side, dtype=torch.float32) for side in (height, width))
    down = down[:, None]  # (height, 1)
    light = torch.lerp(edge[:, :1], edge[:, -1:], down) + torch.lerp(edge[:, :, :1], edge[:, :, -1:], right)
    is_dark = bool((x - light / 2).pow(5).sum() <= 0)  # ink differs more from this light than shadows do

    radius = round(STROKE * max(height, width) / 2)
    wide = pad(edge, [radius] * 4, "replicate")
    wide[:, radius : radius + height, radius : radius + width] = x

    def lightest(x):
        x = max_pool2d(x, (2 * radius + 1, 1), 1, (radius, 0))
        return max_pool2d(x, (1, 2 * radius + 1), 1, (0, radius))

    closed = -lightest(-lightest(wide)) if is_dark else lightest(-lightest(-wide))
    closed = closed[None, :, radius : radius + height, radius : radius + width]
    closed = interpolate(closed, grey.shape, mode="bilinear", align_corners=False)
    return closed[0, 0].numpy(), is_dark
