#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds the real programs of the tests and benchmarks, with plain Clang and with HCR.

    programs.py --work DIR --hcr BIN/DIR [--clang CLANG] PROGRAM VARIANT...

A variant is a compiler and a level: plain-O0, plain-O2, hcr-O0, hcr-O2. Sources are what debian_source.py put in
DIR/sources; each variant gets a copy of its own in DIR/PROGRAM/VARIANT, since programs are built in their tree by their
own build systems and the tests edit them. Nothing is patched: only the compiler and its flags are chosen, the way each
build system wants it. A variant is built again when the compiler, HCR or this file changed.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

PACKAGES = [
    "lua5.4", "lua5.1", "golang-github-yuin-gopher-lua", "lua-lpeg", "sqlite3", "gnuchess", "ninja-build",
    "zlib", "bzip2", "pugixml", "libjsoncpp", "tinyxml2",
]
VARIANTS = ["plain-O0", "plain-O2", "hcr-O0", "hcr-O2"]


class Toolchain:
    def __init__(self, variant, hcr, clang="clang-19"):
        kind, self.level = variant.split("-", 1)
        self.level = "-" + self.level
        self.variant = variant
        if kind == "hcr":
            self.cc, self.cxx = str(hcr / "hcr-cc"), str(hcr / "hcr-c++")
            library = hcr.parent / "lib"
            self.files = [hcr / "hcr-cc", *sorted(library.glob("lib*hcr*.so*")), *sorted(library.glob("libHcr*.so*"))]
        else:
            cxx = clang.replace("clang", "clang++", 1) if "/" not in clang else clang.replace("/clang", "/clang++")
            self.cc, self.cxx = shutil.which(clang), shutil.which(cxx)
            if not self.cc or not self.cxx:
                raise SystemExit(f"programs.py: {clang} or {cxx} is not installed")
            self.files = [pathlib.Path(self.cc)]

    def identity(self):
        parts = [self.variant]
        for file in self.files:
            status = file.stat()
            parts.append(f"{file} {status.st_size} {status.st_mtime_ns}")
        return "\n".join(parts)


class Builder:
    """Runs the steps of a recipe in its tree; all output goes to one log."""

    def __init__(self, tree, log, jobs):
        self.tree, self.log, self.jobs = tree, log, jobs

    def __call__(self, *command, cwd=".", **environment):
        command = [str(c) for c in command]
        with open(self.log, "a") as log:
            print(f"+ {' '.join(command)}", file=log, flush=True)
            done = subprocess.run(
                command, cwd=self.tree / cwd, env=dict(os.environ, **environment),
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )
        if done.returncode:
            tail = self.log.read_text(errors="replace").splitlines()[-60:]
            raise SystemExit(f"programs.py: exit code {done.returncode} of `{' '.join(command)}`; {self.log} ends\n" + "\n".join(tail))


def lua54(run, tools, sources):
    run("make", f"-j{run.jobs}", "linux", f"CC={tools.cc} -std=gnu99", f"MYCFLAGS={tools.level} -g")
    # LPeg is a shared library that the interpreter loads at run time, with tests of its own.
    shutil.copytree(sources / "lua-lpeg", run.tree / "lpeg", symlinks=True)
    run("make", "linux", f"CC={tools.cc}", f"LUADIR={run.tree}/src", f"COPT={tools.level} -g", cwd="lpeg")


# main() again and again: self tests end at once, and are to be reloaded meanwhile.
AGAIN = pathlib.Path(__file__).resolve().parent.parent / "stress/again.c"


def again(run, compiler, output, *arguments, cwd="."):
    """Links a program whose main() runs as often as the environment variable AGAIN says."""
    language = ["-x", "c++"] if compiler.endswith("++") or "clang++" in compiler else []
    shutil.copy2(AGAIN, run.tree / cwd)
    # An object of its own: the compile record names the language that way, too.
    flags = [a for a in arguments if a.startswith("-DAGAIN")]
    run(compiler, *flags, *language, "-c", "again.c", "-o", "again.o", cwd=cwd)
    run(compiler, "-Dmain=programMain", *arguments, "again.o", "-o", output, cwd=cwd)


def lua51(run, tools, sources):
    run("make", f"-j{run.jobs}", "posix", f"CC={tools.cc}", f"MYCFLAGS={tools.level} -g -DLUA_USE_POSIX", cwd="src")
    again(run, tools.cc, "again", tools.level, "-DLUA_USE_POSIX", "lua.c", "liblua.a", "-lm", "-Wl,-E", cwd="src")


def zlib(run, tools, sources):
    run("./configure", "--static", CC=tools.cc, CFLAGS=tools.level)
    run("make", f"-j{run.jobs}", "static", "teststatic")
    again(run, tools.cc, "again", tools.level, "-I.", "test/example.c", "libz.a")


def bzip2(run, tools, sources):
    run("make", f"-j{run.jobs}", f"CC={tools.cc}", f"CFLAGS={tools.level} -D_FILE_OFFSET_BITS=64", "bzip2")
    run("make", "test")


def pugixml(run, tools, sources):
    shutil.copy2(AGAIN, run.tree / "tests/again.cpp")
    run(
        "make", f"-j{run.jobs}", f"CXX={tools.cxx}", "BUILD=build", f"CXXFLAGS={tools.level} -std=c++11 -Dmain=programMain",
        "build/test",
    )


def jsoncpp(run, tools, sources):
    for directory in ("src/lib_json", "src/test_lib_json"):
        for file in sorted((run.tree / directory).glob("*.cpp")):
            run(tools.cxx, tools.level, "-Iinclude", "-Dmain=programMain", "-c", f"{directory}/{file.name}", "-o", f"{file.stem}-{file.parent.name}.o")
    objects = sorted(p.name for p in run.tree.glob("*.o"))
    again(run, tools.cxx, "again", "-DAGAIN_CHAR=const char", *objects)


def tinyxml2(run, tools, sources):
    (run.tree / "resources/out").mkdir(exist_ok=True)
    again(run, tools.cxx, "again", tools.level, "-DAGAIN_CHAR=const char", "xmltest.cpp", "tinyxml2.cpp")


SQLITE_LIBRARIES = ["-lpthread", "-lm", "-ldl"]
SQLITE_OPTIONS = "-DSQLITE_ENABLE_FTS4"


def sqlite(run, tools, sources):
    flags = [
        "make", "-f", "../Makefile.linux-gcc", "TOP=..", f"TCC={tools.cc} {tools.level} -g", f"BCC={tools.cc}",
        f"OPTS={SQLITE_OPTIONS}", "THREADLIB=" + " ".join(SQLITE_LIBRARIES),
    ]
    (run.tree / "build").mkdir()
    run(*flags, f"-j{run.jobs}", "sqlite3", cwd="build")
    run(
        tools.cc, tools.level, "-g", "-I.", "../test/speedtest1.c", "libsqlite3.a", *SQLITE_LIBRARIES, "-o", "speedtest1",
        cwd="build",
    )
    # The form in which most programs carry SQLite: one source file of a quarter of a million lines.
    if tools.level == "-O0":
        run(*flags, "sqlite3.c", cwd="build")
        run(
            tools.cc, tools.level, "-g", SQLITE_OPTIONS, "-I.", "shell.c", "sqlite3.c", *SQLITE_LIBRARIES, "-o", "amalgamated",
            cwd="build",
        )


def gnuchess(run, tools, sources):
    # The sources say `register`, which C++17 took away.
    run(
        "./configure", "--without-readline", "--disable-nls", "--disable-dependency-tracking",
        CC=tools.cc, CXX=tools.cxx, CFLAGS=f"{tools.level} -g", CXXFLAGS=f"{tools.level} -g -std=gnu++14",
    )
    run("make", f"-j{run.jobs}")


def ninja(run, tools, sources):
    # Its own flags end with what CFLAGS says.
    run(sys.executable, "-W", "ignore", "configure.py", CXX=tools.cxx, CFLAGS=tools.level)
    run("ninja", f"-j{run.jobs}", "ninja", "ninja_test", "manifest_parser_perftest")


RECIPES = {
    "lua5.4": lua54,
    "lua5.1": lua51,
    "sqlite3": sqlite,
    "gnuchess": gnuchess,
    "ninja-build": ninja,
    "zlib": zlib,
    "bzip2": bzip2,
    "pugixml": pugixml,
    "libjsoncpp": jsoncpp,
    "tinyxml2": tinyxml2,
}


def tree_of(work, program, variant):
    return pathlib.Path(work) / program / variant


def build(work, program, variant, hcr, clang="clang-19", jobs=2):
    """Builds one variant unless it is there already; returns its tree."""
    work = pathlib.Path(work).resolve()
    tools = Toolchain(variant, pathlib.Path(hcr).resolve(), clang)
    tree = tree_of(work, program, variant)
    stamp = tree.with_name(variant + ".stamp")
    recipe = hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()
    identity = f"{recipe}\n{tools.identity()}\n"
    if stamp.exists() and stamp.read_text() == identity:
        return tree
    stamp.unlink(missing_ok=True)
    shutil.rmtree(tree, ignore_errors=True)
    tree.parent.mkdir(parents=True, exist_ok=True)
    sources = work / "sources"
    # Times are kept: newer files would make configure scripts ask for autoconf.
    shutil.copytree(sources / program, tree, symlinks=True)
    log = tree.with_name(variant + ".log")
    log.unlink(missing_ok=True)
    RECIPES[program](Builder(tree, log, jobs), tools, sources)
    stamp.write_text(identity)
    return tree


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--hcr", required=True, type=pathlib.Path)
    parser.add_argument("--clang", default="clang-19")
    parser.add_argument("--jobs", default=2, type=int)
    parser.add_argument("program", choices=sorted(RECIPES))
    parser.add_argument("variants", nargs="+", choices=VARIANTS, metavar="VARIANT")
    options = parser.parse_args()
    for variant in options.variants:
        tree = build(options.work, options.program, variant, options.hcr, options.clang, options.jobs)
        print(f"{options.program} {variant}: {tree}")


if __name__ == "__main__":
    main()
