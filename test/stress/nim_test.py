#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs of Nim's own source package, through the pass: the same results as with plain Clang, also while all modules are
reloaded.

    nim_test.py --work DIR --hcr BIN/DIR [-j N] [PROGRAM:COLLECTOR...]

DIR is where test/programs builds: what is missing there is built, and sources that are missing are fetched as a Debian
source package. Each PROGRAM runs three times: built by plain Clang, by HCR, and by HCR under `hcr stress`. Exit code,
output and all files that it writes must be the same, and the plain run must be without error.
"""

import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "programs"))
import debian_source
import live
import nim_programs
import stress

# A run with fewer reloads would prove little.
LEAST = 3


def case(nim, options, name, collector):
    what = f"{name} {collector}"
    scratch = nim.directory / "scratch" / f"{name}-{collector}"
    program = nim_programs.find(name)
    try:
        plain, hcr = (nim.build(name, kind, collector) for kind in ("plain", "hcr"))
        code, expected, errors = nim.execute(name, [plain], scratch)
        if code != 0:
            return stress.Outcome(what, stress.WRONG, message=f"exit code {code} without HCR\n{expected[-2000:]}{errors[-2000:]}")
        theirs = nim.execute(name, [hcr], scratch)
        if theirs[:2] != (code, expected):
            return stress.Outcome(what, stress.WRONG, message=f"without a reload: exit code {theirs[0]}, not {code}\n{theirs[2][-2000:]}")
        cwd, results, arguments = nim.place(name, scratch)
        run = stress.Run(options.hcr, hcr, arguments, cwd=cwd, limit=1200, **program.environment)
        run.output = program.normal(run.output) + nim_programs.digests(results)
        return run.outcome(what, code, expected, LEAST)
    except live.Failure as failure:
        raise stress.Failure(str(failure)) from None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stress.add_common_options(parser)
    everything = [f"{name}:{collector}" for name in (*reversed(nim_programs.PROGRAMS), *nim_programs.TESTS)
                  for collector in nim_programs.COLLECTORS]
    parser.add_argument("programs", nargs="*", choices=[[], *everything], metavar="PROGRAM:COLLECTOR",
                        help=f"default: {', '.join(nim_programs.PROGRAMS)} and {len(nim_programs.TESTS)} tests of the library, with refc and with orc")
    options = stress.parse(parser)
    debian_source.fetch(options.work / "sources", ["nim"])
    nim = nim_programs.Nim(options.work, options.hcr)
    tasks = []
    for word in options.programs or everything:
        name, collector = word.split(":")
        tasks.append((word, lambda name=name, collector=collector: case(nim, options, name, collector)))
    sys.exit(stress.run_all("nim", options.jobs, tasks, options.summary))


if __name__ == "__main__":
    main()
