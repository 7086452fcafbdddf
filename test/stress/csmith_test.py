#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random C programs under continuous reload.

    csmith_test.py --work DIR --hcr BIN/DIR [--first SEED] [--count N] [-j N]

Each seed makes one program of five modules (csmith_program.py). Built by plain Clang it says what is right; built with
HCR it runs the same computation again and again while its modules are reloaded. The seed decides everything: the
program, the level of the first build, and whether all modules are reloaded each time or a random part of them.

Csmith's programs may run for long or for ever; those that need more than two seconds of processor time at -O0 or -O2 are
left out.
The files of a program that went wrong stay in DIR/SEED.
"""

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys

import csmith_program
import stress

RELOADS = 40
INCLUDES = ["-isystem", "/usr/include/csmith"]


def run_plain(directory):
    """Exit code and output, or nothing if it takes too long."""
    done = subprocess.run(
        ["./plain"], cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (2, 3)),
    )
    return None if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL) else (done.returncode, done.stdout)


def test(options, seed):
    name = f"seed {seed}"
    directory = options.work / str(seed)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    files = csmith_program.make(seed, directory)
    # Both levels will run, and what is nothing for one may be a long loop for the other.
    for level in ("-O0", "-O2"):
        stress.call([options.clang, "-w", level, *INCLUDES, *files, "-o", "plain"], directory)
        expected = run_plain(directory)
        if not expected:
            shutil.rmtree(directory)
            return stress.Outcome(name, stress.LEFT_OUT, message=f"does not end in two seconds at {level}")
    flags = ["-w", ["-O0", "-O2"][seed // 2 % 2], *INCLUDES]
    (directory / "expected").write_text(expected[1])
    stress.call([options.hcr / "hcr-cc", *flags, *files, "-o", "program"], directory)
    draw = ["--seed", seed] if seed % 3 == 0 else []
    run = stress.Run(
        options.hcr, directory / "program", [RELOADS], cwd=directory, limit=300,
        options=[*draw, "--reloads", RELOADS, "--interval", "1", "--expect", directory / "expected"],
    )
    # The last answer may come after the end.
    outcome = run.outcome(name, *expected, least=RELOADS - 1)
    if outcome.result == stress.EQUAL:
        shutil.rmtree(directory)
    return outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stress.add_common_options(parser)
    parser.add_argument("--first", type=int, default=1, metavar="SEED")
    parser.add_argument("--count", type=int, default=300, metavar="N")
    options = stress.parse(parser)
    if not shutil.which("csmith") or not os.path.exists("/usr/include/csmith/csmith.h"):
        sys.exit("csmith_test.py: csmith is not installed; utils/setup does that (Debian: csmith libcsmith-dev)")
    seeds = range(options.first, options.first + options.count)
    tasks = [(f"seed {seed}", lambda seed=seed: test(options, seed)) for seed in seeds]
    sys.exit(stress.run_all("csmith", options.jobs, tasks, options.summary))


if __name__ == "__main__":
    main()
