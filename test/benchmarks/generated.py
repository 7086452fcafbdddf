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
    """`modules` modules in directory `directory`, compiled by `compiler` at -O1 and not linked yet."""

    def __init__(self, directory, modules, compiler, flags=(), jobs=2):
        self.directory, self.modules = pathlib.Path(directory), modules
        self.sources = self.directory / "modules"
        shutil.rmtree(self.directory, ignore_errors=True)
        self.sources.mkdir(parents=True)
        (self.directory / ".hcr-root").touch()
        for n in range(modules - 1):
            self.write(n)
        (self.sources / "main.c").write_text(MAIN)
        names = ["main"] + [f"m{n}" for n in range(modules - 1)]
        log(f"compiling {modules} modules with {pathlib.Path(compiler).name}")
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            list(pool.map(
                lambda name: command(
                    compiler, *flags, "-O1", "-c", f"modules/{name}.c", "-o", f"modules/{name}.o", cwd=self.directory
                ), names,
            ))
        self.objects = [f"modules/{name}.o" for name in names]
        (self.directory / "objects").write_text("\n".join(self.objects))

    def write(self, n, change=""):
        text = MODULE.format(n=n, next=(n + 1) % (self.modules - 1))
        if change:
            text = text.replace(f"return x + {n} % 7", f"return x + {change}")
        path = self.sources / f"m{n}.c"
        aside = path.with_suffix(".new")
        aside.write_text(text)
        aside.rename(path)
        return path

    def link(self, linker=CLANG):
        command(linker, "-fuse-ld=lld", "@objects", "-o", "program", cwd=self.directory)
        return self.directory / "program"
