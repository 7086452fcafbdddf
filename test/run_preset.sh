#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Configures one of the sanitizer presets, builds the runtime and its tests, and
# runs them.
#   run_preset.sh PRESET
set -euo pipefail
preset=$1
cmake --preset "$preset"
cmake --build --preset "$preset" --target runtime-tests
# A preset without tests would be a check that checks nothing.
ctest --preset "$preset" --no-tests=error
