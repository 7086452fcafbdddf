# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs in Vala: valac makes C of them, hcr-cc compiles it. docs/ForCompilers.md
shows these commands.

    project = Vala("main.vala", "plant.vala").build()
    with Watched(project) as program:
        project.change("plant.vala", "1", "2")   # and valac again
        program.reloaded("plant.c")
"""

import os

from hcrtest import BUILD, Project, run

WRAPPER = os.path.join(BUILD, "bin", "hcr-cc")


class Vala(Project):
    def __init__(self, *sources, packages=("gobject-2.0",), level="-O0"):
        super().__init__(*sources, name=level[1:], flags=[level])
        self.sources = list(sources)
        self.packages = packages
        self.vala = ["valac", "--quiet", *(f"--pkg={p}" for p in packages)]

    def translate(self):
        """The step of a user's build before the C compiler's. valac leaves C
        files alone that would not change."""
        run([*self.vala, "-C", *self.sources], cwd=self.directory)

    def build(self):
        self.translate()
        about = run(["pkg-config", "--cflags", "--libs", *self.packages]).split()
        # The C that valac makes is not free of warnings.
        run([WRAPPER, *self.flags, "-w",
             *(os.path.splitext(s)[0] + ".c" for s in self.sources),
             *about, "-o", self.output], cwd=self.directory)
        return self

    def buildAtOnce(self):
        """valac calls the C compiler; its C files are kept, they are what is
        built again."""
        run([*self.vala, "--save-temps", f"--cc={WRAPPER}", "-X", "-w",
             *(word for flag in self.flags for word in ("-X", flag)),
             *self.sources, "-o", self.output], cwd=self.directory)
        return self

    def change(self, file, before, after):
        self.edit(file, before, after)
        self.translate()
