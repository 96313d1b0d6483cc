"""Convert a drawing or a photo of one digit to MNIST's format."""

import numpy as np
import torch
from PIL import Image, ImageOps

from cgan.cli import BadInput, need

MAX_DRAWING = 12_000_000  # pixels
NO_DIGIT = "No digit can be made out in this picture; draw a single large one."


def from_image(image):
    """Convert a drawing of one digit to MNIST's format.

    Args:
        image: a PIL image, or a path or file to open: dark on light, light on dark or on a transparent
            background.

    Returns:
        float (1, 28, 28) in [-1, 1]: the longest side is 20 pixels, the centre of mass is in the middle.

    Raises:
        BadInput: the image cannot be read or does not show one digit.
    """
    ink = _ink(image)
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


def _ink(image):
    """Return the ink in an image of any mode and contrast: float32 (H, W) from 0 to 1."""
    try:
        image = image if isinstance(image, Image.Image) else Image.open(image)
        if image.width * image.height > MAX_DRAWING:
            raise ValueError("too large")
        image = ImageOps.exif_transpose(image)
        image = image.convert("RGBA" if image.has_transparency_data else "RGB").convert("LA")
    except (FileNotFoundError, PermissionError, IsADirectoryError):
        raise
    except Exception as error:  # Pillow raises many types for broken files
        raise BadInput(
            "This picture cannot be read; use a PNG or JPEG of up to 12 million pixels."
        ) from error
    grey, alpha = np.moveaxis(np.asarray(image, np.float32) / 255, 2, 0)
    if alpha.min() < 0.9:
        return alpha  # on a transparent background, ink is what is opaque
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    contrast = np.abs(grey - np.median(edge))
    need(contrast.max() > 0.2, NO_DIGIT)
    return (contrast / contrast.max() - 0.1).clip(0) / 0.9  # ignore uneven paper
