#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""nimpretty, the formatter that comes with Nim: 42 modules, most of them of Nim's compiler, are edited while it formats.

    nim_test.py --work DIR --hcr BIN/DIR COLLECTOR

It is given files and, between them, named pipes. It opens a pipe when it is done with the files in front of it, and reads until we
have written: that is when the edits are made.
"""

import argparse
import os
import pathlib
import shutil
import signal
import sys

import nim_programs
from live import DEADLINE, Edits, Failure, Hcr, check

SOURCE = "proc  twice( x:int ):int=\n    result=x+x\n"
PRETTY = "proc twice(x: int): int =\n    result = x+x\n"


class Pipes:
    """Inputs that the program waits for."""

    def __init__(self, directory, *names):
        self.directory, self.open = directory, {}
        for name in names:
            os.mkfifo(directory / name)

    def reached(self, name, program):
        """Waits until the program has opened it."""
        def tooLate(*_):
            raise Failure(f"{name} was not opened within {DEADLINE:.0f} s\n{program.transcript()}")

        signal.signal(signal.SIGALRM, tooLate)
        signal.alarm(int(DEADLINE))
        try:
            self.open[name] = os.open(self.directory / name, os.O_WRONLY)
        finally:
            signal.alarm(0)

    def write(self, name):
        """nimpretty reads each file twice, to be able to quote it; the second time it is an ordinary one."""
        aside = self.directory / "aside"
        aside.write_text(SOURCE)
        aside.rename(self.directory / name)
        os.write(self.open[name], SOURCE.encode())
        os.close(self.open.pop(name))


def live(work, binaries, collector):
    nim = nim_programs.Nim(work, binaries, 2)
    tree = nim.copy(f"live-{collector}")
    layouter = "compiler/layouter.nim"
    with Edits(tree, nim.sources, layouter) as edits:
        program = nim.build("nimpretty", "hcr", collector, tree=tree)
        scratch = nim.directory / "scratch" / f"live-{collector}"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        names = [f"{kind}{number}.nim" for number in range(1, 5) for kind in ("file", "pipe")]
        for name in names[::2]:
            (scratch / name).write_text(SOURCE)
        pipes = Pipes(scratch, *names[1::2])
        hcr = Hcr(binaries, program)
        written = lambda name: (scratch / "out" / name).read_text()

        def expect(name, text):
            check(written(name) == text, f"{name} became\n{written(name)}not\n{text}{process.transcript()}")

        def reloaded():
            hcr.reloaded(process, "compiler@slayouter.nim.c", 2 * DEADLINE)

        with hcr.run("--outdir:out", *names, cwd=scratch) as process:
            hcr.watching(process, 2 * DEADLINE)
            pipes.reached("pipe1.nim", process)
            expect("file1.nim", PRETTY)
            # A new variable, a new proc, and one that exists uses both.
            edits.replace(layouter, "proc closeEmitter*(em: var Emitter) =\n",
                          "var ended = 40\nproc title(): string =\n  inc ended\n  \"# file \" & $ended & \"\\n\"\n\n"
                          "proc closeEmitter*(em: var Emitter) =\n  em.tokens.insert(title(), 0)\n  em.kinds.insert(ltComment, 0)\n")
            reloaded()
            pipes.write("pipe1.nim")
            pipes.reached("pipe2.nim", process)
            # The file that was being read when the edit came ends in the new code.
            expect("pipe1.nim", "# file 41\n" + PRETTY)
            expect("file2.nim", "# file 42\n" + PRETTY)
            # The variable keeps its value although its initial one is another, and so do names that shift.
            edits.replace(layouter, "var ended = 40", "let sign = \"#\"\nvar ended = 0")
            edits.replace(layouter, "\"# file \" & $ended", "sign & \" number \" & $ended")
            reloaded()
            pipes.write("pipe2.nim")
            pipes.reached("pipe3.nim", process)
            expect("file3.nim", "# number 44\n" + PRETTY)
            edits.restore(layouter)
            reloaded()
            pipes.write("pipe3.nim")
            pipes.reached("pipe4.nim", process)
            expect("file4.nim", PRETTY)
            pipes.write("pipe4.nim")
            check(process.finish() == 0, process.transcript())
        expect("pipe4.nim", PRETTY)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, type=pathlib.Path, help="where the sources are and the program is built")
    parser.add_argument("--hcr", required=True, type=pathlib.Path, help="directory of hcr and hcr-cc")
    parser.add_argument("collector", choices=nim_programs.COLLECTORS)
    options = parser.parse_args()
    try:
        live(options.work, options.hcr.resolve(), options.collector)
    except (Failure, OSError) as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    print("passed")


if __name__ == "__main__":
    main()
