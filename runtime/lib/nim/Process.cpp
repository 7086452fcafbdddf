// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Life and death of libnimhcr.so in its process.
#include "../capi/Memory.h"
#include "Program.h"

#include <pthread.h>

using namespace hcr;
using namespace hcr::nim;

/// No short step of another thread may be cut in half by a fork.
static void beforeFork() {
  program().Lock.lock();
  program().Trace.lock();
  lockMemory();
}

static void afterForkInParent() {
  unlockMemory();
  program().Trace.unlock();
  program().Lock.unlock();
}

static void afterForkInChild() {
  Program &P = program();
  renewMemoryLock();
  P.Trace.renewLock();
  P.Lock.renew();
  P.Reloading.renew();
  P.Live.forget(); // the copies are the parent's
}

[[gnu::constructor]] static void begin() {
  program();
  pthread_atfork(beforeFork, afterForkInParent, afterForkInChild);
}

[[gnu::destructor]] static void end() { program().Live.remove(); }
