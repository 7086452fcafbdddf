# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Drives a live program for the tests: sends lines, waits for lines, edits sources while it runs.

Nothing here sleeps: every wait is for a line of output (or the end of the process) with a deadline, and a deadline that
passes fails with everything that was said until then.
"""

import json
import os
import pathlib
import queue
import re
import shutil
import signal
import subprocess
import threading
import time

DEADLINE = 60.0


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


class Stream:
    """Lines of one pipe, read by a thread of their own so that a full pipe never stops the program."""

    def __init__(self, pipe):
        self.lines = queue.Queue()
        self.seen = []
        self.thread = threading.Thread(target=self.pump, args=(pipe,), daemon=True)
        self.thread.start()

    def pump(self, pipe):
        for line in pipe:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def next(self, deadline):
        line = self.lines.get(timeout=max(0.0, deadline - time.monotonic()))
        if line is not None:
            self.seen.append(line)
        return line


class Live:
    def __init__(self, command, cwd=None, **environment):
        self.process = subprocess.Popen(
            [str(c) for c in command], cwd=cwd, env=dict(os.environ, **environment), text=True, errors="replace", bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )
        self.output = Stream(self.process.stdout)
        self.errors = Stream(self.process.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def send(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def transcript(self):
        parts = [f"standard output:\n{os.linesep.join(self.output.seen[-60:])}"]
        while not self.errors.lines.empty():
            line = self.errors.lines.get()
            if line is not None:
                self.errors.seen.append(line)
        parts.append(f"standard error:\n{os.linesep.join(self.errors.seen[-60:])}")
        return "\n".join(parts)

    def wait_for(self, stream, pattern, timeout):
        """Lines up to and including the first that matches; the match is returned."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                line = stream.next(deadline)
            except queue.Empty:
                raise Failure(f"no line matched /{pattern}/ within {timeout:.0f} s\n{self.transcript()}") from None
            if line is None:
                code = self.process.wait()
                raise Failure(f"the program ended (exit code {code}) before a line matched /{pattern}/\n{self.transcript()}")
            match = re.search(pattern, line)
            if match:
                return match

    def expect(self, pattern, timeout=DEADLINE):
        return self.wait_for(self.output, pattern, timeout)

    def report(self, pattern, timeout=DEADLINE):
        """The same for what `hcr run` says."""
        return self.wait_for(self.errors, pattern, timeout)

    def ask(self, request, end, timeout=DEADLINE):
        """Sends a request and returns the lines of its answer, up to the line that matches `end` (left out)."""
        first = len(self.output.seen)
        self.send(request)
        self.expect(end, timeout)
        return self.output.seen[first:-1]

    def finish(self, timeout=DEADLINE):
        """Closes standard input; the exit code."""
        self.process.stdin.close()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failure(f"the program did not end within {timeout:.0f} s\n{self.transcript()}") from None


class Edits:
    """Changes to the sources of one tree, taken back at the end; starts from the pristine sources."""

    def __init__(self, tree, pristine, *files):
        self.tree, self.pristine, self.files = pathlib.Path(tree), pathlib.Path(pristine), files

    def __enter__(self):
        self.restore_all()
        return self

    def __exit__(self, *_):
        self.restore_all()

    def restore_all(self):
        for file in self.files:
            ours, original = self.tree / file, self.pristine / file
            if ours.read_bytes() != original.read_bytes():
                shutil.copy2(original, ours)

    def write(self, file, text):
        """As editors save: aside, then renamed."""
        path = self.tree / file
        aside = path.with_name(path.name + ".new")
        aside.write_text(text, errors="surrogateescape")
        aside.rename(path)

    def replace(self, file, old, new):
        text = (self.tree / file).read_text(errors="surrogateescape")
        check(text.count(old) == 1, f"{file} holds {text.count(old)} times, not once:\n{old}")
        self.write(file, text.replace(old, new))

    def original(self, file):
        return (self.pristine / file).read_text(errors="surrogateescape")

    def restore(self, file):
        self.write(file, self.original(file))


class Hcr:
    """The `hcr` command on one program."""

    def __init__(self, binaries, program):
        self.command = pathlib.Path(binaries) / "hcr"
        self.program = pathlib.Path(program).resolve()
        self.directory = self.program.with_name(self.program.name + ".hcr")

    def run(self, *arguments, cwd=None, **environment):
        """Starts the program under `hcr run`, from the state after an ordinary build."""
        shutil.rmtree(self.directory, ignore_errors=True)
        return Live([self.command, "run", "--json", self.program, *arguments], cwd=cwd, **environment)

    def events(self, live, timeout):
        """What `hcr run` says from here on; the program's own errors are passed over."""
        deadline = time.monotonic() + timeout
        while True:
            line = live.report("", max(0.0, deadline - time.monotonic())).string
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue
            if isinstance(event, dict):
                yield event

    def watching(self, live, timeout=DEADLINE):
        """Waits until `hcr run` has looked at everything and waits for changes."""
        for event in self.events(live, timeout):
            if event.get("event") == "watching":
                return event

    def reloaded(self, live, module, timeout=DEADLINE):
        """Waits until `hcr run` reports a reload with that module, and returns the report."""
        for event in self.events(live, timeout):
            if event.get("event") == "reloaded":
                if any(m["name"].endswith(module) for m in event["reload"]["modules"]):
                    return event
            elif event.get("event") not in ("watching", "compiler", "warning"):
                raise Failure(f"no reload of {module}, but {json.dumps(event)}\n{live.transcript()}")
