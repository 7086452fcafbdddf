#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds the soak program, edits it a few times by a script, and runs it while
the images of all edits are reloaded in turn; utils/soak says what it is for.

The edits are real: each makes other functions and statics in every module,
with other bodies and constants, and is built by `hcr build`. While the program
runs, each image that is loaded gets a number of its own in its code, so no two
are equal, and each answer tells from which one it is.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
MODULES = ("first.cpp", "second.cpp", "third.cpp")
FLAGS = ["-std=c++20", "-O1"]
SANITIZERS = {"thread": "TSAN_OPTIONS", "address": "ASAN_OPTIONS"}


def editedText(edit, module):
    """What stands between the marks of a module: every edit has functions and
    statics that others do not have, and says how it multiplies."""
    chance = random.Random(f"{edit} {module}")
    lines = [f"static constexpr uint32_t Edit = {edit};"]
    steps = []
    for number in range(chance.randint(1, 4)):
        name = f"step{chance.randint(1, 9)}{number}"
        mask = chance.getrandbits(32)
        kind = chance.choice(("xor", "add", "static", "table"))
        lines.append(f"[[gnu::noinline]] static uint32_t {name}(uint32_t X) {{")
        if kind == "xor":
            lines.append(f"  return (X ^ {mask}u) ^ {mask}u;")
        elif kind == "add":
            lines.append(f"  return X + {mask}u - {mask}u;")
        elif kind == "static":
            lines += [f"  static std::atomic<uint32_t> Turns{number} = {mask}u;",
                      f"  uint32_t Turn = Turns{number}++;",
                      "  return X + Turn - Turn;"]
        else:
            table = [chance.getrandbits(16) for _ in range(8)]
            lines += [f"  static const uint32_t Table[8] = "
                      f"{{{', '.join(map(str, table))}}};",
                      "  return X + Table[X & 7] - Table[X & 7];"]
        lines.append("}")
        steps.append(name)
    value = "X"
    for name in steps:
        value = f"{name}({value})"
    factor = 2654435761
    part = chance.getrandbits(31)
    lines += ["static uint32_t edited(uint32_t X) {",
              f"  uint32_t Y = {value};",
              f"  return Y * {part}u + Y * {(factor - part) % 2**32}u;", "}"]
    return "\n".join(lines) + "\n"


def edit(directory, number):
    for module in MODULES:
        path = os.path.join(directory, module)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        new, count = re.subn(
            r"(// EDIT BEGIN\n).*?(// EDIT END\n)",
            lambda m: m[1] + editedText(number, module) + m[2], text,
            flags=re.S)
        assert count == 1, module
        with open(path + ".saving", "w", encoding="utf-8") as file:
            file.write(new)
        os.rename(path + ".saving", path)


def run(command, directory, environment=None):
    result = subprocess.run(command, cwd=directory, env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False)
    if result.returncode:
        sys.exit(f"soak: exit code {result.returncode} of {' '.join(command)}:"
                 f"\n{result.stdout}")


def build(options, directory):
    """The program, and the images of all edits in directory/set."""
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(os.path.join(HERE, "program"), directory)
    open(os.path.join(directory, ".hcr-root"), "w", encoding="utf-8").close()
    bindir = os.path.join(options.build_dir, "bin")
    compiler = os.path.join(bindir, "hcr-c++")
    flags = FLAGS + ([f"-fsanitize={options.sanitize}"] if options.sanitize
                     else [])
    sources = sorted(name for name in os.listdir(directory)
                     if name.endswith(".cpp"))
    compiles = [subprocess.Popen([compiler, *flags, "-Wall", "-Wextra", "-c",
                                  name, "-o", name + ".o"], cwd=directory)
                for name in sources]
    if any([child.wait() for child in compiles]):
        sys.exit("soak: the program does not compile")
    run([compiler, *flags, "-pthread", *(name + ".o" for name in sources),
         "-o", "soak"], directory)
    images = os.path.join(directory, "soak.hcr")
    os.mkdir(os.path.join(directory, "set"))
    # The first edit is like what was linked, so build it last.
    for number in [*range(1, options.edits), 0]:
        edit(directory, number)
        run([os.path.join(bindir, "hcr"), "build", "soak"], directory)
        for module in MODULES:
            shutil.copy(os.path.join(images, module + ".so"),
                        os.path.join(directory, "set", f"{module}.{number}"))
    shutil.rmtree(images)
    os.mkdir(images)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build-dir", default=os.path.join(SOURCE, "build", "release"),
                        help="build of HCR (default: build/release)")
    parser.add_argument("--work", help="directory to work in (default: "
                        "BUILD_DIR/soak)")
    parser.add_argument("--libhcr", help="directory of another libhcr.so, built"
                        " with the sanitizer")
    parser.add_argument("--sanitize", choices=sorted(SANITIZERS))
    parser.add_argument("--edits", type=int, default=8)
    parser.add_argument("--reloads", type=int, default=10000)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=0,
                        help="stop after so many (default: run to the end)")
    parser.add_argument("--collect", action=argparse.BooleanOptionalAction,
                        default=True, help="unload old versions (default)")
    parser.add_argument("--progress", action=argparse.BooleanOptionalAction,
                        default=sys.stderr.isatty())
    options = parser.parse_args()
    options.build_dir = os.path.abspath(options.build_dir)
    # Each module must see every edit.
    if options.edits < 2 or options.edits % len(MODULES) == 0:
        parser.error(f"--edits: at least 2, no multiple of {len(MODULES)}")
    if options.reloads < 1 or options.threads < 1 or options.seconds < 0:
        parser.error("--reloads and --threads are at least 1")
    if options.sanitize and options.collect:
        parser.error("--sanitize needs --no-collect: memory cannot be told "
                     "apart under a sanitizer")
    directory = os.path.abspath(
        options.work or os.path.join(options.build_dir, "soak"))
    build(options, directory)
    command = ["./soak", "--set", "set", "--directory", "soak.hcr", "--reloads",
               str(options.reloads), "--threads", str(options.threads),
               "--seconds", str(options.seconds)]
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("HCR_")}
    if options.collect:
        command.append("--collect")
        environment["HCR_UNLOAD"] = "collect"
    if not options.progress:
        command.append("--no-progress")
    if options.sanitize:
        # A sanitizer has memory of its own that grows.
        command.append("--no-measure")
        name = SANITIZERS[options.sanitize]
        environment[name] = "halt_on_error=1:" + environment.get(name, "")
    if options.libhcr:
        environment["LD_LIBRARY_PATH"] = os.path.abspath(options.libhcr)
    sys.exit(subprocess.run(command, cwd=directory, env=environment,
                            check=False).returncode)


if __name__ == "__main__":
    main()
