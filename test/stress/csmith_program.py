# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A random C program by Csmith, made into several modules that run for as long as it takes.

Csmith writes one file: types, `static` globals, prototypes, `static` functions, and a main() that calls func_1() once and
prints a checksum of all globals. It is split so:

    program.h   types, declarations of everything that several files use, inline functions
    part<k>.c   globals and functions, dealt out by a generator with the program's seed; what only one file uses stays
                `static` there; `state<k>()` saves and restores the globals of the file
    check.c     one round: func_1() and the checksum
    main.c      rounds from the same state, until the program has been reloaded often enough; all must agree

The split is by lines, which is safe because Csmith's layout is fixed: one global or prototype a line, functions between
rulers. A file that does not look like that is refused, never half split.
"""

import random
import re
import subprocess

# One profile after the other, by seed: what the programs are made of.
PROFILES = [
    [],
    ["--float"],
    ["--inline-function", "--inline-function-prob", "40", "--max-funcs", "9"],
    ["--max-array-dim", "2", "--max-struct-fields", "6", "--packed-struct", "--max-funcs", "8"],
]
BOUNDS = ["--max-funcs", "6", "--max-block-depth", "4", "--max-expr-complexity", "7", "--no-argc"]

MAIN = """\
/* Rounds from the same state, until the generation that the first argument names. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

unsigned long checksum(int Print);
void saveState(int Restore);
__attribute__((weak)) extern __INTPTR_TYPE__ hcr_generation(void);

int main(int Count, char **Words) {
  long Wanted = Count > 1 ? atol(Words[1]) : 0;
  time_t End = time(NULL) + 60;
  saveState(0);
  unsigned long First = checksum(1);
  while (hcr_generation && hcr_generation() < Wanted && time(NULL) < End) {
    saveState(1);
    unsigned long Now = checksum(0);
    if (Now != First) {
      printf("generation %ld: checksum %lX\\n", (long)hcr_generation(), Now);
      return 1;
    }
  }
  printf("checksum %lX\\n", First);
  return (int)(First % 100);
}
"""


class UnknownLayout(Exception):
    pass


def generate(seed, directory):
    # It leaves a file platform.info where it runs.
    command = ["csmith", "--seed", str(seed), *BOUNDS, *PROFILES[seed % len(PROFILES)]]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, cwd=directory).stdout


def between(text, first, last):
    if text.count(first) != 1 or text.count(last) != 1:
        raise UnknownLayout(f"not once in the program: {first!r}, {last!r}")
    return text[text.index(first) + len(first):text.index(last)]


class Global:
    def __init__(self, line):
        line = re.sub(r"\s*/\*.*\*/$", "", line)
        match = re.fullmatch(r"static ((?:[^=]|\n)*?(g_\d+)((?:\[\d+\])*)) = (.*);", line)
        if not match:
            raise UnknownLayout(f"not a global: {line}")
        self.declaration, self.name, _, self.value = match.groups()
        # `const` belongs to the object if it comes after the last star.
        qualifiers = self.declaration.split(self.name)[0].rsplit("*", 1)[-1]
        self.is_const = "const" in qualifiers.split()
        self.uses = set(re.findall(r"\bg_\d+\b", self.value))


class Function:
    def __init__(self, text):
        match = re.search(r"^((?:inline )?static (?:inline )?[^\n]*?\b(func_\d+)\([^\n]*\))\n\{", text, re.M)
        if not match:
            raise UnknownLayout(f"not a function: {text[:200]}")
        head, self.name = match.groups()
        self.is_inline = "inline" in head.split()
        self.head = re.sub(r"\b(static|inline)\s+", "", head)
        self.body = text[match.end() - 1:].rstrip() + "\n"
        self.uses = set(re.findall(r"\b(?:g|func)_\d+\b", self.body)) - {self.name}


class Program:
    def __init__(self, text, seed, parts):
        self.types = between(text, "/* --- Struct/Union Declarations --- */", "/* --- GLOBAL VARIABLES --- */")
        lines = between(text, "/* --- GLOBAL VARIABLES --- */", "/* --- FORWARD DECLARATIONS --- */").splitlines()
        self.globals = [Global(line) for line in lines if line.strip()]
        ruler = "/* ------------------------------------------ */\n"
        last = "/* ---------------------------------------- */\n"
        chunks = between(text, "/* --- FUNCTIONS --- */\n", last).split(ruler)
        self.functions = [Function(chunk) for chunk in chunks if chunk.strip()]
        self.main = text[text.index(last) + len(last):].split("/************************ statistics")[0]
        self.deal(random.Random(seed), parts)

    def deal(self, source, parts):
        """Chooses a file for everything, and what may stay static."""
        self.parts = parts
        everything = self.globals + self.functions
        for thing in everything:
            thing.part = source.randrange(parts)
        # check.c, the header's inline functions, and no file of ours: used from everywhere.
        outside = set(re.findall(r"\b(?:g|func)_\d+\b", self.main))
        for function in self.functions:
            if function.is_inline:
                outside |= function.uses
        users = {thing.name: set() for thing in everything}
        for thing in everything:
            for name in thing.uses:
                users[name].add(thing.part)
        for thing in everything:
            thing.is_static = thing.name not in outside and users[thing.name] <= {thing.part}

    def header(self):
        lines = ["#include <csmith.h>", "#pragma clang diagnostic ignored \"-Weverything\"", self.types]
        lines += [f"extern {g.declaration};" for g in self.globals if not g.is_static]
        lines += [f"{'static inline ' if f.is_inline else ''}{f.head};" for f in self.functions if f.is_inline or not f.is_static]
        lines += [f"static inline {f.head}\n{f.body}" for f in self.functions if f.is_inline]
        return "#ifndef PROGRAM_H\n#define PROGRAM_H\n" + "\n".join(lines) + "\n#endif\n"

    def part(self, number):
        lines = ['#include "program.h"']
        mine = [g for g in self.globals if g.part == number]
        lines += [f"static {f.head};" for f in self.functions if f.part == number and f.is_static and not f.is_inline]
        # Csmith writes them in an order in which each may take the address of those before it.
        lines += [f"{'static ' if g.is_static else ''}{g.declaration} = {g.value};" for g in mine]
        for function in self.functions:
            if function.part == number and not function.is_inline:
                lines.append(f"{'static ' if function.is_static else ''}{function.head}\n{function.body}")
        lines.append(
            "static void copy(volatile char *To, const volatile char *From, unsigned long Size) {\n"
            "  while (Size--)\n    *To++ = *From++;\n}\n"
            f"void state{number}(int Restore);\nvoid state{number}(int Restore) {{"
        )
        for g in mine:
            if not g.is_const:
                own, kept = f"(volatile char *)&{g.name}", f"Kept_{g.name}"
                lines.append(f"  static char {kept}[sizeof({g.name})];")
                lines.append(f"  if (Restore)\n    copy({own}, {kept}, sizeof({kept}));")
                lines.append(f"  else\n    copy({kept}, {own}, sizeof({kept}));")
        return "\n".join([*lines, "  (void)copy;\n  (void)Restore;\n}\n"])

    def check(self):
        body = self.main
        for old, new in [
            (r"int main \(void\)\n", "unsigned long checksum(int print_hash_value)\n"),
            (r"    int print_hash_value = 0;\n", ""),
            (r"    platform_main_begin\(\);\n", "    crc32_context = 0xFFFFFFFFUL;\n"),
            (r"    platform_main_end\((.*), print_hash_value\);\n    return 0;\n", r"    return \1;\n"),
        ]:
            body, count = re.subn(old, new, body)
            if count != 1:
                raise UnknownLayout(f"{count} times in main(): {old}")
        calls = "\n".join(f"void state{n}(int Restore);" for n in range(self.parts))
        save = "".join(f"  state{n}(Restore);\n" for n in range(self.parts))
        return (
            f'#include "program.h"\nunsigned long checksum(int Print);\nvoid saveState(int Restore);\n{calls}\n'
            f"void saveState(int Restore) {{\n{save}}}\n{body}"
        )

    def files(self):
        """{name: text}"""
        parts = {f"part{n}.c": self.part(n) for n in range(self.parts)}
        return {"program.h": self.header(), **parts, "check.c": self.check(), "main.c": MAIN}


def make(seed, directory, parts=3):
    """Writes the program of that seed to the directory; the names of its C files."""
    files = Program(generate(seed, directory), seed, parts).files()
    for name, text in files.items():
        (directory / name).write_text(text)
    return [name for name in files if name.endswith(".c")]
