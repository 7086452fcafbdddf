#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Edits by a script, each loaded into the running program and compared with a fresh build.

    mutation_test.py --work DIR --hcr BIN/DIR --list-sites TOOL [--edits N] [PROGRAM...]

For each program a driver (drivers/) does the same work whenever a line comes. One process of it lives through all edits.
For each edit: the edited sources are built by plain Clang and run once, which says what is right; the running program is
rebuilt and reloaded (`hcr build`, `hcr reload`) and does its work again: its output must be the same from then on. The
next edit starts from the original sources, so each edit is also taken back. Kinds of edits and places come from a
generator with a fixed seed.

Outcomes: took effect; refused (with the runtime's message); wrong. An edit whose fresh build crashes, does not end, does
not compile or is undefined behaviour (found by sanitizers) says nothing about reloading: another place is tried, and
it is counted as unusable. A changed constant may make the program store something else in variables that live on; if the
original code does not give the original output after it was restored, the process is started anew.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import select
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "stress"), str(HERE.parent / "programs")]
import debian_source
import edits
import programs
import stress

LLVM = pathlib.Path("/usr/lib/llvm-19/bin")
LIMIT = 60


class Recipe:
    def __init__(self, package, sources, edited, flags=(), libraries=(), left_out=(), directories=("",), language=".c"):
        self.package, self.sources, self.edited, self.flags = package, sources, edited, list(flags)
        self.libraries, self.left_out, self.directories, self.language = list(libraries), left_out, directories, language


RECIPES = {
    "lua5.1": Recipe(
        "lua5.1", ["src/*.c"], ["lstrlib.c", "lparser.c", "lvm.c", "ltablib.c", "ldo.c", "lgc.c", "lcode.c", "lbaselib.c"], libraries=["-lm"],
        left_out={"lua.c", "luac.c", "print.c"}, directories=["src"],
    ),
    "zlib": Recipe("zlib", ["*.c"], ["deflate.c", "trees.c", "inflate.c", "inftrees.c", "adler32.c"], ["-DHAVE_UNISTD_H"]),
    "bzip2": Recipe(
        "bzip2", [f"{n}.c" for n in "blocksort huffman crctable randtable compress decompress bzlib".split()],
        ["blocksort.c", "compress.c", "huffman.c", "bzlib.c"], ["-DBZ_NO_STDIO"],
    ),
    "sqlite3": Recipe(
        "sqlite3", None, ["func.c", "date.c", "printf.c", "utf.c", "hash.c", "bitvec.c", "callback.c", "trigger.c"],
        ["-DSQLITE_ENABLE_FTS4", "-DSQLITE_CORE"], ["-lpthread", "-lm", "-ldl"], directories=["build", "src", "ext/fts3", "ext/rtree", "ext/icu", "ext/rbu", "ext/misc",
                     "ext/userauth", "ext/session"],
    ),
    "libjsoncpp": Recipe(
        "libjsoncpp", ["src/lib_json/*.cpp"], ["json_value.cpp", "json_reader.cpp", "json_writer.cpp"], directories=["include", "src/lib_json"], language=".cpp",
    ),
}


class Process:
    """The running program."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=program.parent,
            env=dict(os.environ, HCR_CONTROL="1"),
        )

    def round(self):
        """One round's output, or what happened instead."""
        output, deadline = b"", time.monotonic() + LIMIT
        try:
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return f"ended with {self.process.wait()}"
        while not output.endswith(b"end of round\n"):
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                return f"no answer in {LIMIT} s"
            text = os.read(self.process.stdout.fileno(), 1 << 16)
            if not text:
                return f"ended with {self.process.wait()}"
            output += text
        return output.decode(errors="replace")

    def end(self):
        self.process.kill()
        self.process.wait()


class Bench:
    """One program: its sources, its two builds, its process."""

    def __init__(self, options, name):
        self.options, self.name, self.recipe = options, name, RECIPES[name]
        self.pristine = options.sources / self.recipe.package
        self.tree = options.work / name
        shutil.rmtree(self.tree, ignore_errors=True)
        if self.recipe.sources is None:
            # SQLite writes parts of itself while it is built.
            self.pristine = programs.build(options.programs, name, "plain-O2", options.hcr, options.clang, options.jobs)
        shutil.copytree(self.pristine, self.tree, symlinks=True, ignore=shutil.ignore_patterns("*.o", "*.a"))
        shutil.copy2(HERE / f"drivers/{name}{self.recipe.language}", self.tree / f"driver{self.recipe.language}")
        shutil.copy2(HERE / "drivers/driver.h", self.tree)
        self.sources = self.files()
        self.edited = [next(p for p in self.sources if p.name == n) for n in self.recipe.edited]
        self.flags = ["-O1", "-w", "-g", *(f"-I{self.tree / d}" for d in self.recipe.directories), *self.recipe.flags]
        cxx = self.recipe.language == ".cpp"
        self.clang = str(LLVM / ("clang++" if cxx else "clang"))
        self.hcr_cc = str(options.hcr / ("hcr-c++" if cxx else "hcr-cc"))
        self.program = self.tree / "program"
        self.restarts = 0
        self.process = None

    def files(self):
        driver = self.tree / f"driver{self.recipe.language}"
        if self.recipe.sources is not None:
            found = [p for pattern in self.recipe.sources for p in sorted(self.tree.glob(pattern)) if p != driver]
            return [driver, *(p for p in dict.fromkeys(found) if p.name not in self.recipe.left_out)]
        members = subprocess.run(
            ["ar", "t", self.pristine / "build/libsqlite3.a"], capture_output=True, text=True, check=True
        ).stdout.split()
        found = [driver]
        for member in members:
            places = (self.tree / d / (member[:-2] + ".c") for d in self.recipe.directories)
            found.append(next(p for p in places if p.exists()))
        return found

    def compile_all(self, compiler, kind, flags=(), only=None):
        """Objects of all sources, or of some and the rest as they are."""
        directory = self.tree / f"objects-{kind}"
        directory.mkdir(exist_ok=True)
        jobs = [(s, directory / (s.name + ".o")) for s in self.sources]
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            list(pool.map(
                lambda j: stress.call([compiler, *self.flags, *flags, "-c", j[0], "-o", j[1]], self.tree) if only is None or j[0] in only else None, jobs,
            ))
        return [o for _, o in jobs]

    def prepare(self):
        (self.tree / ".hcr-root").touch()
        stress.call([self.hcr_cc, *self.compile_all(self.hcr_cc, "hcr"), *self.recipe.libraries, "-o", self.program], self.tree)
        self.plain = self.compile_all(self.clang, "plain")
        # Which functions run? The compiler's own profile says so.
        objects = self.compile_all(self.clang, "profile", ["-fprofile-instr-generate"])
        stress.call([self.clang, *objects, "-fprofile-instr-generate", *self.recipe.libraries, "-o", "profiled"], self.tree)
        self.run_fresh(self.tree / "profiled", LLVM_PROFILE_FILE=str(self.tree / "raw"))
        stress.call([LLVM / "llvm-profdata", "merge", "raw", "-o", "profile"], self.tree)
        shown = stress.call([LLVM / "llvm-profdata", "show", "--all-functions", "--counts", "profile"], self.tree)
        self.executed = set()
        for name, count in re.findall(r"^  (\S+):\n(?:    .*\n)*?    Function count: (\d+)", shown, re.M):
            if int(count):
                self.executed.add(re.split(r"[;:](?=[^:;]+$)", name)[-1])
        stress.call([self.clang, *self.plain, *self.recipe.libraries, "-o", "fresh"], self.tree)
        self.original = self.run_fresh(self.tree / "fresh")
        self.start()

    def run_fresh(self, program, **environment):
        """A fresh program's first round; nothing if it fails."""
        try:
            done = subprocess.run(
                [str(program)], input=b"\n", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LIMIT / 3, cwd=self.tree,
                env=dict(os.environ, **environment),
            )
        except subprocess.TimeoutExpired:
            return None
        return done.stdout.decode(errors="replace") if done.returncode == 0 else None

    def start(self):
        """The original program, from the state after an ordinary build."""
        if self.process:
            self.process.end()
            self.restarts += 1
        shutil.rmtree(f"{self.program}.hcr", ignore_errors=True)
        self.process = Process(self.program)
        said = self.process.round()
        if said != self.original:
            raise stress.Failure(f"{self.name}: before any edit\n{said}\nnot\n{self.original}")

    def write(self, texts):
        for path, text in texts.items():
            aside = pathlib.Path(path + ".new")
            aside.write_bytes(text)
            aside.rename(path)

    def modules_of(self, texts):
        """The sources to compile for an edit of these files: all of them if it is a header."""
        return None if any(p.endswith((".h", ".inl")) for p in texts) else {pathlib.Path(p) for p in texts}

    def fresh_build(self, texts, kind="edited", flags=()):
        """Output of a fresh plain build of what is there, or nothing if it is unusable."""
        only = self.modules_of(texts) if not flags else None
        try:
            objects = self.compile_all(self.clang, kind, flags, only)
        except stress.Failure:
            return None
        if only is not None:
            objects = [o if s in only else p for s, o, p in zip(self.sources, objects, self.plain)]
        stress.call([self.clang, *flags, *objects, *self.recipe.libraries, "-o", kind], self.tree)
        return self.run_fresh(self.tree / kind, UBSAN_OPTIONS="halt_on_error=1", ASAN_OPTIONS="detect_leaks=0")

    def is_defined(self, texts):
        """Do the sanitizers find nothing in the edited program?"""
        flags = ["-fsanitize=address,undefined", "-fno-sanitize=alignment,function", "-fno-sanitize-recover=all"]
        return self.fresh_build(texts, "sanitized", flags) is not None

    def reload(self):
        """(how it ended, message)"""
        hcr = self.options.hcr / "hcr"
        stress.call([hcr, "build", "-j", self.options.jobs, self.program], self.tree)
        done = subprocess.run([str(hcr), "reload", "--json", str(self.program)], capture_output=True, text=True, timeout=LIMIT)
        answer = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {"event": "error"}
        return answer["event"], answer.get("reload", {}).get("message") or done.stderr


class Tally:
    OUTCOMES = ("took effect", "refused", "wrong", "unusable")

    def __init__(self):
        self.counts = collections.Counter()
        self.seen = collections.Counter()

    def add(self, kind, outcome, text):
        self.counts[kind, outcome] += 1
        if outcome != "unusable":
            print(text + f": {outcome}", flush=True)


def attempt(bench, kind, function, texts, tally, title):
    """One edit, and back. False if the edit says nothing."""
    originals = {path: pathlib.Path(path).read_bytes() for path in texts}
    bench.write(texts)
    try:
        expected = bench.fresh_build(texts)
        if expected is None:
            tally.add(kind, "unusable", title)
            return False
        event, message = bench.reload()
        if event not in ("reloaded", "unchanged"):
            said = None
        else:
            said = bench.process.round()
        if said is None:
            tally.add(kind, "refused" if event == "refused" and message else "wrong", f"{title} ({message})")
        elif said == expected:
            tally.seen[kind] += expected != bench.original
            tally.add(kind, "took effect", title)
        elif kind == edits.KINDS[0] and not bench.is_defined(texts):
            tally.add(kind, "unusable", title)
            bench.write(originals)
            bench.start()
            return False
        else:
            tally.add(kind, "wrong", title)
            theirs, ours = expected.splitlines(), said.splitlines()
            at = next((i for i, (a, b) in enumerate(zip(theirs, ours)) if a != b), min(len(theirs), len(ours)))
            print(f"  line {at + 1}: {ours[at:at + 1]}, not {theirs[at:at + 1]}", flush=True)
            keep = bench.tree / "wrong"
            keep.mkdir(exist_ok=True)
            for path, text in texts.items():
                (keep / f"{title.split()[0].strip('[]').replace('/', '-of-')}-{pathlib.Path(path).name}").write_bytes(text)
    finally:
        bench.write(originals)
    # Back to the original, in the same process.
    event, message = bench.reload()
    said = bench.process.round()
    if said != bench.original:
        if kind != edits.KINDS[0] and event != "refused":
            tally.add(kind, "wrong", f"{title}, taken back ({message})")
            print(f"  {said[-300:]}", flush=True)
        bench.start()
    return True


def run(options, name, tally):
    bench = Bench(options, name)
    bench.prepare()
    source = random.Random(f"{name} {options.seed}")
    facts = {}
    for number in range(1, options.edits + 1):
        kind = edits.KINDS[(number - 1) % len(edits.KINDS)]
        done = False
        # A file may have no place for an edit of this kind.
        for file in edits.shuffled(bench.edited, source):
            if file not in facts:
                facts[file] = edits.Facts(options.list_sites, file, bench.flags, bench.executed)
            for tries, (function, texts) in enumerate(edits.edits(kind, facts[file], source, number)):
                # A header of a large program would have all of it compiled, again and again.
                if len(bench.sources) > 60 and bench.modules_of(texts) is None:
                    continue
                title = f"[{number}/{options.edits}] {name}: {kind}, {function} in {file.name}"
                done = attempt(bench, kind, function, texts, tally, title)
                if done or tries == 5:
                    break
            if done:
                break
    bench.process.end()
    print(f"{name}: {options.edits} edits, {bench.restarts} restarts", flush=True)


def report(tally, summary):
    width = max(map(len, edits.KINDS))
    print(f"{'':{width}}  {'  '.join(Tally.OUTCOMES)}")
    for kind in edits.KINDS:
        print(f"{kind:{width}}  " + "  ".join(f"{tally.counts[kind, o]:{len(o)}}" for o in Tally.OUTCOMES))
    total = {o: sum(tally.counts[k, o] for k in edits.KINDS) for o in Tally.OUTCOMES}
    print(
        f"mutation: {sum(total.values()) - total['unusable']} edits: {total['took effect']} took effect ({sum(tally.seen.values())} of them "
        f"with another output), {total['refused']} refused, {total['wrong']} wrong; {total['unusable']} unusable",
        flush=True,
    )
    if summary:
        kinds = {k: {o: tally.counts[k, o] for o in Tally.OUTCOMES} for k in edits.KINDS}
        summary.write_text(json.dumps({"what": "mutation", **total, "kinds": kinds}) + "\n")
    return 0 if total["took effect"] and not total["wrong"] else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    stress.add_common_options(parser)
    parser.add_argument("--list-sites", required=True, type=pathlib.Path, metavar="TOOL")
    parser.add_argument("--programs", type=pathlib.Path, metavar="DIR", help="where programs.py builds (default: DIR of --work)")
    parser.add_argument("--edits", type=int, default=64, metavar="N", help="edits of each program (default: 64)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*", choices=[[], *RECIPES], metavar="PROGRAM", help=f"default: all of {', '.join(RECIPES)}")
    options = stress.parse(parser)
    options.programs = (options.programs or options.work).resolve()
    options.sources = options.programs / "sources"
    names = options.names or list(RECIPES)
    debian_source.fetch(options.sources, [RECIPES[n].package for n in names])
    tally, code = Tally(), 0
    for name in names:
        try:
            run(options, name, tally)
        except (stress.Failure, OSError, subprocess.SubprocessError) as failure:
            print(f"mutation: {name}: {failure}", file=sys.stderr, flush=True)
            code = 1
    sys.exit(report(tally, options.summary) or code)


if __name__ == "__main__":
    main()
