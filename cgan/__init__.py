"""A conditional generator of handwritten digits."""

import os

# Set before torch can be imported: OpenMP threads that wait for work then sleep, instead of
# starving everything else on the machine (drawing beside a training run: 18 ms instead of 128).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
