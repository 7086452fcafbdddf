# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Words for the stories in this directory.

    for project in everyLevel("main.c"):              # at -O0 and at -O2
        with project.start() as program:
            program.expect("the first version")       # one step, one line
            project.edit("main.c", "first", "second")
            program.reload()
            program.expect("the second version")

The programs read lines and answer each with one line, so a story decides what
happens before and after a reload without ever sleeping. Leaving `with` closes
the program's input, waits for its end and checks its exit code. Everything
that waits gives up after TIMEOUT seconds and says what it was waiting for.
"""

import contextlib
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time

TIMEOUT = 120
HERE = os.path.dirname(os.path.abspath(sys.argv[0]))
BUILD = os.environ["HCRTEST_BUILD"]
LLVM_BIN = os.environ["HCRTEST_LLVM_BIN"]
HCR = os.path.join(BUILD, "bin", "hcr")
LIBDIR = os.path.join(BUILD, "lib")
INCLUDE = os.path.join(os.environ["HCRTEST_SOURCE"], "runtime", "include")
PASS = os.path.join(LIBDIR, "libHcrPass.so")
PASS_FLAGS = [f"-fplugin={PASS}", f"-fpass-plugin={PASS}"]


class Failed(Exception):
    """A promise of the story that was not kept."""


def run(command, cwd=None, environment=None, code=0, stdin=""):
    """Runs a command to its end; the exit code must be as expected. Returns
    everything it printed."""
    result = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environment or {})},
        input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", timeout=TIMEOUT * 2)
    print(f"$ {' '.join(map(str, command))}\n{result.stdout}", end="", flush=True)
    if code is not None and result.returncode != code:
        raise Failed(f"exit code {result.returncode}, expected {code}: "
                     f"{' '.join(map(str, command))}")
    return result.stdout


def check(text, pattern):
    """The text contains the pattern (a regular expression)."""
    if not re.search(pattern, text):
        raise Failed(f"expected /{pattern}/ in: {text}")


def waitFor(what, condition):
    """Waits until condition() is true; returns what it returned."""
    deadline = time.monotonic() + TIMEOUT
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"waited {TIMEOUT} s for {what}")
        time.sleep(0.01)
    return result


class Program:
    """A running program that answers lines."""

    def __init__(self, project, arguments, environment, underRun, code,
                 options=()):
        self.project = project
        self.underRun = underRun
        self.code = code
        settings = {**os.environ, "HCR_CONTROL": "1", **environment}
        environment = {n: v for n, v in settings.items() if v is not None}
        command = [project.path(project.output), *arguments]
        if underRun:
            command = [HCR, "run", *options, *command]
            environment.pop("HCR_CONTROL", None)
        self.child = subprocess.Popen(
            command, cwd=project.directory, env=environment, text=True,
            errors="replace", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, bufsize=1)
        self.lines = queue.Queue()
        self.errors = []
        self.threads = [
            threading.Thread(target=self.readLines, daemon=True),
            threading.Thread(target=self.readErrors, daemon=True)]
        for thread in self.threads:
            thread.start()
        self.pid = waitFor("the program's start", self.findPid)

    def readLines(self):
        for line in self.child.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def readErrors(self):
        for line in self.child.stderr:
            self.errors.append(line.rstrip("\n"))
            print(f"[stderr] {line}", end="", flush=True)

    def runningPid(self):
        """The process that runs the program itself: a child of `hcr run`."""
        executable = os.path.realpath(self.project.path(self.project.output))
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
                if (parent == self.child.pid and
                        os.path.realpath(f"/proc/{pid}/exe") == executable):
                    return int(pid)
        return None

    def findPid(self):
        if not self.underRun:
            return self.child.pid
        if (pid := self.runningPid()) is None and self.child.poll() is not None:
            raise Failed("hcr run ended before the program started: "
                         + "\n".join(self.errors))
        return pid

    def send(self, line=""):
        try:
            self.child.stdin.write(line + "\n")
            self.child.stdin.flush()
        except BrokenPipeError:
            raise Failed("the program does not read any more; it said:\n"
                         + "\n".join(self.errors)) from None

    def line(self):
        """The next line of output."""
        try:
            line = self.lines.get(timeout=TIMEOUT)
        except queue.Empty:
            raise Failed(f"no line of output within {TIMEOUT} s") from None
        if line is None:
            code = self.child.wait(TIMEOUT)
            raise Failed(f"the program ended with exit code {code}; it said:\n"
                         + "\n".join(self.errors))
        print(f"[{self.pid}] {line}", flush=True)
        return line

    def step(self, say=""):
        """One question, one answer."""
        self.send(say)
        return self.line()

    def expect(self, answer, say=""):
        got = self.step(say)
        if got != answer:
            raise Failed(f"expected {answer!r}, got {got!r}")

    def until(self, answer, say=""):
        """Steps until the program answers so; returns the answers before."""
        deadline = time.monotonic() + TIMEOUT
        before = []
        while (got := self.step(say)) != answer:
            before.append(got)
            if time.monotonic() > deadline:
                raise Failed(f"waited {TIMEOUT} s for {answer!r}, last: {got!r}")
            time.sleep(0.005)  # leave the processor to the builder
        return before

    def error(self, pattern):
        """Waits for a line on standard error."""
        return waitFor(f"/{pattern}/ on standard error", lambda: next(
            (line for line in self.errors if re.search(pattern, line)), None))

    def reload(self, *options):
        """Builds what was edited and loads it. Returns the runtime's answer."""
        self.project.rebuild()
        return self.load(*options)

    def load(self, *options, alone=False, code=0):
        """`hcr reload`: the answer as a dictionary, after it took effect.
        Alone: only in this process, should there be others of the program."""
        which = [self.project.path(self.project.output)]
        if alone:
            which = ["--pid", str(self.pid)]
        text = run([HCR, "reload", "--json", *options, *which],
                   cwd=self.project.directory, code=code)
        answers = [line for line in text.splitlines() if line.startswith("{")]
        if not answers:
            raise Failed(f"no JSON in the answer of hcr reload: {text}")
        answer = json.loads(answers[-1])
        answer = answer.get("reload", answer)
        expected = "refused" if code else "reloaded"
        if answer.get("result") != expected:
            raise Failed(f"expected {expected}: {text}")
        return answer

    def refuse(self, pattern):
        """What is to be loaded now is refused with this message."""
        answer = self.load(code=1)
        check(answer["message"], pattern)
        return answer

    def noWritableCode(self):
        """No page of the process is writable and executable."""
        with open(f"/proc/{self.pid}/maps", encoding="utf-8") as file:
            maps = file.read()
        if bad := re.findall(r"^\S+ .wx. .*$", maps, re.M):
            raise Failed(f"writable and executable: {bad}")
        if not re.search(r" r-xp ", maps):
            raise Failed(f"no code in {maps}")

    def mapped(self, pattern):
        with open(f"/proc/{self.pid}/maps", encoding="utf-8") as file:
            return re.findall(pattern, file.read())

    def end(self):
        """End of input; the exit code must be as expected, the process must
        be the one that was started."""
        if self.underRun and self.child.poll() is None:
            if (now := self.runningPid()) not in (None, self.pid):
                raise Failed(f"process {self.pid} became {now}")
        self.child.stdin.close()
        try:
            code = self.child.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            raise Failed("the program did not end") from None
        for thread in self.threads:
            thread.join(TIMEOUT)
        if code != self.code:
            raise Failed(f"exit code {code}, expected {self.code}:\n"
                         + "\n".join(self.errors))
        rest = []
        while (line := self.lines.get(timeout=TIMEOUT)) is not None:
            rest.append(line)
            print(f"[{self.pid}] {line}", flush=True)
        return rest

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None and self.child.poll() is None:
            self.end()
        if self.child.poll() is None:
            # Only the processes that this story started.
            with contextlib.suppress(OSError):
                os.kill(self.pid, 9)
            self.child.kill()
            self.child.wait()


class Project:
    """A copy of the story's files, and how they are built into a program."""

    def __init__(self, *sources, name="project", flags=(), link=(), files=HERE,
                 output="program", wrapper=True):
        self.directory = os.path.join(HERE, "work", name)
        self.sources = sources
        self.flags = list(flags)
        self.link = list(link)
        self.output = output
        self.wrapper = wrapper
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(files, self.directory,
                        ignore=shutil.ignore_patterns("work", "story.py"))
        # Module names are relative to here, not to the checkout around it.
        self.write(".hcr-root", "")

    def path(self, name):
        return os.path.join(self.directory, name)

    def compiler(self, source=None):
        isCxx = any(s.endswith(".cpp") for s in
                    ([source] if source else self.sources))
        if self.wrapper:
            return os.path.join(BUILD, "bin", "hcr-c++" if isCxx else "hcr-cc")
        return os.path.join(LLVM_BIN, "clang++" if isCxx else "clang")

    def compile(self, source, *flags):
        """One source to one object."""
        output = os.path.splitext(source)[0] + ".o"
        standard = ["-std=c++20"] if source.endswith(".cpp") else []
        run([self.compiler(source), "-g", *standard, *self.flags, *flags, "-c",
             source, "-o", output], cwd=self.directory)
        return output

    def build(self, link=()):
        """Compiles and links the program; returns this project."""
        objects = [self.compile(source) for source in self.sources]
        run([self.compiler(), *self.flags, *objects, *self.link, *link, "-o",
             self.output], cwd=self.directory)
        return self

    def start(self, *arguments, environment=None, code=0):
        """Starts the program so that `hcr reload` reaches it."""
        return Program(self, arguments, environment or {}, False, code)

    def runUnderHcr(self, *arguments, environment=None, code=0, options=()):
        """Starts the program under `hcr run`, which watches the sources."""
        return Program(self, arguments, environment or {}, True, code, options)

    def rebuild(self, *files, code=0):
        """`hcr build`: what was edited becomes images."""
        return run([HCR, "build", self.path(self.output), *files],
                   cwd=self.directory, code=code)

    def edit(self, file, before, after):
        """Replaces text in a file, which appears in one step."""
        with open(self.path(file), encoding="utf-8") as source:
            text = source.read()
        if text.count(before) != 1:
            raise Failed(f"{file} has {text.count(before)} times {before!r}")
        self.write(file, text.replace(before, after))

    def write(self, file, text):
        aside = self.path(file) + ".saving"
        with open(aside, "w", encoding="utf-8") as source:
            source.write(text)
        os.rename(aside, self.path(file))

    def use(self, file, version):
        """Puts another file of the story in this one's place."""
        with open(self.path(version), encoding="utf-8") as source:
            self.write(file, source.read())

    def image(self, module):
        return os.path.join(self.path(self.output) + ".hcr", module + ".so")


def everyLevel(*sources, levels=("-O0", "-O2"), flags=(), **rest):
    """The project, built, at each optimisation level."""
    for level in levels:
        print(f"---- {level} {' '.join(flags)}", flush=True)
        yield Project(*sources, name=level[1:], flags=[level, *flags],
                      **rest).build()


def noWritableCodeIn(file):
    """No segment of the file is writable and executable."""
    headers = run([os.path.join(LLVM_BIN, "llvm-readelf"), "-lW", file])
    segments = re.findall(r"^ +(LOAD|GNU_STACK) .*$", headers, re.M)
    if not segments:
        raise Failed(f"no segments in {file}")
    for line in headers.splitlines():
        if re.match(r" +\w+ +0x", line) and re.search(r" RWE +0x", line):
            raise Failed(f"writable and executable in {file}: {line}")
