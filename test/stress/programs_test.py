#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Real programs run their own tests while all of their modules are reloaded.

    programs_test.py --work DIR --hcr BIN/DIR [-j N] [PROGRAM...]

DIR is where test/programs/programs.py builds: what is missing there is built, and sources that are missing are fetched
as Debian source packages. Output and exit code must be those of the plain build. Self tests that end at once run again
and again in one process (again.c).
"""

import argparse
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "programs"))
import debian_source
import lua_test
import programs
import stress
import sqlite_test

LEVEL = "O2"
# A run with fewer reloads would prove little.
LEAST = 3


class Bench:
    """One real program, built both ways, and its runs."""

    def __init__(self, options, name):
        self.options, self.name = options, name
        self.plain, self.hcr = (
            programs.build(options.work, name, f"{kind}-{LEVEL}", options.hcr, options.clang, options.jobs) for kind in ("plain", "hcr")
        )
        self.scratch = options.work / "scratch" / f"stress-{name}"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        self.built = set()
        self.outcomes = []

    def run(self, what, program, arguments=(), cwd=None, stdin=None, normal=lambda text: text, least=LEAST, **environment):
        """Runs both builds of a program and compares. `cwd` is a directory, or a function of the tree."""
        where = {tree: cwd(tree) if callable(cwd) else cwd or self.scratch for tree in (self.plain, self.hcr)}

        def opened():
            return open(stdin, "rb") if stdin else open(os.devnull, "rb")

        with opened() as source:
            done = subprocess.run(
                [str(self.plain / program), *arguments], cwd=where[self.plain], env=dict(os.environ, **environment), stdin=source,
                capture_output=True, text=True, errors="surrogateescape", timeout=600,
            )
        # The images of a program that runs several times are built once.
        reuse = ["--reuse"] if program in self.built else []
        self.built.add(program)
        with opened() as source:
            run = stress.Run(self.options.hcr, self.hcr / program, arguments, reuse, where[self.hcr], source, **environment)
        trees = lambda text: normal(text.replace(str(self.plain), "TREE").replace(str(self.hcr), "TREE"))
        outcome = run.outcome(f"{self.name} {what}", done.returncode, done.stdout, least, trees)
        self.outcomes.append(outcome)
        return done.stdout


def lua(bench):
    """Lua 5.1's test suite, each file as often as fills two seconds."""
    suite = bench.scratch / "suite"
    shutil.copytree(bench.options.work / "sources/golang-github-yuin-gopher-lua/_lua5.1-tests", suite)
    (suite / "libs/P1").mkdir(parents=True, exist_ok=True)
    environment = {"LUA_INIT": "package.path='?;./?.lua;'..package.path"}

    def repetitions(script):
        start = time.monotonic()
        subprocess.run([bench.plain / "src/again", script], cwd=suite, env=dict(os.environ, AGAIN="2", **environment), capture_output=True, timeout=600)
        return max(2, min(2000, int(4 / (time.monotonic() - start))))

    scripts = sorted(s.name for s in suite.glob("*.lua") if s.name not in lua_test.LEFT_OUT)
    for script in scripts:
        bench.run(
            script, "src/again", [script], suite, normal=lambda text: lua_test.normal(text, "TREE"), least=1,
            AGAIN=str(repetitions(script)), **environment,
        )


def sqlite(bench):
    """speedtest1 with its verification."""
    bench.run(
        "speedtest1", "build/speedtest1", ["--verify", "--size", "25", ":memory:"],
        normal=lambda text: "\n".join(re.sub(r"\.+ *\d+\.\d+s.*", "", l) for l in text.splitlines() if "TOTAL" not in l),
    )


def large_file(bench, source, size):
    """The text of a program's sources, repeated up to a size."""
    text = b"".join(p.read_bytes() for p in sorted((bench.plain).rglob("*.[ch]")))
    path = bench.scratch / "large"
    path.write_bytes((text * (size // len(text) + 1))[:size])
    return path


def zlib(bench):
    """Its example program, and minigzip on a large file, forth and back."""
    bench.run("example", "again", ["tmp.gz"], AGAIN="400")
    large = large_file(bench, bench.plain, 16 << 20)
    bench.run("minigzip", "minigzip", ["-c"], stdin=large, normal=digest)
    packed = bench.scratch / "large.gz"
    with open(large, "rb") as source, open(packed, "wb") as target:
        subprocess.run([bench.plain / "minigzip", "-9"], stdin=source, stdout=target, check=True, timeout=300)
    with open(packed, "ab") as target:
        target.write(packed.read_bytes() * 8)
    bench.run("minigzip -d", "minigzip", ["-d"], stdin=packed, normal=digest)


def bzip2(bench):
    """What its `make test` does, on larger files: three block sizes, forth and back, and the small-memory decoder."""
    large = large_file(bench, bench.plain, 12 << 20)
    for level in ("-1", "-9"):
        bench.run(f"bzip2 {level}", "bzip2", [level, "-c"], stdin=large, normal=digest)
    packed = bench.scratch / "large.bz2"
    with open(large, "rb") as source, open(packed, "wb") as target:
        subprocess.run([bench.plain / "bzip2", "-2"], stdin=source, stdout=target, check=True, timeout=300)
    for options in ("-d", "-ds"):
        bench.run(f"bzip2 {options}", "bzip2", [options, "-c"], stdin=packed, normal=digest)


def digest(text):
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()


def ninja(bench):
    """Its unit tests."""
    bench.run("ninja_test", "ninja_test", normal=lambda text: re.sub(r"\r", "\n", text), TMPDIR=str(bench.scratch))


def pugixml(bench):
    """Its tests. They count what they allocate in a variable, so they run once in a process."""
    bench.run("test", "build/test", cwd=lambda tree: tree, least=1, AGAIN="1")


def jsoncpp(bench):
    bench.run("jsoncpp_test", "again", AGAIN="60")


def tinyxml2(bench):
    bench.run("xmltest", "again", cwd=lambda tree: tree, AGAIN="40", normal=lambda text: re.sub(r"\d+\.\d+ milli-seconds.*", "TIME", text))


# By Debian source package, with the other packages that the tests need.
BENCHES = {
    "lua5.1": (lua, ["golang-github-yuin-gopher-lua"]),
    "sqlite3": (sqlite, []),
    "zlib": (zlib, []),
    "bzip2": (bzip2, []),
    "ninja-build": (ninja, []),
    "pugixml": (pugixml, []),
    "libjsoncpp": (jsoncpp, []),
    "tinyxml2": (tinyxml2, []),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stress.add_common_options(parser)
    parser.add_argument("programs", nargs="*", choices=[[], *BENCHES], metavar="PROGRAM", help=f"default: all of {', '.join(BENCHES)}")
    options = stress.parse(parser)
    names = options.programs or list(BENCHES)
    packages = [p for name in names for p in (name, *BENCHES[name][1])]
    debian_source.fetch(options.work / "sources", packages)
    progress = stress.Progress("programs")
    for name in names:
        try:
            bench = Bench(options, name)
            BENCHES[name][0](bench)
            outcomes = bench.outcomes
        except (stress.Failure, OSError, subprocess.SubprocessError) as failure:
            outcomes = [stress.Outcome(name, stress.WRONG, message=str(failure))]
        for outcome in outcomes:
            progress.add(outcome)
    sys.exit(progress.finish(options.summary))


if __name__ == "__main__":
    main()
