/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "construct.h"

#include <hcr/hcr.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>

static void fail(const char *What, const char *Detail) {
  fprintf(stderr, "%s: %s\n", What, Detail);
  _Exit(1);
}

/* CONSTRUCT_EDIT VERSION: edits and builds, and notes that it did. */
void edit(int Version) {
  const char *Edit = getenv("CONSTRUCT_EDIT");
  char Command[4096];
  if (!Edit)
    fail("not started by construct.py", "CONSTRUCT_EDIT is not set");
  snprintf(Command, sizeof Command, "%s %d", Edit, Version);
  if (system(Command))
    fail("cannot build the edited program", Command);
}

static char *text(size_t (*Get)(char *, size_t)) {
  size_t Length = Get(NULL, 0);
  char *Text = malloc(Length + 1);
  Get(Text, Length + 1);
  return Text;
}

char *report(void) { return text(hcr_last_report); }

void reload(int Version) {
  edit(Version);
  hcr_result Result = hcr_perform_code_reload();
  if (Result != HCR_RELOADED)
    fail(Result == HCR_REFUSED ? "refused" : "nothing new",
         text(hcr_last_message));
}

void refused(int Version, const char *Text) {
  edit(Version);
  if (hcr_perform_code_reload() != HCR_REFUSED)
    fail("not refused; expected", Text);
  char *Message = text(hcr_last_message);
  if (!strstr(Message, Text)) {
    fprintf(stderr, "expected: %s\n", Text);
    fail("refused", Message);
  }
  free(Message);
}

static void look(const char *Text, int Wanted) {
  char *Report = report();
  if ((strstr(Report, Text) != NULL) != Wanted) {
    fprintf(stderr, "%s: %s\n", Wanted ? "missing" : "not expected", Text);
    fail("report", Report);
  }
  free(Report);
}

void reported(const char *Text) { look(Text, 1); }
void notReported(const char *Text) { look(Text, 0); }

static pthread_t Blocking;
static sem_t BlockingStarted, BlockingEnd;

static void *block(void *Unused) {
  sigset_t All;
  sigfillset(&All);
  pthread_sigmask(SIG_SETMASK, &All, NULL);
  sem_post(&BlockingStarted);
  sem_wait(&BlockingEnd);
  return Unused;
}

void startBlockingThread(void) {
  sem_init(&BlockingStarted, 0, 0);
  sem_init(&BlockingEnd, 0, 0);
  if (pthread_create(&Blocking, NULL, block, NULL))
    fail("cannot start a thread", "that blocks signals");
  sem_wait(&BlockingStarted);
}

void endBlockingThread(void) {
  sem_post(&BlockingEnd);
  pthread_join(Blocking, NULL);
}
