#!/bin/sh
# The C compiler in the ziglang wheel is clang with other defaults: without -O, ziglang 0.17.1 compiles with
# UndefinedBehaviorSanitizer, so a freestanding WebAssembly module that adds two ints asks for the sanitizer's
# run time and does not link. With -O1 it does. Plain clang sanitizes only when asked to.
set -e
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet ziglang==0.17.1
cd "$folder"
export ZIG_GLOBAL_CACHE_DIR="$folder/cache" ZIG_LOCAL_CACHE_DIR="$folder/cache"
echo '__attribute__((export_name("twice"))) int twice(int a) { return a + a; }' > twice.c
compile() {
  "$folder/venv/bin/python" -m ziglang cc -target wasm32-freestanding -nostdlib -Wl,--no-entry twice.c "$@"
}
if compile -o plain.wasm 2> errors; then
  echo "without -O it links"
  exit 1
fi
cat errors
grep -q "undefined symbol: __ubsan_handle_add_overflow" errors
compile -O1 -o fast.wasm
echo "with -O1: $(wc -c < fast.wasm) bytes"
