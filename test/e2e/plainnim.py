# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs that Nim compiles to plain C, for stories in this directory."""

import glob
import os

from hcrtest import BUILD, Project, run

HCR_CC = os.path.join(BUILD, "bin", "hcr-cc")


class NimProject(Project):
    """main.nim and what it imports."""

    def __init__(self, *flags, name):
        super().__init__("main.nim", name=name, flags=flags)

    def nim(self, *options):
        run(["nim", "c", "--hints:off", "--warnings:off", "--cc:clang",
             f"--clang.exe:{HCR_CC}", f"--clang.linkerexe:{HCR_CC}",
             *self.flags, "--nimcache:cache", f"--out:{self.output}",
             *options, "main.nim"], cwd=self.directory)

    def build(self, link=()):
        self.nim()
        return self

    def rebuild(self, *files, code=0):
        """Compiles what changed; sources that Nim made are new modules."""
        before = self.generated()
        self.nim("--compileOnly")
        if new := sorted(self.generated() - before):
            super().rebuild(*new)
        return super().rebuild(*files, code=code)

    def generated(self):
        return set(glob.glob(self.path("cache/*.nim.c")))


def everyMemoryManager(*flags, managers=("refc", "orc")):
    """The project, built, with each of Nim's memory managers."""
    for manager in managers:
        print(f"---- {manager} {' '.join(flags)}", flush=True)
        yield NimProject(f"--gc:{manager}", *flags, name=manager).build()
