// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Symbolize.h"

#include "../sys/Files.h"
#include "ImageFile.h"
#include "Rollback.h"
#include "Text.h"

#include <algorithm>
#include <cinttypes>

namespace hcr {

/// Where an image's symbols are, and how it is called.
namespace {
struct Place {
  std::string Path, File; // to read, and its name
  bool IsProgram = false;
  sys::ObjectRange Object;
  const Image *In = nullptr;
};
} // namespace

static Place placeOf(Runtime &R, uintptr_t Address) {
  Place P;
  auto *At = reinterpret_cast<const void *>(Address);
  P.Object = sys::objectAt(At);
  P.Path = sys::objectPath(P.Object);
  P.IsProgram = P.Path == "/proc/self/exe";
  const std::string &Shown = P.IsProgram ? R.Settings.Program : P.Path;
  P.File = Shown.substr(Shown.rfind('/') + 1);
  sys::Guard G(R.Lock);
  for (const auto &I : R.Loaded.Images)
    if (I->Handle && sys::objectOf(I->Handle).holds(At))
      P.In = I.get();
  return P;
}

static std::string withoutSuffix(std::string Name) {
  constexpr std::string_view Suffix = "_actual";
  if (Name.ends_with(Suffix))
    Name.resize(Name.size() - Suffix.size());
  return Name;
}

/// The module that a function of the program itself comes from.
static std::string moduleOf(Runtime &R, const std::string &Symbol,
                            const Place &P) {
  sys::Guard G(R.Lock);
  std::string Only;
  if (P.In)
    for (const auto &M : R.Loaded.All)
      for (const Version *V : {M->Current})
        if (V && V->In == P.In)
          Only = M->Name;
  std::string Found;
  R.Procs.forEach([&](const ProcSymbol &S) {
    if (S.Name == Symbol && S.Definer && Found.empty())
      Found = S.Definer->Name;
  });
  return Found.empty() ? Only : Found;
}

static std::string symbolAt(const Place &P, uintptr_t Distance,
                            uintptr_t Address) {
  sys::Content Bytes;
  sys::FileId Id;
  if (sys::readFile(P.Path, Bytes, Id))
    return {};
  if (isAtFixedAddress(Bytes.data(), Bytes.size()))
    Distance = Address;
  for (const FunctionSymbol &F : functionsOf(Bytes.data(), Bytes.size()))
    if (Distance >= F.Address && Distance - F.Address < F.Size)
      return std::string(F.Name);
  return {};
}

std::string symbolize(Runtime &R, uintptr_t Address) {
  if (!sys::objectAt(reinterpret_cast<const void *>(Address)).Begin)
    return format("%#" PRIxPTR, Address);
  Place P = placeOf(R, Address);
  auto Begin = reinterpret_cast<uintptr_t>(P.Object.Begin);
  std::string Symbol = symbolAt(P, Address - Begin, Address);
  if (Symbol.empty())
    return format("%s+%#" PRIxPTR, P.File.c_str(), Address - Begin);
  Symbol = withoutSuffix(Symbol);
  bool IsOwn = P.In || P.IsProgram;
  std::string Module = IsOwn ? moduleOf(R, Symbol, P) : std::string();
  std::string Where = Module.empty() ? P.File : Module;
  if (P.In)
    Where += format(", generation %" PRIdPTR, P.In->Generation);
  return demangle(Symbol) + " (" + Where + ")";
}

std::string describeCrash(Runtime &R, const CrashStory &Story) {
  std::string What = sys::signalName(Story.Signal);
  if (Story.Address || What == "SIGSEGV" || What == "SIGBUS")
    What += format(" (address %#" PRIxPTR ")", Story.Address);
  // The first function that is not the C library's own.
  for (size_t I = 0; I < Story.FrameCount; ++I) {
    Place P = placeOf(R, Story.Frames[I]);
    if (P.In || P.IsProgram)
      return What + " in " + symbolize(R, Story.Frames[I]);
  }
  return What;
}

std::string describeFrames(Runtime &R, const CrashStory &Story) {
  std::string Out;
  size_t Number = 0;
  auto Add = [&](uintptr_t Address) {
    Out += format("\n  #%zu ", Number++) + symbolize(R, Address);
  };
  for (size_t I = 0; I < Story.FrameCount; ++I)
    Add(Story.Frames[I]);
  size_t Kept = std::min(Story.OuterCount, CrashStory::LastFrames);
  if (Story.OuterCount > Kept) {
    Out += format("\n  (%zu more)", Story.OuterCount - Kept);
    Number += Story.OuterCount - Kept;
  }
  for (size_t I = Story.OuterCount - Kept; I < Story.OuterCount; ++I)
    Add(Story.Outer[I % CrashStory::LastFrames]);
  return Out;
}

} // namespace hcr
