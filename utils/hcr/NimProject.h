// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program's part that Nim's compiler wrote: which files it is made of, and
// how the C of them is made anew.
//
// Nim runs with the recorded command, but writes into a directory of ours and
// compiles nothing. Only when it ended well that becomes
// PROGRAM.hcr/build/nim/, and its files replace those that the program's
// modules are compiled from. So an error changes nothing, a Nim that is killed
// leaves nothing half written, and the nimcache is never shared with a Nim that
// somebody else runs. --compileOnly leaves two comments out at the top of each
// file, which would make every module look changed: files are compared without
// those, and keep theirs.
#ifndef HCR_UTILS_NIMPROJECT_H
#define HCR_UTILS_NIMPROJECT_H

#include "../common/GeneratorRecord.h"
#include "Process.h"
#include "Program.h"
#include "Report.h"

namespace hcr {

class NimProject {
public:
  // Outputs: the nimcache that the program was compiled from; Sources: the C
  // files in it that the program has.
  NimProject(const Program &P, GeneratorRecord How, std::string Outputs,
             llvm::ArrayRef<std::string> Sources);

  llvm::StringRef outputs() const { return Outputs; }
  std::string name() const;        // main.nim
  std::string directory() const;   // of that file
  std::string commandLine() const; // as recorded, for people
  // False: it was no plain compile of a file; nothing else may be called then.
  bool canRunAgain() const;
  // All that the last good run read, and settings that are not there yet.
  // Before the first run: the modules, as far as names of C files tell.
  const std::vector<std::string> &inputs() const { return Inputs; }

  // Nothing that the last good run read has changed since, nor the program.
  bool isCurrent() const;
  // Runs Nim. Call under the build lock, as the next two.
  llvm::Expected<Finished> generate(bool OwnGroup, bool Colours);
  // Somebody wrote to a source while Nim read it.
  bool isOutdated() const;
  struct Written {
    std::vector<std::string> Changed; // C files that are other ones now
    std::vector<std::string> Linked;  // all that the program is to have
  };
  // Takes over what the last good run wrote.
  llvm::Expected<Written> install();
  llvm::Error remember();

private:
  Command command(const std::string &Nimcache, bool Colours) const;
  std::string projectFile() const;
  std::string stampsFile() const { return Cache + ".stamps"; }
  std::vector<std::string> settings() const;
  bool readInstructions();

  const Program &P;
  GeneratorRecord How;
  std::string Outputs, Cache;
  std::vector<std::string> Inputs;
  std::vector<std::string> Generated, Others; // C files: in Cache, elsewhere
  int64_t Started = 0;                        // the last run, by fileClock()
};

} // namespace hcr
#endif
