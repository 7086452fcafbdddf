# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs of plain Nim, through hcr-cc, for `hcr run` and `hcr build`.

    project = NimProject("--gc:orc")     # main.nim and its modules lie here
    with Watched(project) as program:    # of watched.py
        project.edit("app.nim", "1", "2")
        program.reloaded("nc/@mapp.nim.c")
"""

import os
import shutil

from hcrtest import HCR, HERE, Failed, check, run

MAIN = """
import app
while true:
  var line: string
  if not stdin.readLine(line): break
  echo answer()
  stdout.flushFile()
"""


class NimProject:
    output = "main"

    def __init__(self, *options, name="project", main=MAIN):
        self.directory = os.path.join(HERE, name)
        self.options = ["--hints:off", *options]
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(HERE, self.directory,
                        ignore=lambda _, names: [n for n in names
                                                 if not n.endswith(".nim")])
        self.write("main.nim", main)
        self.write(".hcr-root", "")
        self.compile()

    def compile(self, *options, nimcache="nc", code=0, command="c"):
        if nimcache:
            options = ["--nimcache:" + nimcache, *options]
        return run([HCR, "nim", command, *self.options, *options, "main.nim"],
                   cwd=self.directory, code=code)

    def path(self, name):
        return os.path.join(self.directory, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name) + "~", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(self.path(name) + "~", self.path(name))

    def edit(self, name, old, new):
        text = self.read(name)
        if old not in text:
            raise Failed(f"{name} has no '{old}'")
        self.write(name, text.replace(old, new))

    def build(self, *files, code=0):
        return run([HCR, "build", "./main", *files], cwd=self.directory,
                   code=code)
