// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Files.h"
#include "Report.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace llvm;

namespace hcr {

static int64_t nanoseconds(const timespec &Time) {
  return Time.tv_sec * 1000000000LL + Time.tv_nsec;
}

std::optional<FileStamp> stampOf(const std::string &Path, int64_t *Touched) {
  struct stat Info;
  if (stat(Path.c_str(), &Info) != 0 || !S_ISREG(Info.st_mode))
    return std::nullopt;
  FileStamp Stamp{uint64_t(Info.st_size), nanoseconds(Info.st_mtim)};
  if (Touched)
    *Touched = std::max(Stamp.Time, nanoseconds(Info.st_ctim));
  return Stamp;
}

std::optional<uint64_t> hashOf(const std::string &Path) {
  // Volatile: somebody may be writing to it, so it is read and not mapped.
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false,
                                      /*IsVolatile=*/true);
  if (!Buffer)
    return std::nullopt;
  return xxHash64((*Buffer)->getBuffer());
}

Expected<std::string> readFile(const std::string &Path) {
  auto Buffer = MemoryBuffer::getFile(Path, false, false, true);
  if (!Buffer)
    return failure("cannot read '" + Path +
                   "': " + Buffer.getError().message());
  return (*Buffer)->getBuffer().str();
}

bool forEachRow(const std::string &Path,
                function_ref<void(ArrayRef<StringRef>)> Use) {
  Expected<std::string> Text = readFile(Path);
  if (!Text) {
    consumeError(Text.takeError());
    return true;
  }
  SmallVector<StringRef> Words;
  size_t Whole = Text->rfind('\n') + 1;
  for (StringRef Rest = StringRef(*Text).take_front(Whole); !Rest.empty();) {
    auto [Line, After] = Rest.split('\n');
    Rest = After;
    Words.clear();
    Line.split(Words, '\t');
    if (!Line.empty())
      Use(Words);
  }
  return Whole == Text->size();
}

Error writeAll(int Number, StringRef Text, const Twine &Name) {
  while (!Text.empty()) {
    ssize_t Written = ::write(Number, Text.data(), Text.size());
    if (Written < 0 && errno == EINTR)
      continue;
    if (Written < 0)
      return systemFailure("cannot write '" + Name + "'", errno);
    Text = Text.drop_front(Written);
  }
  return Error::success();
}

Error replaceFile(const std::string &Path, StringRef Content) {
  std::string Aside = Path + ".tmp." + std::to_string(getpid());
  Descriptor File(
      open(Aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!File)
    return systemFailure("cannot write '" + Path + "'", errno);
  Error E = writeAll(File.get(), Content, Path);
  if (!E && rename(Aside.c_str(), Path.c_str()) != 0)
    E = systemFailure("cannot replace '" + Path + "'", errno);
  if (E)
    unlink(Aside.c_str());
  return E;
}

Error makeDirectory(const std::string &Path) {
  if (std::error_code Code = sys::fs::create_directories(Path))
    return failure("cannot make directory '" + Path + "': " + Code.message() +
                   "; choose another place with --dir=DIR");
  return Error::success();
}

int64_t fileClock() {
  timespec Now;
  clock_gettime(CLOCK_REALTIME_COARSE, &Now);
  return nanoseconds(Now);
}

bool wasWritten(const std::string &Path, int64_t Started) {
  int64_t Touched = 0;
  if (!stampOf(Path, &Touched))
    return false;
  // Since Linux 6.13 a time may be finer than the tick, and before it.
  timespec Now;
  clock_gettime(CLOCK_REALTIME, &Now);
  return Touched > Started && Touched <= nanoseconds(Now);
}

Descriptor &Descriptor::operator=(Descriptor &&Other) {
  if (this != &Other)
    reset(Other.release());
  return *this;
}

void Descriptor::reset(int New) {
  if (Number >= 0)
    close(Number);
  Number = New;
}

} // namespace hcr
