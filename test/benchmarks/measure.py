# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What all benchmarks share: rounds of runs that take turns, medians, ratios, and the table at the end.

Two things are compared by running them in turns, A B A B …, so that whatever else the machine does meets both. The
figure is the median of A over the median of B. Times of whole processes are processor time (user and system), which other
processes on the machine disturb least; latencies are wall-clock time, since that is what a person waits for.
"""

import os
import statistics
import subprocess
import sys
import time

CLANG, CLANGXX = "clang-19", "clang++-19"


def log(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def command(*arguments, cwd=None, **environment):
    """Runs a command to its end; what it printed.

    In a session of its own, as the live programs are: Linux shares a busy processor between sessions, not processes.
    """
    done = subprocess.run(
        [str(a) for a in arguments], cwd=cwd, env=dict(os.environ, **environment), text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )
    if done.returncode:
        raise SystemExit(f"exit code {done.returncode} of {arguments}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def processor_time(*arguments, cwd=None, **environment):
    """Seconds of processor time of a process and its children."""
    process = subprocess.Popen(
        [str(a) for a in arguments], cwd=cwd, env=dict(os.environ, **environment),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"exit code {process.returncode} of {arguments}")
    return usage.ru_utime + usage.ru_stime


def wall_time(*arguments, cwd=None, **environment):
    start = time.perf_counter()
    command(*arguments, cwd=cwd, **environment)
    return time.perf_counter() - start


def take_turns(rounds, **functions):
    """{name: median} of functions that are called in turns; a first round warms caches and is not counted."""
    samples = {name: [] for name in functions}
    for number in range(rounds + 1):
        for name, function in functions.items():
            value = function()
            if number:
                samples[name].append(value)
    return {name: statistics.median(values) for name, values in samples.items()}


class Table:
    """One group of results; printed as Markdown, written as JSON."""

    def __init__(self, title, how, columns):
        self.title, self.how, self.columns, self.rows = title, how, columns, []

    def add(self, *cells):
        assert len(cells) == len(self.columns)
        self.rows.append(cells)
        log(" | ".join(self.text(c) for c in cells))

    @staticmethod
    def text(cell):
        if isinstance(cell, float):
            return f"{cell:.3f}" if abs(cell) < 10 else f"{cell:,.0f}" if abs(cell) >= 1000 else f"{cell:.1f}"
        return f"{cell:,}" if isinstance(cell, int) else str(cell)

    def markdown(self):
        lines = [f"## {self.title}", "", self.how, ""]
        lines.append("| " + " | ".join(self.columns) + " |")
        lines.append("|" + "|".join("---" for _ in self.columns) + "|")
        lines += ["| " + " | ".join(self.text(c) for c in row) + " |" for row in self.rows]
        return "\n".join(lines) + "\n"

    def json(self):
        return {"title": self.title, "how": self.how, "rows": [dict(zip(self.columns, row)) for row in self.rows]}
