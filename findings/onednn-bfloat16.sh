#!/bin/sh
# PyTorch 2.14.1: torch.ops.mkldnn._is_mkldnn_bf16_supported() is true on every x86 processor with AVX-512, also on
# those that cannot multiply in bfloat16 (Skylake, Cascade Lake). There oneDNN widens the numbers first, and a product
# of two bfloat16 matrices takes longer than one in float32. Here oneDNN is told to use no more than such a processor
# has. To know whether bfloat16 pays, one has to time it.
set -e
if ! grep -q avx512vl /proc/cpuinfo; then
  echo "not tried: this processor has no AVX-512"
  exit
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.14.1 numpy
ONEDNN_MAX_CPU_ISA=AVX512_CORE "$folder/venv/bin/python" - <<'PYTHON'
import time

import torch

torch.set_num_threads(1)


def milliseconds(dtype):
    a, times = torch.randn(1024, 1024).to(dtype), []
    for _ in range(5):
        start = time.thread_time()
        a @ a
        times.append(1000 * (time.thread_time() - start))
    return min(times)


supported, single, half = torch.ops.mkldnn._is_mkldnn_bf16_supported(), *map(milliseconds, (torch.float32, torch.bfloat16))
print(f"bfloat16 supported: {supported}; 1024 x 1024 product: float32 {single:.0f} ms, bfloat16 {half:.0f} ms")
assert supported and half > 1.5 * single
PYTHON
