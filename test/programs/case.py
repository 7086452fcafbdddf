# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The command line that all tests of real programs share."""

import argparse
import pathlib
import subprocess
import sys

import live
import programs


def main(description, **steps):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, type=pathlib.Path, help="where programs.py built the programs")
    parser.add_argument("--hcr", required=True, type=pathlib.Path, help="directory of hcr and hcr-cc")
    parser.add_argument("step", choices=steps)
    parser.add_argument("level", choices=["O0", "O2"])
    options = parser.parse_args()
    options.work = options.work.resolve()
    options.sources = options.work / "sources"
    options.tree = lambda program, variant: programs.tree_of(options.work, program, variant)
    # What a program says does not depend on the level: one plain build is enough.
    options.level_of = lambda kind: "plain-O0" if kind == "plain" else f"{kind}-{options.level}"
    options.variant = lambda program, kind: options.tree(program, options.level_of(kind))
    options.scratch = options.work / "scratch" / f"{pathlib.Path(sys.argv[0]).stem}-{options.step}-{options.level}"
    options.scratch.mkdir(parents=True, exist_ok=True)
    try:
        steps[options.step](options)
    except (live.Failure, subprocess.TimeoutExpired, OSError) as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    print("passed")
