"""Write the page that needs no server: it draws in the visitor's own browser.

python -m cgan.site digits.html                  # one file: open it, send it, or put it on any web server
python -m cgan.site --folder public              # the same as index.html and parts that browsers keep
python -m cgan.site digits.html --weights runs/compact --home https://example.org/digits
"""

from pathlib import Path
from urllib.parse import urlsplit

from cgan import weights
from cgan.cli import BadInput, command, friendly_errors, need
from cgan.files import write_atomically
from cgan.site import bundle


def main(argv=None):
    parser = command(__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="the file to write")
    parser.add_argument(
        "--folder", type=Path, help="write a folder instead; it must be new, empty or written by this"
    )
    parser.add_argument(
        "--weights", metavar="PATH", help="compact weights or a run's folder (default: the shipped ones)"
    )
    parser.add_argument(
        "--home", type=url, metavar="URL", help="where the page will be met, for the links it gives"
    )
    options = parser.parse_args(argv)
    need((options.file is None) != (options.folder is None), "Give either a file to write or --folder.")
    if options.file is not None:
        need(options.file.suffix in (".html", ".htm"), f"{options.file} must end in .html.")
    model = weights.find(options.weights and Path(options.weights))
    if options.folder is None:
        page = bundle.one_file(model, options.home)
        write_atomically(options.file, page)
        print(f"{options.file}: {len(page) / 1e6:.2f} MB with the weights {model.id}.")
        return
    files = bundle.folder(model, options.home)
    check_ours(options.folder)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, data in reversed(files.items()):  # index.html last, when what it names is there
        write_atomically(options.folder / name, data)
    size = sum(map(len, files.values()))
    print(f"{options.folder}: {size / 1e6:.2f} MB in {len(files)} files with the weights {model.id}.")


def url(text):
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or "?" in text or "#" in text:
        raise BadInput(
            f"the home page must be an address such as https://example.org/digits, not {text[:40]!r}."
        )
    return text


def check_ours(folder):
    """Raise BadInput unless the folder is new, empty or an earlier one of ours."""
    names = (
        {file.name for file in folder.iterdir() if not file.name.startswith(".")}
        if folder.exists()
        else set()
    )
    is_ours = "index.html" in names and all(name == "index.html" or bundle.is_part(name) for name in names)
    need(not names or is_ours, f"{folder} holds other files; give a new or empty folder.")


if __name__ == "__main__":
    with friendly_errors():
        main()
