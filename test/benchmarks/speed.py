# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Real programs, built with HCR, against the same built by plain Clang."""

import math
import os
import pathlib

import debian_source
import gnuchess_test
import programs
from live import Live
from measure import Table, log, processor_time, take_turns

SCRIPTS = pathlib.Path(__file__).with_name("lua")


def lua(tree, script, size):
    return lambda: processor_time(tree / "src/lua", SCRIPTS / script, str(size))


def sqlite(tree, size):
    return lambda: processor_time(tree / "build/speedtest1", "--size", size, "--testset", "main", ":memory:")


def ninja(tree):
    # Reads a generated build description of 20 MB, some times over.
    return lambda: processor_time(tree / "manifest_parser_perftest", cwd=tree)


def gnuchess(tree, depth):
    def search():
        with Live([tree / "src/gnuchess", "-u"]) as live:
            engine = gnuchess_test.Engine(live)
            for position in gnuchess_test.POSITIONS:
                engine.search(position, depth)
            # It crashes when it quits, also without HCR; its time is read while it lives.
            fields = pathlib.Path(f"/proc/{live.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    return search


# What to run at each level: sizes that take one to three seconds.
WORK = [
    ("Lua: calls (fib)", "lua5.4", lambda tree, o2: lua(tree, "fib.lua", 34 if o2 else 32)),
    ("Lua: numbers (nbody)", "lua5.4", lambda tree, o2: lua(tree, "nbody.lua", 600000 if o2 else 250000)),
    ("Lua: strings", "lua5.4", lambda tree, o2: lua(tree, "strings.lua", 300 if o2 else 120)),
    ("SQLite speedtest1", "sqlite3", lambda tree, o2: sqlite(tree, 50 if o2 else 20)),
    ("GNU Chess, 5 positions", "gnuchess", lambda tree, o2: gnuchess(tree, 7 if o2 else 6)),
    ("Ninja, parsing", "ninja-build", lambda tree, o2: ninja(tree)),
]


def run(options):
    debian_source.fetch(options.work / "sources", programs.PACKAGES)
    table = Table(
        "Programs",
        "Processor time of a program built with HCR over that of the same program built by plain Clang 19, at the same level; "
        "no reload has happened.",
        ["program", "-O0", "-O2", "-O2, seconds with HCR"],
    )
    products = {"-O0": [], "-O2": []}
    for name, package, work in WORK:
        ratios, seconds = [], 0.0
        for level in ("-O0", "-O2"):
            trees = {}
            for kind in ("plain", "hcr"):
                log(f"{package}: {kind} {level}")
                trees[kind] = programs.build(options.work, package, kind + level, options.hcr)
            medians = take_turns(options.rounds, **{kind: work(tree, level == "-O2") for kind, tree in trees.items()})
            ratios.append(medians["hcr"] / medians["plain"])
            products[level].append(ratios[-1])
            seconds = medians["hcr"]
        table.add(name, *ratios, seconds)
    table.add("geometric mean", *(math.prod(r) ** (1 / len(r)) for r in products.values()), "")
    yield table
