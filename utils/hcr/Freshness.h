// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each module was made of, and whether that is still so.
#ifndef HCR_UTILS_FRESHNESS_H
#define HCR_UTILS_FRESHNESS_H

#include "Dependencies.h"
#include "Discovery.h"
#include "ModuleIndex.h"
#include "State.h"
#include <map>

namespace hcr {

class Freshness {
public:
  Freshness(const Program &P, unsigned Jobs) : P(P), Jobs(Jobs) {}

  // Before each look: what was seen of files is forgotten, and what other
  // builders noted is read.
  void begin(const std::map<std::string, CompileRecord> &Modules);
  // Within a look: files may have changed since it began.
  void lookAgain() {
    Stamps.clear();
    Later.clear();
    Hashes.clear();
  }
  // A module that was not there before.
  void introduce(const CompileRecord &Record);

  enum class Verdict { Current, Changed, Gone, NoSource, NeedsScan };
  Verdict judge(const CompileRecord &Record);
  // Notes new times of files that were only touched, and the program's new id.
  void refresh(const CompileRecord &Record);
  // Notes what modules without a history are made of. Returns those that have
  // a file newer than the program: they changed after it was linked.
  std::vector<const CompileRecord *>
  scan(llvm::ArrayRef<const CompileRecord *> Unknown);
  // Adds files to the index that modules which do not compile are made of, as
  // far as can be known: the error may be in a header that is new.
  void lookInto(llvm::ArrayRef<const CompileRecord *> Failed);
  // A new image was made, from Files, by a compiler that started at Started.
  void remember(const CompileRecord &Record, std::vector<std::string> Files,
                int64_t Started, uint64_t Image);
  void forget(llvm::StringRef Module);
  llvm::Error save() { return Known.save(); }

  const ModuleState *find(llvm::StringRef Module) const {
    return Known.find(Module);
  }
  // The content of the module's newest image; 0: none of this program.
  uint64_t imageOf(llvm::StringRef Module) const;
  bool hasSource(const CompileRecord &Record) {
    return stampNow(Record.sourcePath()).has_value();
  }
  ModuleIndex &index() { return Index; }
  const ModuleIndex &index() const { return Index; }
  // Modules that nothing is known of: they may contain any file. Some may not
  // belong to the program any more.
  const llvm::StringSet<> &unknown() const { return Unknown; }

private:
  std::optional<FileStamp> stampNow(const std::string &Path);
  bool cameAfterProgram(const std::string &Path);
  bool isSame(const SeenFile &File);
  bool areSame(const ModuleState &Old);
  std::optional<SeenFile> see(const std::string &Path, int64_t Before);
  void set(const CompileRecord &Record, ModuleState New);

  const Program &P;
  unsigned Jobs;
  State Known;
  ModuleIndex Index;
  llvm::StringSet<> Unknown;
  std::map<std::string, std::optional<FileStamp>> Stamps; // of this look
  std::map<std::string, bool> Later;                      // of this look
  std::map<std::string, std::optional<uint64_t>> Hashes;
};

} // namespace hcr
#endif
