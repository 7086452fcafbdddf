# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Words for the stories in this directory.

    project = Project()                   # app.nim and its modules lie here
    with project.start() as program:
        program.expect("tick", "1")       # app.answer("tick") gives "1"
        project.use("app.nim", "app2.nim")
        program.reload()                  # compiles, reloads, checks it did
        program.expect("tick", "2")

The program is a main module that answers lines; a story says what is compiled
and reloaded in between. It runs as a copy, since the compiler writes over the
executable. `nimhcr.py runtimes` makes what all stories share, once:

    BUILD/nim/plain/libnimrtl.so   from the compiler's library as it is
    BUILD/nim/ours/libnimrtl.so    by utils/nimrtl
    BUILD/nim/theirs/libnimhcr.so  Nim's own, to show what is cured
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

TIMEOUT = 120
BUILD = os.environ["HCRTEST_BUILD"]
SOURCE = os.environ["HCRTEST_SOURCE"]
HERE = os.path.dirname(os.path.abspath(sys.argv[0]))
RUNTIMES = os.path.join(BUILD, "nim")
NIM_SOURCES = os.path.join(BUILD, "programs", "sources", "nim")
OPTIONS = ["--hints:off", "--warnings:off", "--parallelBuild:1"]

MAIN = """
import hotcodereloading, app
while true:
  var line: string
  if not stdin.readLine(line): break
  case line
  of "reload":
    performCodeReload()
    echo "reloaded"
  of "changed?": echo hasAnyModuleChanged()
  else: echo app.answer(line)
  stdout.flushFile()
"""


class Failed(Exception):
    """A promise of the story that was not kept."""


def check(text, pattern):
    """The text contains the pattern (a regular expression)."""
    if not re.search(pattern, text):
        raise Failed(f"expected /{pattern}/ in: {text}")


def run(command, cwd=HERE, environment=None, code=0, stdin=""):
    """Runs a command to its end; returns everything it printed."""
    result = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environment or {})},
        input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=TIMEOUT * 2)
    print(f"$ {' '.join(map(str, command))}\n{result.stdout}", end="", flush=True)
    if code is not None and result.returncode != code:
        raise Failed(f"exit code {result.returncode}, expected {code}")
    return result.stdout


def makeRuntimes():
    """What all stories share; made by the first that needs it."""
    os.makedirs(RUNTIMES, exist_ok=True)
    with open(os.path.join(RUNTIMES, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        plain, ours, theirs = (
            os.path.join(RUNTIMES, name) for name in
            ("plain/libnimrtl.so", "ours/libnimrtl.so", "theirs/libnimhcr.so"))
        script = os.path.join(SOURCE, "utils", "nimrtl")
        if (not os.path.exists(ours)
                or os.path.getmtime(ours) < os.path.getmtime(script)):
            run([script, "-o", ours, "--"] + OPTIONS)
        library = json.loads(subprocess.run(
            ["nim", "dump", "--dump.format:json", "dummy"], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)["libpath"]
        for name, module in (plain, "nimrtl.nim"), (theirs, "nimhcr.nim"):
            if not os.path.exists(name):
                run(["nim", "c", *OPTIONS, "--out:" + name,
                     "--nimcache:" + name + ".cache",
                     os.path.join(library, module)], cwd=RUNTIMES)


def paths(rtl="ours", hcr="ours"):
    """LD_LIBRARY_PATH for a program."""
    ours = os.path.join(BUILD, "lib")
    return ":".join([ours if hcr == "ours" else os.path.join(RUNTIMES, hcr),
                     os.path.join(RUNTIMES, rtl)])


class Program:
    """A running program that answers lines."""

    def __init__(self, project, number, environment):
        self.project = project
        path = os.path.join(project.directory, f"run{number}", "main")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(os.path.join(project.directory, "main"), path)
        self.state = path + ".hcr"
        self.process = subprocess.Popen(
            [path, *project.arguments], stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=1,
            env={**os.environ, **environment})
        self.timer = threading.Timer(TIMEOUT, self.process.kill)
        self.timer.start()

    def ask(self, line, answer=None):
        """Sends a line and reads until the answer; None: one line."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + "\n")
        lines = []
        while True:
            text = self.process.stdout.readline()
            if not text:
                raise Failed(f"{line}: the program ended: "
                             f"{self.process.wait()}, {lines}")
            lines.append(text.rstrip("\n"))
            if answer is None or lines[-1] == answer:
                print(f"> {line}\n" + "\n".join(lines), flush=True)
                return lines if answer else lines[0]

    def expect(self, line, answer):
        got = self.ask(line)
        if got != answer:
            raise Failed(f"{line}: expected {answer}, got {got}")

    def status(self):
        with open(os.path.join(self.state, "status")) as file:
            return json.load(file)

    def reload(self, result="reloaded", compile=True):
        """Compiles and reloads; returns what the program printed meanwhile."""
        if compile:
            self.project.compile()
        lines = self.ask("reload", "reloaded")[:-1]
        status = self.status()
        if status["result"] != result:
            raise Failed(f"expected {result}: {status}")
        return lines

    def notes(self):
        return " ".join(self.status()["notes"])

    def maps(self):
        with open(f"/proc/{self.process.pid}/maps") as file:
            return file.read()

    def end(self, code=0):
        self.process.stdin.close()
        rest = self.process.stdout.read()
        if self.process.wait() != code:
            raise Failed(f"ended with {self.process.returncode}: {rest}")


class Project:
    def __init__(self, name="project", options=(), main=MAIN, arguments=()):
        self.directory = os.path.join(HERE, name)
        self.options = list(options)
        self.arguments = list(arguments)
        self.started = 0
        shutil.copytree(HERE, self.directory,
                        ignore=lambda _, names: [n for n in names
                                                 if not n.endswith(".nim")])
        self.write("main.nim", main)
        makeRuntimes()
        self.compile()

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)

    def use(self, name, version):
        """Another version of a module, from the story's file."""
        shutil.copy(os.path.join(HERE, version), self.path(name))

    def edit(self, name, old, new):
        with open(self.path(name)) as file:
            text = file.read()
        if old not in text:
            raise Failed(f"{name} has no '{old}'")
        self.write(name, text.replace(old, new))

    def compile(self):
        run(["nim", "c", *OPTIONS, *self.options, "--hotCodeReloading:on",
             "--nimcache:" + self.path("cache"), "main.nim"], self.directory)

    def sharedObject(self, module):
        return self.path(f"cache/lib@m{module.replace('/', '@s')}.nim.c.so")

    @contextlib.contextmanager
    def start(self, rtl="ours", hcr="ours", environment=None):
        self.started += 1
        program = Program(self, self.started, {
            "LD_LIBRARY_PATH": paths(rtl, hcr), **(environment or {})})
        try:
            yield program
            program.end()
        finally:
            program.timer.cancel()
            if program.process.poll() is None:
                program.process.kill()
            program.process.wait()

    def dies(self, lines, rtl="plain", hcr="theirs"):
        """The same program with Nim's own runtime, given some lines; returns
        what it printed before a signal ended it."""
        path = self.path("theirs/main")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(self.path("main"), path)
        result = subprocess.run(
            [path, *self.arguments], input="\n".join(lines) + "\n", text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT,
            env={**os.environ, "LD_LIBRARY_PATH": paths(rtl, hcr)})
        print(f"# theirs: {result.returncode}\n{result.stdout}", flush=True)
        if result.returncode not in (1, -signal.SIGSEGV, -signal.SIGABRT):
            raise Failed(f"Nim's own runtime ended with {result.returncode}")
        return result.stdout


def official(test, options, out=None):
    """A test of Nim's own, unmodified, in a copy of its directory; what it
    prints must be what it says."""
    makeRuntimes()
    directory = os.path.join(HERE, "dll")
    shutil.copytree(os.path.join(NIM_SOURCES, "tests", "dll"), directory)
    command = ["nim", "c", *OPTIONS, *options, "--nimcache:cache", test + ".nim"]
    run(command, directory)
    shutil.copy(os.path.join(directory, test), os.path.join(directory, "copy"))
    got = run(["./copy", *command], directory, {"LD_LIBRARY_PATH": paths()})
    with open(os.path.join(directory, test + ".nim")) as file:
        expected = re.search(r"output: '''\n(.*?)'''", file.read(), re.S)[1]
    if got != expected:
        raise Failed(f"expected:\n{expected}")


if __name__ == "__main__":
    makeRuntimes()
