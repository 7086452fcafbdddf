// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which images are newer than what is loaded? (docs/Abi.md, decision 0002)
//
// The journal says it in one system call when nothing changed, plus one for
// each known directory; no call per module. Directories that are newer than
// the journal are compared file by file, for images made by hand; but not
// while a builder is at work, whose images are renamed one by one and become
// true together, with the lines in the journal that follow.
#ifndef HCR_CORE_FINDER_H
#define HCR_CORE_FINDER_H

#include "../sys/Process.h"
#include "Trust.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace hcr {

struct Found {
  std::string Module;
  std::string Path;
  bool Gone = false;      // the program has no such module any more
  bool Announced = false; // by the journal: Size and Hash are known
  bool Held = false;      // an earlier reload was refused with it
  uint64_t Size = 0, Hash = 0;
  uint64_t Number = 0; // of the notice, counted by the finder
};

class Finder {
public:
  /// Images older than Oldest (nanoseconds since 1970) belong to an earlier
  /// build of the program and are ignored. Only files of User and root count.
  void open(std::string Directory, int64_t Oldest,
            unsigned User = sys::effectiveUser());
  const std::string &directory() const { return Directory; }

  /// Somebody is building: what does not agree with the journal may be what
  /// its next lines are about.
  bool builderAtWork() const;
  /// The journal announces another image of the module by now, or is about to.
  bool isSuperseded(const Found &F);

  /// Why the last look found nothing (the journal cannot be read, or is not to
  /// be believed), empty if all is well. anythingNew() is true once for each.
  std::string problem();

  /// True when take() would give something new; once a second for what lacked
  /// something outside.
  bool anythingNew();
  /// What is new; with Held also what an earlier reload could not use. The
  /// caller says by loaded() or hold() what became of each.
  std::vector<Found> take(bool Held);
  /// Every image there is, for a forced reload.
  std::vector<Found> takeAll();

  /// What was noticed of the module since F was taken stays new, here and in
  /// hold().
  void loaded(const Found &F, uint64_t Size, uint64_t Hash);
  enum class Offer {
    WhenChanged,    // the image itself is at fault
    WithOthers,     // what it misses may come with the next new image
    WithEachReload, // what it lacked may be there any moment
  };
  /// Refused, and when to offer it again.
  void hold(const Found &F, Offer Again);
  /// The child of a fork must not inherit a lock that another thread held.
  /// Around a fork, so that no other thread is cut in half by it.
  void lock() { Lock.lock(); }
  void unlock() { Lock.unlock(); }
  void renewLock() { Lock.renew(); }

private:
  struct Known {
    sys::FileId File;            // as last seen
    uint64_t Size = 0, Hash = 0; // of the content that is loaded
    bool Loaded = false;
    Found Newest;
    enum { Idle, New, Again, Held, Refused } State = Idle;
    uint64_t Refusal = 0; // when it became Again
  };

  void look();
  void notice(Known &K, Found F);
  static bool isOlder(const Found &F, const Known &K);
  static bool isLoaded(const Known &K);
  void fail(const std::string &Path, int Errno);
  void fail(const sys::Distrust &Bad);
  void setState(Known &K, const std::string &Module, decltype(Known::State) S);
  void readJournal();
  void parseLine(std::string_view Line);
  void scanDirectories(bool NoJournal);
  void scan(const std::string &Path, bool Recurse);
  void noticeFile(const std::string &Path);
  std::string moduleOf(const std::string &Path) const;

  sys::Mutex Lock;
  std::string Directory;
  int64_t Oldest = 0;
  unsigned User = 0;
  sys::FileId Journal;
  uint64_t Offset = 0;
  uint64_t Notices = 0;
  std::string Problem, ToldProblem;
  bool Walked = false;
  std::map<std::string, Known, std::less<>> Files; // by module
  std::set<std::string> Open;             // modules whose state is not Idle
  std::map<std::string, int64_t> Scanned; // directories: their time back then
};

} // namespace hcr

#endif
