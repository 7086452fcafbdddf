#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The demonstration fails when an edit does not take effect, and when it takes
# effect in another process.
#   notices.sh PROJECT CLANGXX SCRATCH
set -euo pipefail
project=$1 scratch=$3
export STAND_IN_CXX=$2
rm -rf "$scratch"
mkdir -p "$scratch/bin"
ln -s "$project/test/demo/stand_in_hcr.py" "$scratch/bin/hcr"
ln -s "$STAND_IN_CXX" "$scratch/bin/hcr-c++"

expectFailure() {
  local code=0 output
  export STAND_IN=$1
  output=$(python3 -B "$project/docs/examples/aquarium-demo.py" \
    --build "$scratch" --patience "$2" 2>&1 </dev/null) || code=$?
  printf '%s\n' "$output"
  [[ $code == 1 ]] || { echo "exit code $code, expected 1"; exit 1; }
  grep -qE "$3" <<<"$output" || { echo "expected: $3"; exit 1; }
}
expectFailure ignore 2 '^demo: not seen within 2 s'
expectFailure restart 60 '^demo: process [0-9]+ became [0-9]+'
