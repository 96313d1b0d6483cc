#!/bin/sh
# Hugging Face datasets 5.2.0, imagefolder: class folders, 3/0.png and 7/0.png, load with their labels from a
# folder, but not from a zip of it: the name of the folder that the zip lies in is taken for a picture's label,
# which is none of the classes, and DatasetGenerationError is raised. With a metadata.csv (file_name,label)
# beside the folders in the zip, it loads, with the labels as written.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datasets==5.2.0 pillow==12.3.0
cd "$folder"
HF_HOME="$folder/cache" HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import io
import zipfile

import datasets
from PIL import Image

datasets.disable_progress_bars()


def labels(**where):
    try:
        return datasets.load_dataset("imagefolder", split="train", **where)["label"][:]
    except datasets.exceptions.DatasetGenerationError as error:
        return f"{type(error).__name__}, by {type(error.__cause__).__name__}"


picture = io.BytesIO()
Image.new("L", (28, 28), 128).save(picture, "png")
for name in ("folders.zip", "listed.zip"):
    with zipfile.ZipFile(name, "w") as file:
        for path in ("3/0.png", "7/0.png"):
            file.writestr(path, picture.getvalue())
        if name == "listed.zip":
            file.writestr("metadata.csv", "file_name,label\n3/0.png,3\n7/0.png,7\n")
zipfile.ZipFile("folders.zip").extractall("unpacked")

unpacked, folders, listed = labels(data_dir="unpacked"), labels(data_files="folders.zip"), labels(data_files="listed.zip")
print(f"class folders: {unpacked}; as a zip: {folders}; as a zip with metadata.csv: {listed}")
assert unpacked == [0, 1] and "DatasetGenerationError" in folders and listed == [3, 7]
PYTHON
