// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The process that the runtime is a guest of: its program, its environment,
// its threads and clocks.
#ifndef HCR_SYS_PROCESS_H
#define HCR_SYS_PROCESS_H

#include "Files.h"
#include "Library.h"

#include <atomic>
#include <cstdint>
#include <pthread.h>
#include <string>

namespace hcr::sys {

/// The real path of the running executable, also when it was replaced since.
std::string executablePath();
/// The very file that runs, even when another one has its name by now.
FileId executableFile();

int processId();
bool processLives(int Id);

/// True in a setuid program: nothing of the environment may be believed.
bool isSecure();
/// Null when unset, empty or in a setuid program.
const char *environment(const char *Name);

/// Nanoseconds; steps of the wall clock do not show.
uint64_t now();
/// Nanoseconds since 1970, on the clock that stamps files.
int64_t fileClock();

/// Lets this thread rest.
void rest(int Milliseconds);

/// Starts a detached thread with every signal blocked, so that a signal of the
/// program is never handled on a stack the program does not know.
int startThread(const char *Name, void (*Body)(void *), void *Context);
/// The kernel's number of the calling thread. Costs a system call.
int currentThread();
/// Whether a thread of this process has that number.
bool threadLives(int Id);
/// Whether startThread() started it, and it has not ended.
bool isOwnThread(int Id);
/// The stacks of those threads.
std::vector<ObjectRange> ownStacks();

/// Writes to a descriptor of the program; a closed pipe is not the program's
/// death (SIGPIPE stays away), and errors are swallowed.
void writeQuietly(int Descriptor, const char *Text, size_t Size);
/// Opens a file for appending lines; -1 if it cannot.
int openAppending(const char *Path);
/// True while Descriptor still is the file that Id says: a program may close
/// descriptors that are not its own, and then the number is somebody else's.
bool stillIs(int Descriptor, const FileId &Id);
FileId identifyDescriptor(int Descriptor);

/// Never destroyed, hence usable while the process ends.
class Mutex {
public:
  void lock() { pthread_mutex_lock(&Native); }
  void unlock() { pthread_mutex_unlock(&Native); }
  /// In the child of a fork, where the owner may not exist any more.
  void renew() { Native = PTHREAD_MUTEX_INITIALIZER; }

private:
  friend class Condition;
  pthread_mutex_t Native = PTHREAD_MUTEX_INITIALIZER;
};

class Condition {
public:
  void wait(Mutex &M) { pthread_cond_wait(&Native, &M.Native); }
  void wakeAll() { pthread_cond_broadcast(&Native); }
  void renew() { Native = PTHREAD_COND_INITIALIZER; }

private:
  pthread_cond_t Native = PTHREAD_COND_INITIALIZER;
};

/// Something that happened, for one thread that waits. May be set in a signal
/// handler.
class Event {
public:
  void set();
  /// Waits until it is set, or the time (nanoseconds) is over, and unsets it.
  void wait(uint64_t Longest);

private:
  std::atomic<uint32_t> IsSet = 0;
};

class Guard {
public:
  explicit Guard(Mutex &M) : M(M) { M.lock(); }
  ~Guard() { M.unlock(); }
  Guard(const Guard &) = delete;
  Guard &operator=(const Guard &) = delete;

private:
  Mutex &M;
};

} // namespace hcr::sys

#endif
