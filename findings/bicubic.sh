#!/bin/sh
# "Bicubic" names two filters: Pillow 12.3.0 enlarges with Keys' kernel for a = -0.5, OpenCV 4.12.0 for
# a = -0.75. At a step from 0 to 1 Pillow overshoots by 7 %, OpenCV by 11 %, so contrast or thresholds applied
# afterwards do not give the same picture.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pillow==12.3.0 opencv-python-headless==4.12.0.88
"$folder/venv/bin/python" - <<'PYTHON'
import cv2
import numpy as np
from PIL import Image

step = np.zeros((12, 12), np.float32)
step[:, 6:] = 1
pillow = np.asarray(Image.fromarray(step).resize((96, 96), Image.Resampling.BICUBIC))
opencv = cv2.resize(step, (96, 96), interpolation=cv2.INTER_CUBIC)
print(f"greatest value: Pillow {pillow.max():.3f}, OpenCV {opencv.max():.3f}")
assert round(float(pillow.max()), 3) == 1.074 and round(float(opencv.max()), 3) == 1.111
PYTHON
