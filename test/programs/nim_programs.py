# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs of Nim's own source package, built with plain Clang and with HCR, and what they are given to do.

nimpretty, nimgrep, testament and Nim's compiler are programs of 24 to 170 modules; the files of tests/stdlib check the
standard library and themselves. Nim comes from the system, the sources are what debian_source.py fetched.

    nim = Nim(work, hcr, jobs)
    program = nim.build("nimpretty", "hcr", "orc")       # the executable
    done = nim.execute("nimpretty", [program], scratch)  # exit code, output and digests of the files it wrote
"""

import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess

import programs
from live import Failure

PARTS = "compiler", "config", "lib", "nimpretty", "testament", "tests/stdlib", "tools"
COLLECTORS = "refc", "orc"
WRAPPER = pathlib.Path(__file__).with_name("nim_again.c")

# Tests of the standard library: how often their top-level code runs in one process (with refc a program may register 3500
# variables, each time anew), and how often the whole program runs in a child of its own, after the reloads until then.
AGAIN_TESTS = {
    "tbitops": 1000, "tmd5": 60000, "toptions": 30000, "trationals": 40000, "tre": 4000, "tsha1": 20000,
    "tstrformat": 2000,
}
AFRESH_TESTS = {
    "talgorithm": 100, "tbase64": 200, "tcritbits": 200, "tdeques": 200, "theapqueue": 200, "thtmlparser": 200, "tjsonutils": 100, "tlists": 200,
    "tmath": 200, "tpackedsets": 30, "tpegs": 200, "trandom": 3, "tregex": 200, "trst": 60, "tsequtils": 200, "tstats": 200,
    "tstrscans": 200, "tstrutils": 200, "tsugar": 200, "ttables": 200, "ttimes": 3, "tunicode": 200, "turi": 200, "twordwrap": 200,
    "txmltree": 200,
}
TESTS = [*AGAIN_TESTS, *AFRESH_TESTS]


class Program:
    """Where a program's main module is in the sources, how it is compiled, and what a run of it is given."""

    def __init__(self, source, options, arguments, normal=lambda text: text, **environment):
        self.source, self.options, self.arguments, self.normal, self.environment = source, options, arguments, normal, environment


def nimpretty(tree, results):
    """Formats the compiler's sources."""
    return ["--outdir:" + str(results), *sorted(str(p.relative_to(tree)) for p in tree.glob("compiler/*.nim"))]


def nimgrep(tree, results):
    """Looks through compiler and library, in threads of its own."""
    return ["--nocolor", "--recursive", "-j:2", "--ext:nim", r"(\w+)\s*\*?\(\w+: (string|int|var \w+)",
            *["compiler", "lib"] * 4]


def compiler(tree, results):
    """Writes the C of nimgrep, from the library's sources on."""
    return ["compileToC", "--lib:lib", "--skipUserCfg", "--skipParentCfg", "--hints:off", "--warnings:off", "--compileOnly",
            "--forceBuild", "--threads:on", f"--nimcache:{results}", "tools/nimgrep.nim"]


def testament(tree, results):
    """Compiles and runs tests; what it finds is in its output."""
    return ["--nim:" + shutil.which("nim"), "--targets:c", "--colors:off", "--print", "pattern", "tests/stdlib/t[ms][dh][5a]*.nim"]


def sorted_lines(text):
    """Threads come to their ends in any order."""
    return "\n".join(sorted(text.splitlines()))


def timeless(text):
    return re.sub(r"\( *\d+\.\d+ *(sec)?\)|startTime: \S+|debugInfo: .*", "TIME", text)


def find(name):
    if name in TESTS:
        return Program(f"tests/stdlib/{name}.nim", ["--path:{tree}/testament/lib", "--passC:-Dmain=programMain"],
                       lambda tree, results: [], AGAIN=str(AGAIN_TESTS.get(name, 0)), AFRESH=str(AFRESH_TESTS.get(name, 0)))
    return {
        "nimpretty": Program("nimpretty/nimpretty.nim", ["--path:{tree}"], nimpretty),
        # Its own settings choose a memory manager.
        "nimgrep": Program("grep/nimgrep.nim", ["--threads:on"], nimgrep, sorted_lines),
        "compiler": Program("compiler/nim.nim", [], compiler),
        "testament": Program("testament/testament.nim", ["--path:{tree}"], testament, timeless),
    }[name]


PROGRAMS = "nimpretty", "nimgrep", "testament", "compiler"


def digests(directory):
    """One line for each file."""
    return "".join(f"{path.relative_to(directory)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
                   for path in sorted(directory.rglob("*")) if path.is_file())


class Nim:
    def __init__(self, work, hcr, jobs=1):
        self.work, self.hcr, self.jobs = pathlib.Path(work).resolve(), pathlib.Path(hcr).resolve(), jobs
        self.sources = self.work / "sources" / "nim"
        self.directory = self.work / "nim"
        self.tree = self.copy("tree")

    def copy(self, name):
        """A tree of the sources, written once; links to it say that all of it is there."""
        tree = self.directory / name
        self.directory.mkdir(parents=True, exist_ok=True)
        with open(self.directory / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not tree.exists():
                aside = self.directory / f"{name}.new"
                shutil.rmtree(aside, ignore_errors=True)
                for part in PARTS:
                    shutil.copytree(self.sources / part, aside / part)
                for file, directory in ("tests/config.nims", "tests"), ("tools/nimgrep.nim", "grep"), ("doc/nimgrep_cmdline.txt", "doc"):
                    (aside / directory).mkdir(exist_ok=True)
                    shutil.copy2(self.sources / file, aside / directory)
                (aside / ".hcr-root").touch()
                aside.rename(tree)
        return tree

    def command(self, kind):
        """Nim with one compiler or the other."""
        if kind == "hcr":
            return [str(self.hcr / "hcr"), "nim"]
        return ["nim", "--cc:clang", "--clang.exe:clang-19", "--clang.linkerexe:clang-19"]

    def words(self, name, kind, collector, tree, cache, output, mode):
        program = find(name)
        options = [o.format(tree=tree) for o in program.options]
        return [*self.command(kind), "c", "--hints:off", "--warnings:off", f"--parallelBuild:{self.jobs}", f"--gc:{collector}", *mode,
                *options, f"--nimcache:{cache}", f"-o:{output}", str(tree / program.source)]

    def build(self, name, kind, collector, mode=(), tree=None):
        """The executable; made again when HCR, Clang or this file changed."""
        tree = tree or self.tree
        where = tree / "build" / "-".join([name, kind, collector, *(re.sub(r"\W", "", m) for m in mode)])
        tools = programs.Toolchain(f"{kind}-O0", self.hcr)
        identity = hashlib.sha256(pathlib.Path(__file__).read_bytes() + WRAPPER.read_bytes()).hexdigest() + tools.identity()
        stamp, executable = where / "stamp", where / name
        if stamp.exists() and stamp.read_text() == identity:
            return executable
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        words = self.words(name, kind, collector, tree, where / "cache", executable, mode)
        if name in TESTS:
            shutil.copy2(WRAPPER, where / "again.c")
            self.call([tools.cc, "-c", "again.c", "-o", "again.o"], where)
            words.insert(-1, f"--passL:{where / 'again.o'}")
        self.call(words, where)
        stamp.write_text(identity)
        return executable

    def call(self, words, directory):
        done = subprocess.run(words, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace")
        if done.returncode:
            raise Failure(f"exit code {done.returncode} of `{' '.join(words)}`\n{done.stdout[-4000:]}")

    def place(self, name, scratch):
        """The directory of a run (programs leave things there), that of its results, and its arguments; both are empty.

        Always the same ones, since names and contents of results tell where they are."""
        shutil.rmtree(scratch, ignore_errors=True)
        results = scratch / "results"
        results.mkdir(parents=True)
        if name in TESTS:
            return scratch, results, []
        if name == "testament":
            # It compiles where the tests are.
            for part in "tests", "testament", "lib":
                shutil.copytree(self.tree / part, scratch / part)
        else:
            for part in "compiler", "lib", "tools":
                (scratch / part).symlink_to(self.tree / part)
        return scratch, results, find(name).arguments(scratch, results)

    def execute(self, name, command, scratch, limit=600):
        """A run; its exit code, its output and the digests of its results."""
        cwd, results, arguments = self.place(name, scratch)
        program = find(name)
        done = subprocess.run(
            [str(c) for c in command] + arguments, cwd=cwd, env=dict(os.environ, **program.environment), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="surrogateescape", timeout=limit)
        return done.returncode, program.normal(done.stdout) + digests(results), done.stderr
