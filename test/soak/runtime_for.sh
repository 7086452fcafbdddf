#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Builds libhcr.so with a sanitizer and prints the directory that it is in.
#   runtime_for.sh thread|address
set -euo pipefail
case $1 in
  thread) preset=tsan ;;
  address) preset=asan ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cmake --preset "$preset" >&2
cmake --build --preset "$preset" --target hcr >&2
echo "$PWD/build/$preset/lib"
