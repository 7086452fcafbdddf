# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plain Nim through the pass, against the same built by plain Clang: run time, build time, and from save to live."""

import re
import shutil
import statistics
import time

import debian_source
import nim_programs
from live import Edits, Hcr
from measure import Table, command, log, processor_time, take_turns

MODES = {"debug": (), "-d:release": ("-d:release",)}
PROGRAMS = "nimpretty", "nimgrep", "compiler"

# Calls between modules, of procs that Nim's C compiler could inline where they are in one module.
CALLS = """
proc leaf*(x: int): int = (x * 7 + 3) and 0xffff
proc fib*(n: int): int =
  if n < 2: n else: fib(n - 1) + fib(n - 2)
"""
MAIN = """
import calls
var sum = 0
for i in 1 .. 60_000_000: sum = leaf(sum + i)
echo sum, " ", fib(38)
"""


def of_program(nim, name, collector, mode):
    """Both builds of a program; a function that runs one and returns its processor time."""
    executables = {kind: nim.build(name, kind, collector, mode) for kind in ("plain", "hcr")}
    scratch = nim.directory / "scratch" / f"benchmark-{name}"

    def measure(kind):
        cwd, _, arguments = nim.place(name, scratch)
        return processor_time(executables[kind], *arguments, cwd=cwd)

    return measure


def of_calls(nim, collector, mode):
    directory = nim.directory / "benchmark-calls"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    (directory / "calls.nim").write_text(CALLS)
    (directory / "main.nim").write_text(MAIN)
    (directory / ".hcr-root").touch()
    for kind in "plain", "hcr":
        command(*nim.command(kind), "c", "--hints:off", "--warnings:off", f"--gc:{collector}", *mode, f"--nimcache:cache-{kind}",
                f"-o:{kind}", "main.nim", cwd=directory)
    return lambda kind: processor_time(directory / kind)


def ratio(rounds, measure):
    medians = take_turns(rounds, plain=lambda: measure("plain"), hcr=lambda: measure("hcr"))
    return medians["hcr"] / medians["plain"]


def programs(options, nim):
    table = Table(
        "Plain Nim: programs",
        "Processor time of a program built with hcr-cc over that of the same built by plain Clang, no reload has happened. Calls: "
        "short procs of another module, and fib. nimpretty formats the compiler's sources, nimgrep looks through compiler and library, "
        "the compiler writes the C of nimgrep.",
        ["program", *(f"{collector}, {mode}" for collector in nim_programs.COLLECTORS for mode in MODES)],
    )
    makers = {"calls": lambda *how: of_calls(nim, *how)}
    for name in PROGRAMS:
        makers[name] = lambda *how, name=name: of_program(nim, name, *how)
    for name in options.nim_programs:
        table.add(name, *(ratio(options.rounds, makers[name](collector, mode))
                          for collector in nim_programs.COLLECTORS for mode in MODES.values()))
    return table


def builds(options, nim):
    table = Table(
        "Plain Nim: builds",
        "Processor time of a whole `nim c` with hcr-cc over that with plain Clang; Nim's own work is in both.",
        ["program", "modules", *MODES],
    )
    for name in options.nim_programs:
        if name == "calls":
            continue
        cells, modules = [], 0
        for mode in MODES.values():
            def build(kind):
                where = nim.directory / f"benchmark-build-{kind}"
                shutil.rmtree(where, ignore_errors=True)
                where.mkdir()
                seconds = processor_time(*nim.words(name, kind, "orc", nim.tree, where / "cache", where / name, mode), cwd=where)
                nonlocal modules
                modules = len(list((where / "cache").glob("*.nim.c")))
                return seconds
            cells.append(ratio(min(options.rounds, 3), build))
        table.add(name, modules, *cells)
    return table


class Generated:
    """A program of so many modules beside its main one, that waits for its input to end."""

    def __init__(self, nim, count):
        self.tree = nim.directory / f"benchmark-{count}"
        shutil.rmtree(self.tree, ignore_errors=True)
        self.tree.mkdir(parents=True)
        (self.tree / ".hcr-root").touch()
        for number in range(count):
            used = [n for n in (2 * number + 1, 2 * number + 2) if n < count]
            (self.tree / f"m{number}.nim").write_text(
                ("import " + ", ".join(f"m{n}" for n in used) + "\n" if used else "")
                + "".join(f"proc value{p}x{number}*(x: int): int =\n  x + {p}\n" for p in range(20))
                + f"proc sum{number}*(x: int): int =\n  x + value1x{number}(x)" + "".join(f" + sum{n}(x)" for n in used) + "\n")
        (self.tree / "main.nim").write_text("import m0\nwhile not stdin.endOfFile:\n  discard stdin.readLine\n  echo sum0(1)\n")
        command(*nim.command("hcr"), "c", "--hints:off", "--warnings:off", "--gc:orc", "--nimcache:nc", "main.nim", cwd=self.tree)
        self.program, self.file, self.arguments = self.tree / "main", "m0.nim", []
        self.old, self.new = "  x + 1\n", "  x + 1 + {n}\n"
        self.pristine = self.tree.with_name(self.tree.name + "-pristine")
        shutil.rmtree(self.pristine, ignore_errors=True)
        self.pristine.mkdir()
        shutil.copy2(self.tree / self.file, self.pristine)


class Compiler:
    """Nim's compiler, waiting for the first line of a script."""

    def __init__(self, nim):
        self.tree, self.pristine = nim.copy("benchmark-compiler"), nim.sources
        self.program = nim.build("compiler", "hcr", "orc", tree=self.tree)
        self.file, self.arguments = "compiler/nimsets.nim", ["secret", "--lib:" + str(self.tree / "lib")]
        self.old, self.new = "  result = false\n", "  result = s.len < -{n}\n"


def resident(pid):
    """KiB."""
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status", encoding="utf-8").read())[1])


def save_to_live(options, nim):
    table = Table(
        "Plain Nim: save to live",
        "A constant changes in a proc under `hcr run` (orc, debug): milliseconds from the save to the report that it is live. *Nim* is Nim "
        "again, up to the C; the runtime's part is *reload*; *rest* is the watcher, looking what changed, and asking. Memory: what the "
        "process grew by for each reload.",
        ["program", "save to live", "Nim", "C compiler", "link", "reload", "rest", "KiB a reload"],
    )
    makers = {"2 modules": lambda: Generated(nim, 1), "20 modules": lambda: Generated(nim, 19)}
    if "compiler" in options.nim_programs:
        makers["Nim's compiler"] = lambda: Compiler(nim)
    for name, make in makers.items():
        case, rows = make(), []
        original = (case.pristine / case.file).read_text()
        hcr = Hcr(options.hcr, case.program)
        with Edits(case.tree, case.pristine, case.file) as edits, hcr.run(*case.arguments, cwd=case.tree) as live:
            live.process.stdin.flush()
            pid = hcr.watching(live, 600)["pid"]
            before = 0
            for n in range(options.rounds + 1):
                start = time.perf_counter()
                edits.write(case.file, original.replace(case.old, case.new.format(n=n + 1), 1))
                event = hcr.reloaded(live, ".nim.c", 600)
                seen = 1000 * (time.perf_counter() - start)
                build = event["build"]
                parts = [build["generate_ms"], build["compile_ms"], build["link_ms"], event["reload"]["total_ns"] / 1e6]
                if n:
                    rows.append([seen, *parts, seen - sum(parts)])
                else:
                    before = resident(pid)
            grown = (resident(pid) - before) / options.rounds
        table.add(name, *(statistics.median(column) for column in zip(*rows)), grown)
    return table


def run(options):
    debian_source.fetch(options.work / "sources", ["nim"])
    nim = nim_programs.Nim(options.work, options.hcr, 2)
    log("plain Nim")
    yield save_to_live(options, nim)
    yield programs(options, nim)
    if options.nim_programs != ["calls"]:
        yield builds(options, nim)
