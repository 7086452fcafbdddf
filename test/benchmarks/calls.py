# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A call through a slot against a direct call, before and after reloads."""

import os
import pathlib
import shutil
import statistics
import subprocess

from measure import CLANG, Table, command

RELOADS = [0, 1, 5, 20]
SOURCES = pathlib.Path(__file__).with_name("calls")


class Caller:
    """calls/main.c, built one way and kept running."""

    def __init__(self, directory, compiler, library=False, environment=None):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        (directory / ".hcr-root").touch()
        for name in ("main", "far"):
            shutil.copy(SOURCES / f"{name}.c", directory)
            command(compiler, "-O2", "-c", f"{name}.c", "-o", f"{name}.o", cwd=directory)
        if library:
            command(compiler, "-O2", "-fPIC", "-shared", "far.c", "-o", "libfar.so", cwd=directory)
        command(compiler, "main.o", "libfar.so" if library else "far.o", "-Wl,-rpath,$ORIGIN", "-o", "calls", cwd=directory)
        self.directory = directory
        self.process = subprocess.Popen(
            [directory / "calls"], text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )

    def reload(self, hcr, version):
        """A new version of the called module."""
        source = self.directory / "far.c"
        source.write_text((SOURCES / "far.c").read_text() + f"unsigned version{version}(void) {{ return {version}; }}\n")
        command(hcr / "hcr", "build", "--quiet", self.directory / "calls")
        answer = self.ask("reload")
        if answer != ["generation", str(version)]:
            raise SystemExit(f"reload {version} was not done: {answer}")

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().split()

    def measure(self):
        return [float(x) for x in self.ask("measure")]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def medians(samples):
    return [statistics.median(column) for column in zip(*samples)]


def run(options):
    plain = Caller(options.work / "calls-plain", CLANG)
    library = Caller(options.work / "calls-library", CLANG, library=True)
    hcr = Caller(options.work / "calls-hcr", options.hcr / "hcr-cc")
    table = Table(
        "Calls",
        "One call at -O2, the callee not inlined on either side (what inlining loses is in *Programs*). A loop of calls, each with the "
        "result of the one before; HCR's time over the time of the same loop in the program built by plain Clang; in brackets nanoseconds "
        "with HCR. The called function's module is reloaded between the rows; from then on its body is in a shared object, so the last "
        "column compares the first with a direct call into a shared library.",
        ["reloads before", "into another module", "within a module", "through a stored pointer", "into another module / library call"],
    )
    done = 0
    for count in RELOADS:
        while done < count:
            done += 1
            hcr.reload(options.hcr, done)
        samples = [(plain.measure(), hcr.measure(), library.measure()) for _ in range(3 * options.rounds + 1)][1:]
        direct, slot, shared = (medians(side) for side in zip(*samples))
        table.add(count, *(f"{h / d:.3f} ({h:.2f} ns)" for h, d in zip(slot, direct)), slot[0] / shared[0])
    for caller in (plain, hcr, library):
        caller.end()
    yield table
    yield young(options)


def young(options):
    """Entry thunks note each call while a reload can be taken back."""
    compiler = options.hcr / "hcr-cc"
    callers = [
        Caller(options.work / f"calls-rollback-{name}", compiler, environment={"HCR_ROLLBACK": value})
        for name, value in (("on", "3600000"), ("off", "0"))
    ]
    for caller in callers:
        caller.reload(options.hcr, 1)
    samples = [[caller.measure() for caller in callers] for _ in range(3 * options.rounds + 1)][1:]
    armed, plain = (medians(side) for side in zip(*samples))
    for caller in callers:
        caller.end()
    table = Table(
        "Calls while a reload can be taken back",
        "The same loops after one reload, in the time in which crashes are rolled back (5 seconds, under `hcr run`), over those of a "
        "program without that. Only calls of functions of the module that was reloaded pay; afterwards nobody does.",
        ["into the reloaded module", "through a stored pointer", "within another module"],
    )
    table.add(*(f"{armed[i] / plain[i]:.3f} ({armed[i]:.2f} ns)" for i in (0, 2, 1)))
    return table
