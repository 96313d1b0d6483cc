"""A conditional generator of handwritten digits."""

import os

# Must be set before torch is imported. Idle OpenMP threads then sleep. If they spin, they starve other
# processes: drawing during a training run takes 128 ms instead of 18.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
