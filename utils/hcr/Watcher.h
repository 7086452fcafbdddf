// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tells when sources or headers were saved.
//
// Editors save in many ways: in place, in place in several writes, twice, by
// a new file that is renamed over the old one. A change is reported when the
// files have been quiet for a moment: 5 ms after a file was closed or renamed,
// 50 ms while somebody still has it open for writing, 250 ms while it is
// missing; but 2 s after the first change if all files are whole then.
#ifndef HCR_UTILS_WATCHER_H
#define HCR_UTILS_WATCHER_H

#include "Files.h"
#include "Process.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <map>

namespace hcr {

// The name of a C or C++ source, not hidden, not an editor's.
bool looksLikeSource(llvm::StringRef Path);
// The same of what Nim's compiler reads.
bool looksLikeNim(llvm::StringRef Path);

class Watcher {
public:
  // Poll: look every so many ms. Nothing: wait for inotify, and poll, too, on
  // file systems where that does not see everything.
  explicit Watcher(std::optional<unsigned> Poll);

  // What to watch from now on, too. New files are reported when they appear in
  // one of Directories and have a name like a source's.
  void watch(const llvm::StringSet<> &Files,
             const llvm::StringSet<> &Directories);

  struct Changes {
    std::vector<std::string> Files; // as named in watch()
    std::vector<std::string> NewSources;
    bool Everything = false; // the kernel lost count: it may be any file
    Stopwatch Since;         // the first of them was noticed
    bool Stopped = false;
  };
  // Waits for changes, or until StopDescriptor is readable.
  Changes wait(int StopDescriptor);

private:
  // What is known of a batch of changes that is still growing.
  struct Batch {
    llvm::StringSet<> Files, NewSources;
    llvm::StringSet<> Open, Missing;
    bool Everything = false;
    std::optional<Stopwatch> Since, Last;
    bool empty() const {
      return Files.empty() && NewSources.empty() && !Everything;
    }
    void touch();
    int quiet() const;
  };
  bool addDirectory(llvm::StringRef Directory);
  void retryLostDirectories(Batch &Changed);
  void readEvents(Batch &Changed);
  void readEvent(int Watch, uint32_t Mask, llvm::StringRef Name,
                 Batch &Changed);
  void take(llvm::StringRef Directory, llvm::StringRef Name, uint32_t Mask,
            Batch &Changed);
  void pollFiles(Batch &Changed);
  void pollNewSources(Batch &Changed);
  std::vector<std::string> newSourcesIn(llvm::StringRef Directory);
  bool mustPoll(llvm::StringRef Directory);
  void poll(llvm::StringRef Path);

  std::optional<unsigned> Poll;
  Descriptor Inotify;
  std::map<int, std::string> Directories; // by watch descriptor
  llvm::StringSet<> Watched, Lost, SourceDirectories;
  llvm::StringMap<std::string> Names; // path on disk -> name in watch()
  // What a poll saw of a file. With the time of its last change of any kind: a
  // file that was away and is back has the stamp that it had.
  struct Glimpse {
    int64_t Touched = 0; // stays so if there is no such file
    std::optional<FileStamp> Stamp;
    explicit Glimpse(const std::string &Path)
        : Stamp(stampOf(Path, &Touched)) {}
    bool operator==(const Glimpse &) const = default;
  };
  llvm::StringMap<Glimpse> Polled;
  llvm::StringMap<bool> Unreported; // directories: does inotify not see them?
  llvm::StringSet<> Bystanders; // sources in polled directories, not watched
};

} // namespace hcr
#endif
