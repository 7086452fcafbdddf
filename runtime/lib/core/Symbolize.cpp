// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Symbolize.h"

#include "ObjectFile.h"
#include "Rollback.h"
#include "Text.h"

#include <algorithm>
#include <cinttypes>
#include <memory>

namespace hcr {

struct Symbolizer::Object : ObjectFile {
  using ObjectFile::ObjectFile;
  std::string Shown; // the file's name
  bool IsProgram = false;
  const Image *In = nullptr;
};

Symbolizer::Symbolizer(Runtime &R) : R(R) {}
Symbolizer::~Symbolizer() = default;

const Symbolizer::Object *Symbolizer::objectOf(uintptr_t Address) {
  auto *At = reinterpret_cast<const void *>(Address);
  for (const auto &O : Objects)
    if (O->Range.holds(At))
      return O.get();
  auto Found = std::make_unique<Object>(At);
  if (!Found->Range.Begin)
    return nullptr;
  Object &O = *Objects.emplace_back(std::move(Found));
  O.IsProgram = O.Path == "/proc/self/exe";
  const std::string &Path = O.IsProgram ? R.Settings.Program : O.Path;
  O.Shown = Path.substr(Path.rfind('/') + 1);
  sys::Guard G(R.Lock);
  for (const auto &I : R.Loaded.Images)
    if (I->Handle && sys::objectOf(I->Handle) == O.Range)
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
  for (std::string_view Suffix : {HCR_BODY_SUFFIX, HCR_MANGLED_BODY_SUFFIX})
    if (Name.ends_with(Suffix)) {
      Name.remove_suffix(Suffix.size());
      break;
    }
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
    return format("%s+%#" PRIxPTR, O->Shown.c_str(),
                  Address - reinterpret_cast<uintptr_t>(O->Range.Begin));
  std::string_view Symbol = withoutSuffix(F->Name);
  std::string Module;
  if (O->In || O->IsProgram)
    Module = moduleOf(*O, *F, Symbol);
  std::string Where = Module.empty() ? O->Shown : Module;
  if (O->In)
    Where += format(", generation %" PRIdPTR, O->In->Generation);
  return demangle(Symbol) + " (" + Where + ")";
}

std::string Symbolizer::crash(const CrashStory &Story) {
  std::string What = sys::signalName(Story.Signal);
  if (Story.Address || What == "SIGSEGV" || What == "SIGBUS")
    What += format(" (address %#" PRIxPTR ")", Story.Address);
  // The first function that is not a library's.
  for (size_t I = 0; I < Story.FrameCount; ++I)
    if (isOwn(Story.Frames[I]))
      return What + " in " + name(Story.Frames[I]);
  return What;
}

std::string Symbolizer::frames(const CrashStory &Story) {
  std::string Out;
  size_t Number = 0;
  auto Add = [&](uintptr_t Address) {
    Out += format("\n  #%zu ", Number++) + name(Address);
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
