"""Turn tensors into grids, PNG and GIF. Images leave [-1, 1] only here."""

import io
import math
import zlib

from PIL import Image, ImageChops

from cgan.cli import BadInput, whole_number

BACKGROUNDS = ["black", "white", "transparent"]
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


def on_background(ink, background):
    """Return ink, a mode L image, on a black, white or transparent background (mode LA)."""
    if background not in BACKGROUNDS:
        raise BadInput(f"background must be black, white or transparent, not {str(background)[:40]!r}.")
    if background == "transparent":
        image = Image.new("LA", ink.size)
        image.putalpha(ink)
        return image
    return ImageChops.invert(ink) if background == "white" else ink


def enlarge(image, scale):
    """Enlarge a PIL image `scale` times (1 to 8), each pixel becoming a square.

    Raises BadInput if the result would have more than 12 million pixels.
    """
    scale = whole_number("scale", scale, 1, MAX_SCALE)
    if scale == 1:
        return image
    width, height = scale * image.width, scale * image.height
    if width * height > MAX_PIXELS:
        raise BadInput(
            f"At scale {scale} this picture would have {width} x {height} pixels, more than 12 million; "
            "choose a smaller scale or fewer pictures."
        )
    return image.resize((width, height), Image.Resampling.NEAREST)


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
