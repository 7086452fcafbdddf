// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files and directories. Failures are errno values (0: done), never output.
#ifndef HCR_SYS_FILES_H
#define HCR_SYS_FILES_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hcr::sys {

/// What tells one file, or one content of it, from another without reading it.
struct FileId {
  uint64_t Device = 0, Inode = 0, Size = 0;
  int64_t Time = 0; // modification, nanoseconds since 1970
  bool IsDirectory = false;
  bool operator==(const FileId &) const = default;
  /// False for a file that is not there.
  explicit operator bool() const { return Inode != 0; }
};

FileId identify(const std::string &Path);
/// The same; Failed is 0 if the file is there or surely is not.
FileId identify(const std::string &Path, int &Failed);

/// The same of the entry itself: a symbolic link is neither followed nor a
/// directory.
FileId identifyEntry(const std::string &Path);

/// The bytes of a file, in pages of their own: a file may be of any size, and
/// that there is no memory for it is an error like others.
class Content {
public:
  Content() = default;
  ~Content() { release(); }
  Content(const Content &) = delete;
  Content &operator=(const Content &) = delete;

  const uint8_t *data() const { return Pages; }
  size_t size() const { return Count; }
  /// Empty again.
  void release();

private:
  friend int readWhole(int Descriptor, Content &Out, FileId &Id);
  uint8_t *Pages = nullptr;
  size_t Count = 0, Space = 0;
};

/// Reads a whole regular file and what identifies it. The size is asked first
/// but not believed: a file that shrinks while it is read gives fewer bytes,
/// never a SIGBUS as a mapping would.
int readFile(const std::string &Path, Content &Out, FileId &Id);
int readWhole(int Descriptor, Content &Out, FileId &Id);
/// The same of what lies behind Offset.
int readTail(const std::string &Path, uint64_t Offset, std::string &Out,
             FileId &Id);
int readBehind(int Descriptor, uint64_t Offset, std::string &Out, FileId &Id);

/// Creates a file that must not exist yet; private to the user. A full disk or
/// a limit of the process leaves nothing behind.
int writeNew(const std::string &Path, const void *Data, size_t Size);

/// Writes aside and renames, so that a reader sees the old or the new content.
int replaceFile(const std::string &Path, std::string_view Text);

/// Like mkdir -p; directories that are made get Mode.
int makeDirectories(const std::string &Path, unsigned Mode);

/// Does a process hold the file's flock? False if there is no such file.
bool isLocked(const std::string &Path);

void removeFile(const std::string &Path);
void removeTree(const std::string &Path);

/// Names in a directory without "." and "..".
std::vector<std::string> listDirectory(const std::string &Path);
int listDirectory(const std::string &Path, std::vector<std::string> &Names);

/// An errno value in words.
std::string describe(int Errno);

} // namespace hcr::sys

#endif
