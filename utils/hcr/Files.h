// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files as the builder sees them: stamps, whole contents, safe replacement.
#ifndef HCR_UTILS_FILES_H
#define HCR_UTILS_FILES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hcr {

// Size and modification time; equal stamps mean "not looked at again".
struct FileStamp {
  uint64_t Size = 0;
  int64_t Time = 0; // nanoseconds since 1970
  bool operator==(const FileStamp &) const = default;
};

// Nothing if there is no such regular file. Touched: when the file last
// changed in any way; a file that was moved here keeps its modification time.
std::optional<FileStamp> stampOf(const std::string &Path,
                                 int64_t *Touched = nullptr);
// xxh64 of the content; nothing if it cannot be read.
std::optional<uint64_t> hashOf(const std::string &Path);
llvm::Expected<std::string> readFile(const std::string &Path);
// The lines of a text file, each split at tabs. A cache: nothing if there is
// no such file, and what a writer did not finish is not there. False: something
// was not finished.
bool forEachRow(const std::string &Path,
                llvm::function_ref<void(llvm::ArrayRef<llvm::StringRef>)> Use);
// The whole content or the old file: written aside, then renamed.
llvm::Error replaceFile(const std::string &Path, llvm::StringRef Content);
// Says the reason and the remedy when the directory cannot be made.
llvm::Error makeDirectory(const std::string &Path);
// The clock that file times come from: it moves with the kernel's tick.
int64_t fileClock();
// Whether somebody wrote to the file since Started (by fileClock()), when its
// compiler began. A time that is yet to come says that the clock was put back,
// not when.
bool wasWritten(const std::string &Path, int64_t Started);
// Writes all of it or says why not ("no space left on device").
llvm::Error writeAll(int Descriptor, llvm::StringRef Text,
                     const llvm::Twine &Name);

// A file descriptor that closes itself.
class Descriptor {
public:
  explicit Descriptor(int Number = -1) : Number(Number) {}
  Descriptor(Descriptor &&Other) : Number(Other.release()) {}
  Descriptor &operator=(Descriptor &&Other);
  ~Descriptor() { reset(); }
  int get() const { return Number; }
  explicit operator bool() const { return Number >= 0; }
  int release() {
    int Old = Number;
    Number = -1;
    return Old;
  }
  void reset(int New = -1);

private:
  int Number;
};

} // namespace hcr
#endif
