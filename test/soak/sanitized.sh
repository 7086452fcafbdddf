#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The soak with a sanitizer in the program, its images and the runtime.
#   sanitized.sh thread|address ARGUMENT...   (of soak.py)
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
libhcr=$("$here/runtime_for.sh" "$1")
exec python3 "$here/soak.py" --sanitize "$1" --libhcr "$libhcr" "${@:2}"
