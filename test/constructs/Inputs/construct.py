#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds a program that edits itself, in each mode, and runs it.

usage: construct.py SOURCE WORK [--modes=MODE,...] [FLAG...]
                                     run the test SOURCE in the directory WORK,
                                     FLAGs are added to compiles and the link
       construct.py --edit VERSION   what the program calls: edits and builds

SOURCE is one file, or several behind `//--- NAME` lines (split-file). Lines
in it of the form `// WORD: TEXT` (in front of the first `//---`):

    FLAGS    further arguments of every compile
    LINK     further arguments of the link
    MODES    only these modes; say why beside it
    ENV      NAME=VALUE for the program
    EXPECT   exit code of the program (default 0)
    LIBRARY  sources that become a shared library, linked to the program

Modes: binding (host: linked by the linker; module: bound by the runtime at
start) and level, as `host-O0 host-O2 module-O0 module-O2`.
"""

import glob
import os
import re
import shutil
import subprocess
import sys

MODES = ("host-O0", "host-O2", "module-O0", "module-O2")
INPUTS = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ["HCRTEST_BUILD"]
LLVM_BIN = os.environ["HCRTEST_LLVM_BIN"]
INCLUDE = os.path.join(os.environ["HCRTEST_SOURCE"], "runtime", "include")
TIMEOUT = 300
EDITS = "edits"  # a line for each version that was built


def run(command, directory, environment=None, code=0):
    print("$", " ".join(command), flush=True)
    result = subprocess.run(command, cwd=directory, timeout=TIMEOUT,
                            env={**os.environ, **(environment or {})})
    if result.returncode != code:
        sys.exit(f"exit code {result.returncode}, expected {code}: "
                 + " ".join(command))


def settings(source):
    with open(source, encoding="utf-8") as file:
        head = re.split(r"^//--- ", file.read(), maxsplit=1, flags=re.M)[0]
    found = re.findall(r"^// (FLAGS|LINK|MODES|ENV|EXPECT|LIBRARY): *(.*)$", head, re.M)
    result = {word: text.split() for word, text in found}
    unknown = set(result.get("MODES", [])) - set(MODES)
    if unknown:
        sys.exit(f"unknown modes {unknown}")
    return result


def split(source, directory):
    """The files of the test, in a project root of their own."""
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    with open(source, encoding="utf-8") as file:
        text = file.read()
    if re.search(r"^//--- ", text, re.M):
        run([os.path.join(LLVM_BIN, "split-file"), source, directory], ".")
    else:
        shutil.copy(source, directory)
    open(os.path.join(directory, ".hcr-root"), "w").close()


def sources(directory):
    return sorted(name for name in os.listdir(directory)
                  if name.endswith((".c", ".cpp")))


def build(directory, mode, words):
    binding, _, level = mode.partition("-")
    # With debug information and without: both are common, and take time.
    common = [f"-{level}", *(["-g"] if level == "O0" else []), "-I", INPUTS,
              *words.get("FLAGS", [])]
    if binding == "module":
        common += ["-Xclang", "-mllvm", "-Xclang", "-hcr-binding=module"]
    objects, shared = [], []
    for source in sources(directory):
        compiler, standard = (("hcr-c++", "-std=c++20")
                              if source.endswith(".cpp") else
                              ("hcr-cc", "-std=gnu17"))
        isShared = source in words.get("LIBRARY", [])
        (shared if isShared else objects).append(source + ".o")
        run([os.path.join(BUILD, "bin", compiler), standard, *common,
             *(["-fPIC"] if isShared else []), "-c", source, "-o",
             source + ".o"], directory)
    run([os.path.join(LLVM_BIN, "clang"), "-O1", "-I", INCLUDE, "-c",
         os.path.join(INPUTS, "construct.c"), "-o", "construct.o"], directory)
    isCxx = any(name.endswith(".cpp") for name in sources(directory))
    linker = [os.path.join(BUILD, "bin", "hcr-c++" if isCxx else "hcr-cc"),
              f"-{level}", *words.get("FLAGS", [])]
    if shared:
        run([*linker, "-shared", *shared, "-o", "library.so"], directory)
        objects += ["./library.so", "-Wl,-rpath,$ORIGIN"]
    run([*linker, *objects, "construct.o", *words.get("LINK", []), "-o",
         "program"], directory)


def start(directory, words):
    edit = (f"{sys.executable} {os.path.abspath(__file__)} --edit")
    environment = {"CONSTRUCT_EDIT": edit}
    for setting in words.get("ENV", []):
        name, _, value = setting.partition("=")
        environment[name] = value
    run(["./program"], directory, environment,
        int(words.get("EXPECT", ["0"])[0]))
    if not os.path.exists(os.path.join(directory, EDITS)):
        sys.exit("the program never reloaded")


def edit(version):
    """Called in the program's working directory."""
    for name in glob.glob("**/*", recursive=True):
        if not name.endswith((".c", ".cpp", ".h")):
            continue
        with open(name, encoding="utf-8") as file:
            text = file.read()
        new = re.sub(r"^(#define VERSION) \d+$", rf"\1 {version}", text,
                     flags=re.M)
        if new == text:
            continue
        with open(name + ".saving", "w", encoding="utf-8") as file:
            file.write(new)
        os.rename(name + ".saving", name)
    subprocess.run([os.path.join(BUILD, "bin", "hcr"), "build", "program"],
                   check=True, stdin=subprocess.DEVNULL)
    with open(EDITS, "a", encoding="utf-8") as file:
        file.write(f"{version}\n")


def main():
    if sys.argv[1] == "--edit":
        edit(int(sys.argv[2]))
        return
    source, work, *flags = sys.argv[1:]
    words = settings(source)
    if flags and flags[0].startswith("--modes="):
        words["MODES"] = flags.pop(0).removeprefix("--modes=").split(",")
    words["FLAGS"] = words.get("FLAGS", []) + flags
    for mode in words.get("MODES", MODES):
        print(f"---- {mode}", flush=True)
        directory = os.path.join(work, mode)
        split(source, directory)
        build(directory, mode, words)
        start(directory, words)


if __name__ == "__main__":
    main()
