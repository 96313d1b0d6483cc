"""A conditional generator of handwritten digits."""

import os

# Must be set before torch is imported. Idle OpenMP threads then sleep instead of spinning, which
# starves other processes (drawing during a training run: 18 ms instead of 128).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
