# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`hcr run` as a story sees it: what it reports, and what the program answers.

    with Watched(project) as program:
        project.edit("main.c", "1", "2")
        program.reloaded("main.c")      # one event, nothing in between
        program.expect("2")
"""

import json
import queue
import subprocess
import threading

from hcrtest import HCR, TIMEOUT, Failed



def isQuiet(event):
    """Nothing happened to the program, and nothing was to happen."""
    return (event["event"] in ("compiler", "unchanged", "watching") or
            event["event"] == "build" and not event["failed"])


class Watched:
    code = 0  # that the program is to end with

    def __init__(self, project, *options):
        self.child = subprocess.Popen(
            [HCR, "run", "--json", *options, "./" + project.output], text=True,
            cwd=project.directory, bufsize=1, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.events = queue.Queue()
        self.told = None
        self.said = queue.Queue()  # by the program, on standard error
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.child.stderr:
            print(line, end="", flush=True)
            if line.startswith("{"):
                self.events.put(json.loads(line))
            else:
                self.said.put(line.rstrip("\n"))

    def event(self, kind):
        """The next event that is not a quiet one must be of this kind."""
        while True:
            try:
                got = self.events.get(timeout=TIMEOUT)
            except queue.Empty:
                raise Failed(f"no event within {TIMEOUT} s, expected {kind}") from None
            # A save may be seen twice, and what is wrong with it told twice.
            if got["event"] == "error" and got == self.told:
                continue
            if got["event"] == kind and not (kind == "build" and isQuiet(got)):
                self.told = got
                return got
            if not isQuiet(got):
                raise Failed(f"expected {kind}, got {got}")

    def reloaded(self, *modules):
        """One reload of exactly these modules (none given: of any)."""
        event = self.event("reloaded")
        got = {module["name"] for module in event["reload"]["modules"]}
        if modules and got != set(modules):
            raise Failed(f"reloaded {sorted(got)}, expected {sorted(modules)}")
        return event

    def failed(self):
        """One build that failed."""
        self.event("build")

    def answer(self):
        self.child.stdin.write("\n")
        return self.child.stdout.readline().rstrip("\n")

    def expect(self, answer):
        if (got := self.answer()) != answer:
            raise Failed(f"expected {answer!r}, got {got!r}")

    def __enter__(self):
        self.event("watching")
        return self

    def __exit__(self, kind, value, trace):
        self.child.stdin.close()
        try:
            code = self.child.wait(0 if kind else TIMEOUT)
        except subprocess.TimeoutExpired:
            self.child.terminate()  # and the program with it
            if not kind:
                raise
            return
        if kind is None and code != self.code:
            raise Failed(f"exit code {code}")
