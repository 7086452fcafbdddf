#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Configures, builds and tests one preset; used for the sanitizer builds.
#   run_preset.sh PRESET
set -euo pipefail
preset=$1
cmake --preset "$preset"
cmake --build --preset "$preset"
# A preset without tests would be a check that checks nothing.
ctest --preset "$preset" --no-tests=error
