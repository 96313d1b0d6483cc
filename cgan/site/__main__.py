"""Write the page that needs no server: it draws in the visitor's own browser.

python -m cgan.site digits.html                  # one file: open it, send it, or put it on any web server
python -m cgan.site --folder public              # the same as index.html and parts that browsers keep
python -m cgan.site digits.html --weights runs/compact --home https://example.org/digits
"""

from pathlib import Path
from urllib.parse import urlsplit

from cgan import weights
from cgan.cli import command, friendly_errors, need
from cgan.files import write_atomically
from cgan.site import bundle


def parse_args(argv=None):
    parser = command(__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="the HTML file to write")
    parser.add_argument("--folder", type=Path, help="write a folder instead: new, empty or an earlier one")
    parser.add_argument("--weights", metavar="PATH", help="compact weights, or a run (default: the shipped)")
    parser.add_argument("--home", type=url, metavar="URL", help="where people will find the page, for links")
    options = parser.parse_args(argv)
    need((options.file is None) != (options.folder is None), "Give either a file to write or --folder.")
    return options


def main(argv=None):
    options = parse_args(argv)
    if options.file is not None:
        need(options.file.suffix in (".html", ".htm"), f"{options.file} must end in .html.")
    else:
        check_ours(options.folder)
    model = weights.find(options.weights and Path(options.weights))
    if options.file is not None:
        files = {options.file: bundle.one_file(model, options.home)}
    else:
        options.folder.mkdir(parents=True, exist_ok=True)
        files = {options.folder / name: data for name, data in bundle.folder(model, options.home).items()}
    for file, data in reversed(files.items()):  # index.html last, when what it names is there
        write_atomically(file, data)
    written = options.file or f"{options.folder}/index.html and {len(files) - 1} parts"
    print(f"{written}: {sum(map(len, files.values())) / 1e6:.2f} MB, with the weights {model.id}.")


def url(text):
    parts = urlsplit(text)
    is_url = parts.scheme in ("http", "https") and parts.netloc and not parts.query and not parts.fragment
    need(is_url, f"the home must be an address such as https://example.org/digits, not {text[:40]!r}")
    return text


def check_ours(folder):
    """Raise BadInput unless the folder is new, empty or an earlier one; other files in it are left alone."""
    index, names = folder / "index.html", list(folder.iterdir()) if folder.exists() else []
    is_ours = index.is_file() and 'content="cgan.site"' in index.read_text("utf-8", errors="replace")
    is_empty = all(file.name.startswith(".") for file in names)
    need(is_empty or is_ours, f"{folder} holds other files; give a new or empty folder.")


if __name__ == "__main__":
    with friendly_errors():
        main()
