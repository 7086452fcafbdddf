# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Running programs under `hcr stress`, and what the scripts here say about it."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

# What one run can come to. Only the first is good; "left out" is for programs that cannot be compared.
EQUAL, REFUSED, WRONG, LEFT_OUT = "equal", "refused", "wrong", "left out"


class Outcome:
    def __init__(self, name, result, reloads=0, modules=0, message=""):
        self.name, self.result, self.reloads, self.modules, self.message = name, result, reloads, modules, message


class Failure(Exception):
    """A step that has to work whatever is being tested."""


def call(command, cwd, timeout=600, **environment):
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=dict(os.environ, **environment), timeout=timeout,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    )
    if done.returncode:
        raise Failure(f"exit code {done.returncode} of `{' '.join(map(str, command))}` in {cwd}\n{done.stdout[-4000:]}")
    return done.stdout


class Run:
    """One run of a program under `hcr stress`."""

    def __init__(self, hcr, program, arguments=(), options=(), cwd=None, stdin=subprocess.DEVNULL, limit=600, **environment):
        command = [hcr / "hcr", "stress", "--json", "-j", "1", "--time-limit", limit, *options, program, *arguments]
        done = subprocess.run(
            [str(c) for c in command], cwd=cwd, env=dict(os.environ, **environment), stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="surrogateescape", timeout=limit + 600,
        )
        self.code, self.output = done.returncode, done.stdout
        self.events, self.errors = [], []
        for line in done.stderr.splitlines():
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                event = None
            if isinstance(event, dict) and "event" in event:
                self.events.append(event)
            else:
                self.errors.append(line)
        last = self.events[-1] if self.events else {}
        # A warning may follow the result.
        self.summary = next((e for e in reversed(self.events) if e["event"] == "stress"), {})
        if not self.summary:
            raise Failure(f"hcr stress {program}: no result but {last}\n{done.stderr[-4000:]}")
        self.reloads, self.modules = self.summary["reloads"], self.summary["modules"]

    def outcome(self, name, code, output, least, normal=lambda text: text):
        """Compares with the plain build's exit code and output."""
        refusal = next((e for e in self.events if e["event"] == "refused"), None)
        result, message = EQUAL, ""
        if refusal:
            result, message = REFUSED, f"reload {refusal['number']}, {refusal['images']}: {refusal['reload'].get('message')}"
        elif self.summary["result"] == "time limit":
            result, message = WRONG, f"killed at the time limit after {self.reloads} reloads"
        elif self.summary["code"] != code:
            result, message = WRONG, f"exit code {self.summary['code']}, not {code}, after {self.reloads} reloads; " + "\n".join(self.errors[-20:])
        elif normal(self.output) != normal(output):
            theirs, ours = normal(output).splitlines(), normal(self.output).splitlines()
            at = next((i for i, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1]), min(len(theirs), len(ours)))
            result, message = WRONG, f"after {self.reloads} reloads, line {at + 1}: {ours[at:at + 1]}, not {theirs[at:at + 1]}"
        elif self.reloads < least:
            # A run without reloads would prove nothing.
            result, message = WRONG, f"only {self.reloads} reloads, not {least}"
        return Outcome(name, result, self.reloads, self.modules, message)


class Progress:
    """One line for each outcome, and the sum at the end."""

    def __init__(self, what, total=0):  # 0: not known yet
        self.what, self.total, self.outcomes, self.start = what, total, [], time.monotonic()

    def add(self, outcome):
        self.outcomes.append(outcome)
        seconds = time.monotonic() - self.start
        of = f"/{self.total}" if self.total else ""
        line = f"[{len(self.outcomes)}{of}, {seconds:.0f} s] {outcome.name}: {outcome.result}"
        if outcome.reloads:
            line += f", {outcome.reloads} reloads of {outcome.modules} modules"
        print(line + (f": {outcome.message}" if outcome.message else ""), flush=True)

    def count(self, result):
        return sum(o.result == result for o in self.outcomes)

    def summary(self):
        return {
            "what": self.what,
            "programs": len(self.outcomes) - self.count(LEFT_OUT),
            "reloads": sum(o.reloads for o in self.outcomes),
            "module_reloads": sum(o.reloads * o.modules for o in self.outcomes),
            **{kind.replace(" ", "_"): self.count(kind) for kind in (EQUAL, REFUSED, WRONG, LEFT_OUT)},
        }

    def finish(self, file=None):
        """Prints the sum and returns the exit code."""
        sums = self.summary()
        print(
            f"{self.what}: {sums['programs']} programs, {sums['reloads']} reloads ({sums['module_reloads']} of modules): "
            f"{sums['equal']} equal, {sums['refused']} refused, {sums['wrong']} wrong; {sums['left_out']} left out",
            flush=True,
        )
        if file:
            pathlib.Path(file).write_text(json.dumps(sums) + "\n")
        return 0 if sums["equal"] == sums["programs"] > 0 else 1


def run_all(what, jobs, tasks, summary):
    """Runs tasks, each a (name, function that returns an Outcome), several at once; the exit code."""
    progress = Progress(what, len(tasks))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(task): name for name, task in tasks}
        for done in concurrent.futures.as_completed(running):
            try:
                progress.add(done.result())
            except (Failure, OSError, subprocess.SubprocessError) as failure:
                progress.add(Outcome(running[done], WRONG, message=str(failure)))
    return progress.finish(summary)


def add_common_options(parser):
    parser.add_argument("--work", required=True, type=pathlib.Path, help="directory for what is built here")
    parser.add_argument("--hcr", required=True, type=pathlib.Path, help="directory of hcr and hcr-cc")
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("-j", "--jobs", type=int, default=1, metavar="N", help="programs at once (default: 1)")
    parser.add_argument("--summary", type=pathlib.Path, metavar="FILE", help="write the sums there, as JSON")


def parse(parser):
    options = parser.parse_args()
    options.work, options.hcr = options.work.resolve(), options.hcr.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    if not (options.hcr / "hcr").exists():
        sys.exit(f"{pathlib.Path(sys.argv[0]).name}: no hcr in {options.hcr}; build HCR first")
    return options
