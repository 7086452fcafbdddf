# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How long until an edit is live: from the save, and inside the runtime."""

import os
import shutil
import statistics
import time

import debian_source
import programs
from generated import host
from live import Edits, Hcr
from measure import CLANG, CLANGXX, Table, command, log, wall_time

# One line changes to something else in every round: (package, directory of the build, program, file, old, new).
FILES = [
    ("lua5.4", "src", "lua", "lstrlib.c", "    p[i] = toupper(uchar(s[i]));", "    p[i] = toupper(uchar(s[i])) + {n} - {n};"),
    ("sqlite3", "build", "sqlite3", "../src/func.c", "z1[i] = (char)sqlite3Toupper(z2[i]);", "z1[i] = (char)(sqlite3Toupper(z2[i]) + {n} - {n});"),
    ("gnuchess", "src/engine", "../gnuchess", "eval.cpp", "\n   return eval;\n", "\n   return eval + {n} - {n};\n"),
    ("ninja-build", ".", "ninja", "src/status.cc", "'%':\n        out.push_back('%');", "'%':\n        out.push_back(*s + {n} - {n});"),
]
# How each program is kept alive while it is edited: arguments, and what its build does when it compiles the file.
IDLE = {"lua5.4": ["-"], "sqlite3": ["-interactive", ":memory:"], "gnuchess": ["-u"], "ninja-build": ["-C", "idle"]}


def compile_command(options, package, variant, directory, file):
    """The plain compile of the file that the program's own build made, with another output."""
    cxx = file.endswith(("cc", "cpp"))
    flags = ["-O0", "-g"]
    if package == "sqlite3":
        flags += ["-I.", "-I../src", "-I..", "-I../ext/rtree", "-I../ext/fts3", programs.SQLITE_OPTIONS]
    elif package == "lua5.4":
        flags += ["-std=gnu99", "-DLUA_COMPAT_5_3", "-DLUA_USE_LINUX"]
    elif package == "gnuchess":
        flags += ["-std=gnu++14", "-DHAVE_CONFIG_H", "-I.", "-I..", "-I../.."]
    else:
        flags += ["-std=gnu++11", "-fno-rtti", "-fno-exceptions", "-fvisibility=hidden", "-pipe", "-DNDEBUG", "-DUSE_PPOLL"]
    return [CLANGXX if cxx else CLANG, *flags, "-c", file, "-o", os.devnull]


def idle_ninja(tree):
    """A build that waits for ever."""
    idle = tree / "idle"
    shutil.rmtree(idle, ignore_errors=True)
    idle.mkdir()
    os.mkfifo(idle / "gate")
    (idle / "build.ninja").write_text("rule wait\n  command = read line < gate\nbuild never: wait\n")


def save_to_live(options):
    debian_source.fetch(options.work / "sources", programs.PACKAGES)
    table = Table(
        "Save to live",
        "A one-line change in a file of a real program at -O0 -g under `hcr run`, milliseconds from the save to the report that it is "
        "live, against `clang -c` of the same file with the same flags. The phases are the builder's and the runtime's own; *notice* is "
        "the rest: the watcher, and asking the runtime.",
        ["file", "lines", "clang -c", "save to live", "ratio", "compile", "link", "load and check", "bind", "commit", "notice"],
    )
    for package, directory, program, file, old, new in FILES:
        tree = programs.build(options.work, package, "hcr-O0", options.hcr)
        place = tree / directory
        name = os.path.normpath(f"{directory}/{file}")
        if package == "ninja-build":
            idle_ninja(tree)
        hcr = Hcr(options.hcr, place / program)
        bare, events = [], []
        with Edits(tree, options.work / "sources" / package, name) as edits, hcr.run(*IDLE[package], cwd=tree) as live:
            hcr.watching(live)
            for n in range(options.rounds + 1):
                text = edits.original(name).replace(old, new.format(n=n))
                start = time.perf_counter()
                edits.write(name, text)
                event = hcr.reloaded(live, os.path.basename(file))
                seen = 1000 * (time.perf_counter() - start)
                bare_ms = 1000 * wall_time(*compile_command(options, package, "plain-O0", directory, file), cwd=place)
                if n:
                    events.append((seen, event))
                    bare.append(bare_ms)
        lines = len((options.work / "sources" / package / name).read_bytes().splitlines())
        row = phases(events)
        table.add(f"{package} {os.path.basename(file)}", lines, statistics.median(bare), row[0], row[0] / statistics.median(bare), *row[1:])
    yield table


def phases(events):
    """Medians: total, compile, link, load and check, bind, commit (with handlers), and what is left; milliseconds."""
    rows = []
    for seen, event in events:
        build, reload = event["build"], event["reload"]
        ns = reload["phases_ns"]
        parts = [
            build["compile_ms"], build["link_ms"], (ns["find"] + ns["load"] + ns["check"]) / 1e6, ns["bind"] / 1e6,
            (ns["commit"] + ns["handlers"]) / 1e6,
        ]
        rows.append([seen, *parts, seen - sum(parts)])
    return [statistics.median(column) for column in zip(*rows)]


def reload_of_one(options):
    table = Table(
        "Reload of one module out of many",
        "One module of a generated program (six symbols) is edited again and again under `hcr run`, milliseconds. Neither the reload "
        "inside the runtime nor the builder's own work (*notice*: the watcher, what else is to build, asking the runtime) may grow with "
        "the modules that did not change; the last column is the reload's time over that with the fewest modules.",
        ["modules", "save to live", "compile", "link", "notice", "runtime: find, load, check", "bind", "commit", "reload / fewest"],
    )
    first = None
    for modules in options.modules:
        tree = host(options, modules)
        hcr = Hcr(options.hcr, tree.program)
        events = []
        with hcr.run("stay", cwd=tree.directory) as live:
            hcr.watching(live, 300)
            for n in range(2 * options.rounds + 1):
                start = time.perf_counter()
                tree.write(modules // 2, str(n + 100))
                event = hcr.reloaded(live, f"m{modules // 2}.c")
                if n:
                    events.append((1000 * (time.perf_counter() - start), event))
        total, build, link, load, bind, commit, notice = phases(events)
        inside = load + bind + commit
        first = first or inside
        table.add(modules, total, build, link, notice, load, bind, commit, inside / first)
    yield table
