// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Life and death of the runtime in its process: when libhcr.so is loaded, when
// the process forks, when it ends.
#include "../core/Control.h"
#include "../core/Rollback.h"
#include "Exports.h"
#include "Memory.h"

#include <pthread.h>

using namespace hcr;

/// No short step of another thread may be cut in half by a fork.
static void beforeFork() {
  Runtime &R = runtime();
  R.Lock.lock();
  R.Images.lock();
  R.Trace.lock();
  lockMemory();
}

static void afterForkInParent() {
  Runtime &R = runtime();
  unlockMemory();
  R.Trace.unlock();
  R.Images.unlock();
  R.Lock.unlock();
}

static void afterForkInChild() {
  Runtime &R = runtime();
  renewMemoryLock();
  R.Lock.renew();
  R.Images.renewLock();
  R.Trace.renewLock();
  if (R.Reloading.renew()) {
    R.Broken = "the process was forked while another thread reloaded; start "
               "the program anew";
    R.Current = nullptr;
  }
  // Socket and directory are the parent's.
  Control::forget(R);
  R.Live.forget();
  R.Back->forget();
}

[[gnu::constructor]] static void begin() {
  Runtime &R = runtime();
  R.GetRuntimeProc = getRuntimeProc;
  if (hasOwnMemory())
    R.OwnMemory = ownMemory;
  R.ReserveMemory = reserveMemory;
  R.MemoryIsShort = memoryIsShort;
  pthread_atfork(beforeFork, afterForkInParent, afterForkInChild);
  if (R.Settings.Control)
    if (Error E = Control::start(R))
      R.Trace("%s", E.text().c_str());
}

[[gnu::destructor]] static void end() {
  Runtime &R = runtime();
  R.Ending = true;
  sys::releaseCrashes();
  R.Live.remove();
}
