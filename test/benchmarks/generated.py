# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Programs of any number of modules, to see what grows with it."""

import concurrent.futures
import pathlib
import shutil

from measure import CLANG, command, log

# Each module has functions, a variable, a table of pointers, and calls the next module.
MODULE = """\
extern int step{next}(int);
int count{n};
static int helper{n}(int x) {{ return x + {n} % 7; }}
int twice{n}(int x) {{ return helper{n}(helper{n}(x)); }}
int (*const table{n}[])(int) = {{helper{n}, twice{n}}};
int step{n}(int x) {{ count{n}++; return x <= 0 ? 0 : table{n}[x & 1](step{next}(x - 1)); }}
"""
MAIN = """\
#include <stdio.h>
extern int step0(int);
__attribute__((weak)) int hcr_perform_code_reload(void);
int main(int argc, char **argv) {
  char line[32];
  printf("%d\\n", step0(5));
  fflush(stdout);
  while (argc > 1 && fgets(line, sizeof(line), stdin)) {
    if (hcr_perform_code_reload)
      hcr_perform_code_reload();
    printf("%d\\n", step0(5));
    fflush(stdout);
  }
  return 0;
}
"""


class Generated:
    """`modules` modules in `directory`, compiled by `compiler` at -O1 and not linked yet.

    Thousands of compiles take minutes, so they are done again only if the compiler or HCR is another one; what was interrupted
    goes on where it was.
    """

    def __init__(self, directory, modules, compiler, flags=(), hcr=None, jobs=2):
        self.directory, self.modules = pathlib.Path(directory), modules
        self.sources = self.directory / "modules"
        names = ["main"] + [f"m{n}" for n in range(modules - 1)]
        self.objects = [f"modules/{name}.o" for name in names]
        identity = "\n".join([MODULE, MAIN, str(compiler), *flags, *self.files_of(hcr)])
        stamp = self.directory / "stamp"
        if not stamp.exists() or stamp.read_text() != identity:
            shutil.rmtree(self.directory, ignore_errors=True)
            self.sources.mkdir(parents=True)
            (self.directory / ".hcr-root").touch()
            (self.directory / "objects").write_text("\n".join(self.objects))
            (self.sources / "main.c").write_text(MAIN)
            stamp.write_text(identity)
        for n in range(modules - 1):
            source = self.sources / f"m{n}.c"
            if not source.exists() or source.read_text() != self.text(n):
                self.write(n)
        missing = [name for name in names if not self.is_compiled(name)]
        if missing:
            log(f"compiling {len(missing)} of {modules} modules with {pathlib.Path(compiler).name}")
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            list(pool.map(lambda name: self.compile(compiler, flags, name), missing))

    def is_compiled(self, name):
        source, made = self.sources / f"{name}.c", self.sources / f"{name}.o"
        return made.exists() and made.stat().st_mtime_ns >= source.stat().st_mtime_ns

    @staticmethod
    def files_of(hcr):
        """What the compiles depend on: HCR's compiler and pass."""
        files = [hcr / "hcr-cc", hcr.parent / "lib/libHcrPass.so"] if hcr else []
        return [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]

    def compile(self, compiler, flags, name):
        command(compiler, *flags, "-O1", "-c", f"modules/{name}.c", "-o", f"modules/{name}.o", cwd=self.directory)

    def text(self, n):
        return MODULE.format(n=n, next=(n + 1) % (self.modules - 1))

    def write(self, n, change=""):
        text = self.text(n)
        if change:
            text = text.replace(f"return x + {n} % 7", f"return x + {change}")
        path = self.sources / f"m{n}.c"
        aside = path.with_suffix(".new")
        aside.write_text(text)
        aside.rename(path)
        return path

    def link(self, linker=CLANG):
        command(linker, "-fuse-ld=lld", "@objects", "-o", "program", cwd=self.directory)
        return self.program

    @property
    def program(self):
        return self.directory / "program"


def host(options, modules):
    """The program that hcr-cc makes; start-up, reload and memory measure the same one."""
    compiler = options.hcr / "hcr-cc"
    tree = Generated(options.work / f"generated-host-{modules}", modules, compiler, hcr=options.hcr)
    tree.link(compiler)
    return tree
