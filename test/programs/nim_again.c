/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * Runs a Nim program over and over, for self tests that end at once and would
 * see few reloads: the top-level code of its main module as often as AGAIN
 * says, and the whole program, each time in a child of its own, as often as
 * AFRESH says (not every program finds its variables as it needs them a second
 * time). The program is compiled with -Dmain=programMain. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int programMain(int Count, char **Words, char **Environment);
void NimMainModule(void);

static int times(const char *Name) {
  const char *Value = getenv(Name);
  return Value ? atoi(Value) : 0;
}

int main(int Count, char **Words, char **Environment) {
  for (int Left = times("AFRESH"); Left > 0; --Left) {
    pid_t Child = fork();
    int Status = 1;
    if (Child == 0)
      exit(programMain(Count, Words, Environment));
    if (Child < 0 || waitpid(Child, &Status, 0) != Child || Status != 0)
      return 1;
  }
  int Code = times("AFRESH") ? 0 : programMain(Count, Words, Environment);
  for (int Left = times("AGAIN"); Left > 1; --Left)
    NimMainModule();
  return Code;
}
