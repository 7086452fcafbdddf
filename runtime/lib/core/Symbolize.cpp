// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Symbolize.h"

#include "../sys/Files.h"
#include "ImageFile.h"
#include "Rollback.h"
#include "Text.h"

#include <algorithm>
#include <cinttypes>
#include <memory>

namespace hcr {

namespace {

/// A loaded object and the functions that its file names.
struct Object {
  sys::ObjectRange Range;
  std::string File; // its name
  bool IsProgram = false;
  const Image *In = nullptr;
  uintptr_t Bias = 0; // what addresses in the file count from
  sys::Content Bytes;
  std::vector<FunctionSymbol> Functions; // by address
};

/// Reads the file of each object once.
class Symbolizer {
public:
  explicit Symbolizer(Runtime &R) : R(R) {}
  bool isOwn(uintptr_t Address);
  std::string name(uintptr_t Address);

private:
  Object *objectOf(uintptr_t Address);
  static const FunctionSymbol *functionAt(const Object &O, uintptr_t Address);
  std::string moduleOf(const Object &O, const FunctionSymbol &F,
                       std::string_view Symbol) const;

  Runtime &R;
  std::vector<std::unique_ptr<Object>> Objects;
};

} // namespace

Object *Symbolizer::objectOf(uintptr_t Address) {
  auto *At = reinterpret_cast<const void *>(Address);
  for (const auto &O : Objects)
    if (O->Range.holds(At))
      return O.get();
  sys::ObjectRange Range = sys::objectAt(At);
  if (!Range.Begin)
    return nullptr;
  Object &O = *Objects.emplace_back(std::make_unique<Object>());
  O.Range = Range;
  std::string Path = sys::objectPath(Range);
  O.IsProgram = Path == "/proc/self/exe";
  const std::string &Shown = O.IsProgram ? R.Settings.Program : Path;
  O.File = Shown.substr(Shown.rfind('/') + 1);
  sys::FileId Id;
  if (!sys::readFile(Path, O.Bytes, Id))
    O.Functions = functionsOf(O.Bytes.data(), O.Bytes.size());
  if (!isAtFixedAddress(O.Bytes.data(), O.Bytes.size()))
    O.Bias = reinterpret_cast<uintptr_t>(Range.Begin);
  sys::Guard G(R.Lock);
  for (const auto &I : R.Loaded.Images)
    if (I->Handle && sys::objectOf(I->Handle) == Range)
      O.In = I.get();
  return &O;
}

/// Functions may hold others (aliases, parts); the last one to begin counts.
const FunctionSymbol *Symbolizer::functionAt(const Object &O,
                                             uintptr_t Address) {
  auto After = std::upper_bound(
      O.Functions.begin(), O.Functions.end(), Address - O.Bias,
      [](uintptr_t A, const FunctionSymbol &F) { return A < F.Address; });
  while (After != O.Functions.begin()) {
    const FunctionSymbol &F = *--After;
    if (Address - O.Bias - F.Address < F.Size)
      return &F;
    if (F.Size)
      break;
  }
  return nullptr;
}

static std::string_view withoutSuffix(std::string_view Name) {
  constexpr std::string_view Suffix = "_actual";
  if (Name.ends_with(Suffix))
    Name.remove_suffix(Suffix.size());
  return Name;
}

/// The module that has the function: by its address, for several may have
/// static ones of that name; else (an inline one, `main`) by its name.
std::string Symbolizer::moduleOf(const Object &O, const FunctionSymbol &F,
                                 std::string_view Symbol) const {
  sys::Guard G(R.Lock);
  auto *Start = reinterpret_cast<const void *>(O.Bias + F.Address);
  std::string Found, OfImage;
  R.Loaded.forEachVersion([&](const Version &V) {
    if (!V.Table || !O.Range.holds(V.Table))
      return;
    OfImage = V.Of->Name;
    for (const HcrProc &P : procsOf(*V.Table))
      if (follow(P.Body) == Start ||
          (Found.empty() && !P.Body && nameOf(P.Name) == Symbol))
        Found = V.Of->Name;
  });
  if (Found.empty() && !O.In)
    R.Procs.forEach([&](const ProcSymbol &S) {
      if (S.Name == Symbol && S.Definer)
        Found = S.Definer->Name;
    });
  return Found.empty() && O.In ? OfImage : Found;
}

bool Symbolizer::isOwn(uintptr_t Address) {
  const Object *O = objectOf(Address);
  return O && (O->In || O->IsProgram);
}

std::string Symbolizer::name(uintptr_t Address) {
  const Object *O = objectOf(Address);
  if (!O)
    return format("%#" PRIxPTR, Address);
  const FunctionSymbol *F = functionAt(*O, Address);
  if (!F)
    return format("%s+%#" PRIxPTR, O->File.c_str(),
                  Address - reinterpret_cast<uintptr_t>(O->Range.Begin));
  std::string_view Symbol = withoutSuffix(F->Name);
  std::string Module;
  if (O->In || O->IsProgram)
    Module = moduleOf(*O, *F, Symbol);
  std::string Where = Module.empty() ? O->File : Module;
  if (O->In)
    Where += format(", generation %" PRIdPTR, O->In->Generation);
  return demangle(Symbol) + " (" + Where + ")";
}

std::string symbolize(Runtime &R, uintptr_t Address) {
  return Symbolizer(R).name(Address);
}

std::string describeCrash(Runtime &R, const CrashStory &Story) {
  std::string What = sys::signalName(Story.Signal);
  if (Story.Address || What == "SIGSEGV" || What == "SIGBUS")
    What += format(" (address %#" PRIxPTR ")", Story.Address);
  // The first function that is not a library's.
  Symbolizer Names(R);
  for (size_t I = 0; I < Story.FrameCount; ++I)
    if (Names.isOwn(Story.Frames[I]))
      return What + " in " + Names.name(Story.Frames[I]);
  return What;
}

std::string describeFrames(Runtime &R, const CrashStory &Story) {
  std::string Out;
  Symbolizer Names(R);
  size_t Number = 0;
  auto Add = [&](uintptr_t Address) {
    Out += format("\n  #%zu ", Number++) + Names.name(Address);
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
