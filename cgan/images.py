"""Grids, animations and curves, and their bytes. The one place where images leave [-1, 1]."""

import io
import itertools
import math
import zlib

from PIL import Image, ImageDraw, ImageFont


def to_uint8(images):
    """float (N, 1, 28, 28) from -1 to 1 -> uint8 (N, 28, 28) from 0 (background) to 255 (ink)."""
    return images.squeeze(1).add(1).mul(127.5).round().clamp(0, 255).byte()


def grid(images, columns=None):
    """A mode L image of all tiles, uint8 (N, H, W), N > 0: row by row, edge to edge, as square as can be.

    columns: how many tiles a row has, if not that. Places left over at the end are black.
    """
    n, height, width = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    canvas = images.new_zeros(rows * columns, height, width)
    canvas[:n] = images
    canvas = canvas.view(rows, columns, height, width).transpose(1, 2).reshape(rows * height, columns * width)
    return Image.fromarray(canvas.cpu().numpy())


def png(image):
    """The bytes of an image as a PNG file. Runs of one colour are all that is packed: digits get smaller, and
    in less time, than by looking for more."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return buffer.getvalue()


def gif(images, milliseconds, scale=8):
    """The bytes of an animated GIF that plays uint8 (N, H, W) for ever, enlarged pixel by pixel."""
    frames = [
        Image.fromarray(image.numpy()).resize((scale * image.shape[1], scale * image.shape[0]), 0)
        for image in images
    ]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return buffer.getvalue()


def curves(log, width=900, height=420):
    """The loss curves of a run's log as an image: every value in its lines but "seconds", over "step"."""
    names = [name for name in (log[0] if log else []) if name not in ("step", "seconds")]
    colours = ["#2563eb", "#f59e0b", "#16a34a", "#dc2626"]
    scale = 2  # drawn larger and scaled down, for smooth lines
    image = Image.new("RGB", (width * scale, height * scale), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14 * scale)
    left, top, right, bottom = 60 * scale, 40 * scale, (width - 30) * scale, (height - 50) * scale
    highest = max([line[name] for line in log for name in names] + [0.1])
    last = log[-1]["step"] if log else 1

    def place(step, loss):
        return left + (right - left) * step / last, bottom - (bottom - top) * loss / highest

    for tick in range(5):
        loss, step = highest * tick / 4, last * tick / 4
        draw.line([place(0, loss), place(last, loss)], fill="#e5e7eb", width=scale)
        draw.text((left - 8 * scale, place(0, loss)[1]), f"{loss:.2f}", "#374151", font, anchor="rm")
        draw.text((place(step, 0)[0], bottom + 8 * scale), f"{step:.0f}", "#374151", font, anchor="mt")
    draw.text(((left + right) / 2, bottom + 28 * scale), "step", "#374151", font, anchor="mt")
    for i, (name, colour) in enumerate(zip(names, itertools.cycle(colours))):
        draw.line([place(line["step"], line[name]) for line in log], fill=colour, width=scale, joint="curve")
        x, y = left + i * 110 * scale, top - 18 * scale  # the legend
        draw.line([(x, y), (x + 20 * scale, y)], fill=colour, width=2 * scale)
        draw.text((x + 26 * scale, y), name, "#374151", font, anchor="lm")
    return image.resize((width, height), Image.Resampling.LANCZOS)
