"""Turn tensors into grids, PNG and GIF. Images leave [-1, 1] only here."""

import io
import math
import zlib

from PIL import Image, ImageChops, ImageOps

from cgan.cli import need, whole_number

BACKGROUNDS = ["black", "white", "transparent", "paper"]
PAPER, CONTRAST = "#fbfaf7", 6  # as in ink.css
MAX_SCALE, MAX_PIXELS = 8, 12_000_000


def to_uint8(images):
    """Convert float (N, 1, 28, 28) in [-1, 1] to uint8 (N, 28, 28), from 0 (background) to 255 (ink)."""
    return images.squeeze(1).add(1).mul(127.5).round().clamp(0, 255).byte()


def grid(images, columns=None):
    """Lay out pictures, uint8 (N, H, W) with N > 0, row by row in one mode L image.

    Without `columns`, it is as square as possible. Unused places at the end are black.
    """
    n, height, width = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    canvas = images.new_zeros(rows * columns, height, width)
    canvas[:n] = images
    canvas = canvas.view(rows, columns, height, width).transpose(1, 2).reshape(rows * height, columns * width)
    return Image.fromarray(canvas.cpu().numpy())


def on_background(ink, background, scale=1):
    """Return ink, a mode L image, enlarged on a background.

    black and white show the pixels; transparent (mode LA) has black behind its alpha, so readers that drop
    alpha see only black; paper (RGB) shows smooth strokes, as the page does.
    """
    if background == "paper":
        ink = enlarge(ink, scale, Image.Resampling.BICUBIC)
        bare = ink.point(lambda level: 127.5 - CONTRAST * (level - 127.5))  # clipped to 0 and 255
        return ImageOps.colorize(bare, "black", PAPER)
    ink = enlarge(ink, scale)
    if background == "transparent":
        image = Image.new("LA", ink.size)
        image.putalpha(ink)
        return image
    names = f"{', '.join(BACKGROUNDS[:-1])} or {BACKGROUNDS[-1]}"
    need(background in BACKGROUNDS, f"background must be {names}, not {str(background)[:40]!r}.")
    return ImageChops.invert(ink) if background == "white" else ink


def enlarge(image, scale, resample=Image.Resampling.NEAREST):
    """Enlarge a PIL image `scale` times (1 to 8); by default, each pixel becomes a square.

    Raises BadInput if the result would have more than 12 million pixels.
    """
    scale = whole_number("scale", scale, 1, MAX_SCALE)
    if scale == 1:
        return image
    width, height = scale * image.width, scale * image.height
    is_small = width * height <= MAX_PIXELS
    size = f"At scale {scale} this picture would have {width} x {height} pixels, more than 12 million"
    need(is_small, f"{size}; choose a smaller scale or fewer pictures.")
    return image.resize((width, height), resample)


def png(image):
    """Encode an image as PNG. For digits, run-length encoding is smaller and faster than the default."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return buffer.getvalue()


def gif(images, milliseconds, scale=8):
    """Encode uint8 (N, H, W) as a looping GIF, one frame every `milliseconds`."""
    first, *others = [enlarge(Image.fromarray(image.numpy()), scale) for image in images]
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=milliseconds, loop=0)
    return buffer.getvalue()
