# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the project's C and C++ files are formatted.

    check_format.py CLANG_FORMAT PROJECT

Looks at the files that git knows (all files outside build/ if the project is
not a checkout). Lit tests are left out: their line breaks carry CHECK lines.
"""

import os
import subprocess
import sys

SUFFIXES = (".c", ".cpp", ".h", ".hpp")
# Directories of lit tests, where a source line is part of the test.
LIT = ("test/pass/", "test/plugin/", "test/tools/", "test/constructs/",
       "test/e2e/", "test/limits/", "test/nim/")


def projectFiles(project):
    git = subprocess.run(
        ["git", "-C", project, "-c", f"safe.directory={os.path.realpath(project)}",
         "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True)
    if git.returncode == 0:
        return git.stdout.splitlines()
    found = []
    for directory, names, files in os.walk(project):
        names[:] = [n for n in names if n not in ("build", ".git")]
        found += [os.path.relpath(os.path.join(directory, f), project)
                  for f in files]
    return found


def main():
    clangFormat, project = sys.argv[1:]
    files = sorted(f for f in projectFiles(project)
                   if f.endswith(SUFFIXES) and not f.startswith(LIT)
                   and os.path.exists(os.path.join(project, f)))
    if len(files) < 5:
        sys.exit(f"only {len(files)} source files found in {project}")
    result = subprocess.run([clangFormat, "--dry-run", "-Werror", *files],
                            cwd=project)
    print(f"{len(files)} files looked at")
    return result.returncode


sys.exit(main())
