# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A process that is killed just before its N-th step that others could see.

    library = killingLibrary(directory)
    environment = killedAt("hcr", 7, library)

The library (LD_PRELOAD) counts calls that make, write, rename and remove
files, lock, load and start programs, in processes of that name only.
"""

import os
import subprocess

from hcrtest import LLVM_BIN

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int Steps;

static void step(void) {
  const char *Who = getenv("KILL_WHO"), *At = getenv("KILL_AT");
  if (Who && At && !strcmp(Who, program_invocation_short_name) &&
      __atomic_add_fetch(&Steps, 1, __ATOMIC_RELAXED) == atoi(At))
    kill(getpid(), SIGKILL);
}

#define STEP(Result, Name, Parameters, Arguments)                              \
  Result Name Parameters {                                                     \
    static Result(*Real) Parameters;                                           \
    if (!Real)                                                                 \
      Real = (Result(*) Parameters)dlsym(RTLD_NEXT, #Name);                    \
    step();                                                                    \
    return Real Arguments;                                                     \
  }
STEP(int, rename, (const char *A, const char *B), (A, B))
STEP(int, unlink, (const char *A), (A))
STEP(int, rmdir, (const char *A), (A))
STEP(int, mkdir, (const char *A, mode_t B), (A, B))
STEP(int, flock, (int A, int B), (A, B))
STEP(int, ftruncate, (int A, off_t B), (A, B))
STEP(int, fallocate, (int A, int B, off_t C, off_t D), (A, B, C, D))
STEP(int, bind, (int A, const struct sockaddr *B, socklen_t C), (A, B, C))
STEP(void *, dlopen, (const char *A, int B), (A, B))
STEP(int, dlclose, (void *A), (A))
STEP(int, posix_spawn,
     (pid_t * A, const char *B, const posix_spawn_file_actions_t *C,
      const posix_spawnattr_t *D, char *const *E, char *const *F),
     (A, B, C, D, E, F))

ssize_t write(int File, const void *Data, size_t Size) {
  static ssize_t (*Real)(int, const void *, size_t);
  struct stat S;
  if (!Real)
    Real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (!fstat(File, &S) && S_ISREG(S.st_mode)) {
    step();
    // Half of it is there already when it is killed.
    if (Size > 1 && Real(File, Data, Size / 2) == (ssize_t)(Size / 2)) {
      step();
      ssize_t Rest = Real(File, (const char *)Data + Size / 2, Size - Size / 2);
      return Rest < 0 ? (ssize_t)(Size / 2) : (ssize_t)(Size / 2) + Rest;
    }
  }
  return Real(File, Data, Size);
}
"""


def killingLibrary(directory):
    source = os.path.join(directory, "killing.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(SOURCE)
    library = os.path.join(directory, "killing.so")
    subprocess.run([os.path.join(LLVM_BIN, "clang"), "-shared", "-fPIC", "-O1",
                    source, "-o", library], check=True)
    return library


def killedAt(who, number, library):
    return {"KILL_WHO": who, "KILL_AT": str(number), "LD_PRELOAD": library}
