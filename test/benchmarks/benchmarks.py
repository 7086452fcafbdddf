#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measures what HCR costs and prints a Markdown table for each question.

    benchmarks.py --hcr BIN/DIR --work DIR [--out FILE.md] [--json FILE.json] [--modules 10,1000,5000] [GROUP...]

Groups: calls programs startup save-to-live reload memory nim nim-plain (default: all). Each figure is a ratio of two things that took
turns in one run, see measure.py. Nothing here passes or fails on a time.
"""

import argparse
import json
import pathlib
import platform
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "programs"))

import calls
import latency
import memory
import nim
import nim_plain
import speed
import startup

GROUPS = {
    "calls": calls.run,
    "programs": speed.run,
    "startup": startup.run,
    "save-to-live": latency.save_to_live,
    "reload": latency.reload_of_one,
    "memory": memory.run,
    "nim": nim.run,
    "nim-plain": nim_plain.run,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hcr", required=True, type=pathlib.Path, help="directory of hcr and hcr-cc")
    parser.add_argument("--work", required=True, type=pathlib.Path, help="where programs are built; sources are below it")
    parser.add_argument("--out", type=pathlib.Path, help="also write the tables to this file")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    parser.add_argument("--modules", default="10,1000,5000", help="sizes of the generated programs")
    parser.add_argument("--rounds", default=9, type=int, help="runs of each side of a comparison")
    parser.add_argument("--nim-programs", default="calls,nimpretty,nimgrep,compiler", help="programs of plain Nim")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help="one of: " + " ".join(GROUPS))
    options = parser.parse_args()
    options.hcr, options.work = options.hcr.resolve(), options.work.resolve()
    options.modules = [int(n) for n in options.modules.split(",")]
    options.nim_programs = options.nim_programs.split(",")
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {' '.join(sorted(unknown))}")
    tables = []
    for group in options.groups or GROUPS:
        for table in GROUPS[group](options):
            tables.append(table)
            print("\n" + table.markdown(), flush=True)
    if options.out:
        options.out.write_text("\n".join(t.markdown() for t in tables))
    if options.json:
        machine = {"processor": platform.machine(), "system": platform.system(), "cores": len(__import__("os").sched_getaffinity(0))}
        options.json.write_text(json.dumps({"machine": machine, "tables": [t.json() for t in tables]}, indent=1) + "\n")


if __name__ == "__main__":
    main()
