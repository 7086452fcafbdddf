// hcr_reload_is_safe() does not know while a thread blocks all signals, nor inside a handler, and says so.
// RUN: %{construct} %s %t --modes=host-O2
#include "construct.h"
#include <hcr/hcr.h>
#include <string.h>

#define VERSION 1

static int InHandler = 1;

int answer(void) { return VERSION; }

static void askInHandler(void) { InHandler = hcr_reload_is_safe(NULL, 0); }
HCR_AFTER_RELOAD(askInHandler);

int main(void) {
  char Text[512];
  startBlockingThread();
  edit(2);
  CHECK(hcr_reload_is_safe(Text, sizeof Text) == -1);
  CHECK(strstr(Text, "blocks signal"));
  hcr_last_message(Text, sizeof Text);
  CHECK(strstr(Text, "blocks signal"));
  endBlockingThread();
  // main is in this file.
  CHECK(hcr_reload_is_safe(Text, sizeof Text) == 0 && strstr(Text, ": main is active"));
  CHECK(hcr_perform_code_reload() == HCR_RELOADED);
  CHECK(InHandler == -1 && answer() == 2);
}
