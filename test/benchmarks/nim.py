# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""libnimhcr.so against Nim's own runtime: the same compiled program, run with either in turns."""

import os
import pathlib
import re
import shutil
import statistics
import subprocess

from measure import Table, command, log, take_turns, wall_time

SIZES = 2, 50, 200
CALLS = 20_000_000
RELOADS = 20
MAIN = """
import times, hotcodereloading, m0
while true:
  var line: string
  if not stdin.readLine(line): break
  case line
  of "call": echo int(1e6 * m0.loop({calls}))
  of "reload":
    let start = epochTime()
    performCodeReload()
    echo int(1e9 * (epochTime() - start))
  else: echo m0.value0(1)
  stdout.flushFile()
"""


def module(number, count):
    """Ten procs and some state; every module is used by another one."""
    used = [n for n in (2 * number + 1, 2 * number + 2) if n < count]
    imports = ["times"] + [f"m{n}" for n in used]
    lines = ["import " + ", ".join(imports), f"type Node{number}* = ref object", f"  next*: Node{number}", "  data*: seq[int]",
             f"var state{number}* = {number}", f"var list{number}*: seq[Node{number}]"]
    lines += [f"proc value{p}*(x: int): int =\n  inc state{number}\n  x + {p} + state{number}" for p in range(10)]
    lines += [f"proc next{number}*(x: int): int {{.noinline.}} = x + 1", f"list{number}.add Node{number}(data: @[state{number}])"]
    lines += [f"discard m{n}.value1(state{number})" for n in used]
    if used:
        lines += ["proc loop*(n: int): float =", "  let start = cpuTime()", "  var x = 0",
                  f"  for i in 0 ..< n: x = m{used[0]}.next{used[0]}(x)", "  (cpuTime() - start) * 1e9 / n.float"]
    return "\n".join(lines) + "\n"


class Program:
    """A program of so many modules beside its main module; compiled with -d:danger, as the figures are about calls."""

    def __init__(self, directory, count):
        self.directory = directory
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for number in range(count):
            (directory / f"m{number}.nim").write_text(module(number, count))
        (directory / "main.nim").write_text(MAIN.format(calls=CALLS))
        log(f"compiling {count} modules")
        self.compile("--hotCodeReloading:on", "--nimcache:cache")
        self.shared = directory / "cache" / "libm0.nim.c.so"
        if not self.shared.exists():
            self.shared = next((directory / "cache").glob("lib*m0.nim.c.so"))
        self.versions = [self.shared.read_bytes()]
        source = directory / "m0.nim"
        source.write_text(source.read_text().replace("x + 0 +", "x + 1000 +"))
        shutil.copy(directory / "main", directory / "run")
        self.compile("--hotCodeReloading:on", "--nimcache:cache")
        self.versions.append(self.shared.read_bytes())
        self.compile("--nimcache:plain-cache", "-o:plain")

    def compile(self, *options):
        command("nim", "c", "--hints:off", "--warnings:off", "-d:danger", *options, "main.nim", cwd=self.directory)

    def put(self, version):
        """As a linker does: another file under the name."""
        aside = self.shared.with_suffix(".new")
        aside.write_bytes(self.versions[version])
        os.replace(aside, self.shared)


class Run:
    def __init__(self, program, executable, libraries):
        self.process = subprocess.Popen(
            [program.directory / executable], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, LD_LIBRARY_PATH=libraries), start_new_session=True)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def memory(self):
        """KiB that the process alone has; what it shares with others varies by a tenth from run to run."""
        text = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        field = lambda name: int(re.search(rf"^{name}:\s+(\d+)", text, re.M)[1])
        return field("Private_Dirty") + field("Private_Clean")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def libraries(options):
    """LD_LIBRARY_PATH for either; the run-time library is the same."""
    source = pathlib.Path(__file__).resolve().parents[2]
    directory = options.work / "nim-runtimes"
    rtl, theirs = directory / "rtl" / "libnimrtl.so", directory / "theirs" / "libnimhcr.so"
    if not rtl.exists():
        command(source / "utils" / "nimrtl", "-o", rtl, "--", "-d:release")
    if not theirs.exists():
        library = re.search(r'"libpath":"([^"]*)"', command("nim", "dump", "--dump.format:json", "dummy"))[1]
        command("nim", "c", "--hints:off", "--warnings:off", "-d:release", f"--nimcache:{directory / 'cache'}", f"-o:{theirs}",
                pathlib.Path(library) / "nimhcr.nim")
    ours = options.hcr.parent / "lib"
    return {"ours": f"{ours}:{rtl.parent}", "theirs": f"{theirs.parent}:{rtl.parent}"}


def reload_times(program, run, count):
    """Milliseconds of each reload of one module."""
    times = []
    for number in range(count):
        program.put(1 - number % 2)
        times.append(run.ask("reload") / 1e6)
    return times


def run(options):
    table = Table(
        "Nim",
        "A program of so many modules of Nim (and some 25 of its library), compiled once with --hotCodeReloading:on -d:danger and run with "
        "libnimhcr.so (*ours*) and with Nim's own (*theirs*) in turns. Call: into another module, less the same program's time without "
        "hot code reloading. Start-up: from exec to exit. Reload: of one module, as the program sees it. Memory: the process's own after the start.",
        ["modules", "call, ns over plain: ours", "theirs", "ours / theirs", "start-up, ms: ours", "theirs", "ours / theirs",
         "reload, ms: ours", "theirs", "ours / theirs", "memory, KiB: ours", "theirs", "ours / theirs"],
    )
    paths = libraries(options)
    for count in SIZES:
        program = Program(options.work / f"nim-{count}", count)
        program.put(0)
        start = take_turns(options.rounds, **{
            name: lambda path=path: wall_time(program.directory / "run", LD_LIBRARY_PATH=path) for name, path in paths.items()})
        runs = {name: Run(program, "run", path) for name, path in paths.items()}
        plain = Run(program, "plain", "")
        for r in [plain, *runs.values()]:
            r.ask("value")
        memory = {name: r.memory() for name, r in runs.items()}
        calls = take_turns(options.rounds, plain=lambda: plain.ask("call") / 1e6,
                           **{name: lambda r=r: r.ask("call") / 1e6 for name, r in runs.items()})
        plain.end()
        reloads = {}
        for name, r in runs.items():
            program.put(0)
            reloads[name] = statistics.median(reload_times(program, r, RELOADS))
            r.end()
        over = {name: calls[name] - calls["plain"] for name in paths}
        cells = []
        for values in over, {n: 1000 * s for n, s in start.items()}, reloads, memory:
            cells += [values["ours"], values["theirs"], values["ours"] / values["theirs"]]
        table.add(count, *cells)
    yield table
