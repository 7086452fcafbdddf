#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ninja, 30 C++ files (50 with its tests) full of virtual functions and containers.

    ninja_test.py same LEVEL   its own 385 unit tests pass with HCR as they do without
    ninja_test.py live LEVEL   its progress line changes in the middle of a build
"""

import os
import re
import subprocess

import case
from live import Edits, Hcr, check


def unit_tests(program, directory):
    done = subprocess.run(
        [program], cwd=directory, env=dict(os.environ, TMPDIR=str(directory)), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    check(done.returncode == 0, f"{program} ended with {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return sorted(set(re.findall(r"\[\d+/\d+\] (\S+)", done.stdout))), done.stdout.splitlines()[-1]


def same(options):
    plain = unit_tests(options.variant("ninja-build", "plain") / "ninja_test", options.scratch)
    hcr = unit_tests(options.variant("ninja-build", "hcr") / "ninja_test", options.scratch)
    check(len(plain[0]) > 300 and plain[1] == "passed", f"without HCR: {plain}")
    check(plain == hcr, f"without HCR {plain}\nwith HCR {hcr}")
    print(f"{len(plain[0])} unit tests pass")


class Gates:
    """Steps of a build that wait until they are let through."""

    def __init__(self, directory, count):
        self.directory, self.pipes = directory, []
        rules = "rule wait\n  command = read line < gate$number && echo done > $out\n  description = step $number\n"
        for number in range(1, count + 1):
            path = directory / f"gate{number}"
            path.unlink(missing_ok=True)
            os.mkfifo(path)
            # Open at both ends, so that neither side's open waits for the other.
            self.pipes.append(os.open(path, os.O_RDWR))
            previous = f"step{number - 1}" if number > 1 else ""
            rules += f"build step{number}: wait {previous}\n  number = {number}\n"
            (directory / f"step{number}").unlink(missing_ok=True)
        (directory / ".ninja_log").unlink(missing_ok=True)
        (directory / "build.ninja").write_text(rules)

    def open(self, number):
        os.write(self.pipes[number - 1], b"go\n")


def live(options):
    tree = options.variant("ninja-build", "hcr")
    hcr = Hcr(options.hcr, tree / "ninja")
    gates = Gates(options.scratch, 5)
    files = ("src/status.cc", "src/status.h")
    with Edits(tree, options.sources / "ninja-build", *files) as edits, hcr.run("step5", cwd=options.scratch) as program:
        hcr.watching(program)
        gates.open(1)
        program.expect(r"^\[1/5\] step 1$")
        # A member function of an object that was made before, while Builder::Build() and main() are running.
        edits.replace(
            "src/status.cc",
            """      case 't':
        snprintf(buf, sizeof(buf), "%d", total_edges_);""",
            """      case 't':
        snprintf(buf, sizeof(buf), "%d in all", total_edges_);""",
        )
        hcr.reloaded(program, "status.cc")
        gates.open(2)
        program.expect(r"^\[2/5 in all\] step 2$")
        # A header that several files include: a new inline function, used through a virtual one.
        edits.replace(
            "src/status.h",
            "/// Implementation of the Status interface that prints",
            'inline const char* Of() { static int calls; return ++calls > 1 ? " out of " : " of "; }\n'
            "/// Implementation of the Status interface that prints",
        )
        hcr.reloaded(program, "build.cc")
        edits.replace(
            "src/status.cc",
            """"%d in all", total_edges_);""",
            """"%s%d", Of(), total_edges_);""",
        )
        hcr.reloaded(program, "status.cc")
        gates.open(3)
        program.expect(r"^\[3/ of 5\] step 3$")
        gates.open(4)
        program.expect(r"^\[4/ out of 5\] step 4$")
        for file in files:
            edits.restore(file)
            hcr.reloaded(program, "status.cc")
        gates.open(5)
        program.expect(r"^\[5/5\] step 5$")
        check(program.finish() == 0, program.transcript())
    # What the process remembered from before the edits reached its log.
    log = (options.scratch / ".ninja_log").read_text()
    check(all(re.search(rf"\tstep{n}\t", log) for n in range(1, 6)), f".ninja_log:\n{log}")


if __name__ == "__main__":
    case.main(__doc__, same=same, live=live)
