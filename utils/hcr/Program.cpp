// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Program.h"
#include "Report.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <csignal>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace hcr {

uint64_t programId(FileStamp Stamp) {
  uint64_t Hash = 0xcbf29ce484222325;
  auto Add = [&](uint64_t Value) {
    for (int Byte = 0; Byte != 8; ++Byte) {
      Hash ^= (Value >> (8 * Byte)) & 0xff;
      Hash *= 0x100000001b3;
    }
  };
  Add(Stamp.Size);
  Add(uint64_t(Stamp.Time));
  return Hash;
}

static Program make(std::string Path, FileStamp Stamp, int64_t Touched,
                    StringRef GivenDirectory) {
  Program P;
  P.Path = std::move(Path);
  P.Directory = P.Path + ".hcr";
  if (!GivenDirectory.empty()) {
    SmallString<256> Absolute(GivenDirectory);
    fs::make_absolute(Absolute);
    path::remove_dots(Absolute, /*remove_dot_dot=*/true);
    P.Directory = std::string(Absolute);
  }
  P.Stamp = Stamp;
  P.Touched = Touched;
  P.Id = programId(Stamp);
  return P;
}

Expected<Program> Program::open(StringRef Given, StringRef GivenDirectory) {
  SmallString<256> Real;
  if (std::error_code Code = fs::real_path(Given, Real))
    return failure("cannot find program '" + Given + "': " + Code.message());
  int64_t Touched = 0;
  std::optional<FileStamp> Stamp = stampOf(std::string(Real), &Touched);
  if (!Stamp)
    return failure("'" + Given + "' is not a file");
  return make(std::string(Real), *Stamp, Touched, GivenDirectory);
}

Expected<Program> Program::ofProcess(pid_t Pid, StringRef GivenDirectory) {
  std::string Link = "/proc/" + std::to_string(Pid) + "/exe";
  SmallString<256> Target;
  Target.resize(4096);
  ssize_t Length = readlink(Link.c_str(), Target.data(), Target.size());
  if (Length < 0)
    return systemFailure("cannot see process " + Twine(Pid), errno);
  Target.resize(Length);
  StringRef Path = Target;
  Path.consume_back(" (deleted)"); // replaced while it runs
  int64_t Touched = 0;
  FileStamp Stamp = stampOf(Link, &Touched).value_or(FileStamp());
  return make(Path.str(), Stamp, Touched, GivenDirectory);
}

std::string Program::file(const Twine &Name) const {
  return (Directory + "/" + Name).str();
}

std::string Program::image(StringRef Module) const {
  return file(Module + ".so");
}

std::vector<pid_t> Program::liveProcesses() const {
  std::vector<pid_t> Result;
  std::error_code Code;
  for (fs::directory_iterator I(file("live"), Code), End; !Code && I != End;
       I.increment(Code)) {
    pid_t Pid;
    if (!path::filename(I->path()).getAsInteger(10, Pid) &&
        (kill(Pid, 0) == 0 || errno == EPERM))
      Result.push_back(Pid);
  }
  return Result;
}

std::string ownProgramDirectory() {
  SmallString<256> Path;
  if (fs::real_path("/proc/self/exe", Path))
    return "";
  return path::parent_path(Path).str();
}

std::string ownLibraryDirectory() {
  return (path::parent_path(ownProgramDirectory()) + "/lib").str();
}

} // namespace hcr
