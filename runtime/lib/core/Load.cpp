// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a file that somebody built to a loaded image with known modules.
#include "../sys/Library.h"
#include "ImageFile.h"
#include "TableCheck.h"
#include "Transaction.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>

namespace hcr {

void awaitHosts(Runtime &R) {
  if (R.Generation)
    return; // images that are loaded by now register nowhere
  // An object that asks for the call and never makes it is none of ours.
  constexpr uint64_t Longest = 10'000'000'000; // nanoseconds
  auto IsRegistered = [&](const sys::ObjectRange &Object) {
    size_t Count = std::min(R.RangeCount.load(std::memory_order_acquire),
                            Runtime::MaxRegistered);
    return std::any_of(R.Ranges, R.Ranges + Count, [&](const auto &Range) {
      return Object.holds(Range.Begin.load(std::memory_order_acquire));
    });
  };
  uint64_t Start = sys::now();
  for (const auto &Object : sys::objectsAskingFor("hcrRegisterImage"))
    while (!IsRegistered(Object) && !R.IsTree && !R.Ending &&
           sys::now() - Start < Longest)
      sys::rest(1);
}

/// The image that this thread is loading: constructors of the image find out
/// by it that the runtime is in charge.
static thread_local Image *Loading [[gnu::tls_model("initial-exec")]];

namespace {
struct LoadingScope {
  explicit LoadingScope(Image *I) { Loading = I; }
  ~LoadingScope() { Loading = nullptr; }
};
} // namespace

static bool holds(const Image &I, const HcrModuleTable *Begin) {
  return std::any_of(I.Tables.begin(), I.Tables.end(),
                     [&](const auto &R) { return R.begin() == Begin; });
}

void registerRange(Runtime &R, const HcrModuleTable *Begin,
                   const HcrModuleTable *End) {
  if (!Begin || Begin >= End)
    return;
  bool ModuleBinding = false;
  for (const HcrModuleTable *T = Begin; T != End; ++T)
    if (T->Magic == HCR_ABI_MAGIC && (T->Flags & HCR_MODULE_BINDING))
      ModuleBinding = true;
  if (Loading) {
    if (holds(*Loading, Begin))
      return;
    std::vector<sys::Segment> Segments;
    if (ModuleBinding)
      Segments = sys::segmentsAt(Begin);
    for (const HcrModuleTable *T = Begin; ModuleBinding && T != End; ++T)
      if (uint32_t *State = stateOf(*T, Segments))
        *State |= HCR_STATE_RUNTIME;
    Loading->Tables.push_back({Begin, static_cast<size_t>(End - Begin)});
    return;
  }
  size_t Index = R.RangeCount.fetch_add(1, std::memory_order_acq_rel);
  if (Index >= Runtime::MaxRegistered)
    return;
  R.Ranges[Index].End = End;
  R.Ranges[Index].Begin.store(Begin, std::memory_order_release);
  if (!ModuleBinding)
    return;
  // This thread may hold the loader's lock, which a reload on another thread
  // may be waiting for: so never wait for that reload. Who has the turn binds
  // the range later; until then it works as it does without the runtime.
  if (!R.Reloading.tryTake())
    return;
  {
    sys::Guard G(R.Lock);
    indexHosts(R);
  }
  R.Reloading.give();
}

/// The loader lacked memory or a descriptor, not a symbol.
static bool isTransient(std::string_view Why) {
  for (std::string_view Part :
       {"annot allocate", "failed to map", "cannot map", "cannot open shared",
        "cannot create", "cannot change memory protections", "cannot stat",
        "cannot read", "no reason"})
    if (Why.find(Part) != std::string_view::npos)
      return true;
  return false;
}

/// "undefined symbol: _Z3foov" in words that help.
static Error explainLoader(const std::string &Module, const std::string &Why) {
  constexpr std::string_view Marker = "undefined symbol: ";
  size_t At = Why.find(Marker);
  if (At == std::string::npos)
    return Error(format("%s: the image cannot be loaded: %s", Module.c_str(),
                        Why.c_str()));
  std::string Name = Why.substr(At + Marker.size());
  Name = Name.substr(0, Name.find_first_of(" ,\t\n"));
  return Error(format("%s: needs '%s', which nobody defines; define it, or "
                      "link the program with the library that has it",
                      Module.c_str(), demangle(Name).c_str()));
}

static bool isAnnounced(const Candidate &C) {
  const Found &F = C.From;
  return !F.Announced || (C.Size == F.Size && C.Hash == F.Hash);
}

static Error readImage(Transaction &T, const Found &F, sys::Content &Bytes) {
  const Runtime &R = T.R;
  // A table's name, for `reload reinit`, is what its image says.
  if (!isModuleName(F.Module))
    return Error(format("%s is no name of a module: it leads out of %s",
                        quoteJson(F.Module).c_str(),
                        R.Settings.Directory.c_str()));
  sys::FileId File;
  sys::Distrust Bad;
  int Failed = sys::readTrusted(R.Settings.Directory, F.Module + ".so",
                                R.Settings.User, Bytes, File, Bad);
  if (Bad.Why != sys::Distrust::None)
    return Error(format("%s: the image is not used: %s", F.Module.c_str(),
                        explain(Bad, R.Settings.User).c_str()));
  T.Transient = Failed && Failed != ENOENT;
  if (Failed)
    return Error(format("%s: cannot read the image %s: %s", F.Module.c_str(),
                        F.Path.c_str(), sys::describe(Failed).c_str()));
  return Error();
}

static Error verify(const Candidate &C, const sys::Content &Bytes) {
  const Found &F = C.From;
  const char *Module = F.Module.c_str();
  if (!isAnnounced(C))
    return Error(format("%s: the image %s is not the one that the journal "
                        "announced (%zu bytes, expected %" PRIu64
                        "); build it again",
                        Module, F.Path.c_str(), Bytes.size(), F.Size));
  if (Error E = checkImageFile(Bytes.data(), Bytes.size()))
    return Error(format("%s: the image %s %s; build it again", Module,
                        F.Path.c_str(), E.text().c_str()));
  return Error();
}

/// Writes the private copy that is loaded.
static Error copyImage(Runtime &R, const Found &F, intptr_t Generation,
                       const sys::Content &Bytes, std::string &Path) {
  if (Error E = R.Live.make())
    return E;
  std::string Base = R.Live.path() + "/" + std::to_string(Generation) + "-" +
                     flatten(F.Module);
  int Failed = 0;
  for (int Try = 0; Try < 1000; ++Try) {
    Path = Base + (Try ? "-" + std::to_string(Try) : "") + ".so";
    Failed = sys::writeNew(Path, Bytes.data(), Bytes.size());
    if (!Failed)
      return Error();
    if (!sys::identify(Path))
      break;
  }
  return Error(format("%s: cannot write the copy %s: %s", F.Module.c_str(),
                      Path.c_str(), sys::describe(Failed).c_str()));
}

static Error checkTable(const Runtime &R, const Found &F,
                        const HcrModuleTable &T) {
  const char *Module = F.Module.c_str();
  if (T.Magic != HCR_ABI_MAGIC || T.Version != HCR_ABI_VERSION ||
      T.Size != sizeof(HcrModuleTable))
    return Error(format("%s: the image was made for another version of HCR "
                        "(ABI %u, this program has %u); build it again with "
                        "the HCR that the program was built with",
                        Module, T.Version, HCR_ABI_VERSION));
  if (!(T.Flags & HCR_MODULE_BINDING))
    return Error(format("%s: the image was compiled for the link of a program "
                        "(host binding); compile it with 'hcr build' or "
                        "-hcr-binding=module",
                        Module));
  if (T.Program && T.Program != R.Settings.ProgramId)
    return Error(format("%s: the image was built for another build of the "
                        "program (id %016" PRIx64 ", this one is %016" PRIx64
                        "); build it again",
                        Module, T.Program, R.Settings.ProgramId));
  return Error();
}

/// A thread-local that nobody defines has no address that could be seen to be
/// null, so the dynamic linker is asked; without R.Lock, for it has its own.
static std::vector<const HcrProcImport *>
notLinked(const Image &In, const HcrModuleTable &Table) {
  std::vector<const HcrProcImport *> Result;
  constexpr std::string_view Accessor = ".tls";
  for (const HcrProcImport &I : procImportsOf(Table)) {
    std::string Name(nameOf(I.Name));
    if (!(I.Flags & HCR_PROC_THREAD_LOCAL) || !Name.ends_with(Accessor))
      continue;
    Name.resize(Name.size() - Accessor.size());
    if (!sys::findSymbol(nullptr, Name.c_str()) &&
        !sys::findSymbol(In.Handle, Name.c_str()))
      Result.push_back(&I);
  }
  return Result;
}

static Error makeVersion(Transaction &T, Candidate &C,
                         const HcrModuleTable &Table) {
  auto NotLinked = notLinked(*C.In, Table);
  sys::Guard G(T.R.Lock);
  Module &M = *T.R.Loaded.findOrMake(nameOf(Table.Name));
  if (M.Next)
    return Error(format("%s: two new images hold the module %s; remove one",
                        C.From.Module.c_str(), M.Name.c_str()));
  Version &V = *T.R.Loaded.makeVersion();
  V.Of = &M;
  V.In = C.In;
  V.Table = &Table;
  V.CreateTypeInfos = follow<void()>(Table.CreateTypeInfos);
  V.DatInit = follow<void()>(Table.DatInit);
  V.Init = follow<void()>(Table.Init);
  V.Imports = follow<const char *const>(Table.Imports);
  V.NotLinked = std::move(NotLinked);
  M.Next = &V;
  T.Versions.push_back(&V);
  return Error();
}

/// An image of nimhcr's shape: no tables, only the exported entry points.
static bool makeBareVersion(Transaction &T, Candidate &C) {
  auto Export = [&](const char *Name) {
    return sys::findSymbol(C.In->Handle, Name);
  };
  auto DatInit = reinterpret_cast<void (*)()>(Export("DatInit000"));
  auto Init = reinterpret_cast<void (*)()>(Export("Init000"));
  if (!DatInit && !Init)
    return false;
  using ImportsFn = void **(*)();
  auto Imports = reinterpret_cast<ImportsFn>(Export("HcrGetImportedModules"));
  sys::Guard G(T.R.Lock);
  Module &M = *T.R.Loaded.findOrMake(C.From.Module);
  Version &V = *T.R.Loaded.makeVersion();
  V.Of = &M;
  V.In = C.In;
  V.CreateTypeInfos =
      reinterpret_cast<void (*)()>(Export("HcrCreateTypeInfos"));
  V.DatInit = DatInit;
  V.Init = Init;
  V.Imports =
      Imports ? reinterpret_cast<const char *const *>(Imports()) : nullptr;
  M.Next = &V;
  T.Versions.push_back(&V);
  return true;
}

/// Libraries that an image brought along registered too; they are ordinary
/// host images. False if the loader does not say which are the image's own.
static bool separateLibraries(Runtime &R, Image &I) {
  sys::ObjectRange Own = sys::objectOf(I.Handle);
  if (!Own.Begin)
    return false;
  std::vector<Range<HcrModuleTable>> All;
  std::swap(All, I.Tables);
  for (const Range<HcrModuleTable> &Tables : All)
    if (Own.holds(Tables.begin()))
      I.Tables.push_back(Tables);
    else
      registerRange(R, Tables.begin(), Tables.end());
  return true;
}

static Error openImage(Transaction &T, Candidate &C) {
  Runtime &R = T.R;
  {
    LoadingScope Scope(C.In);
    std::string Why;
    C.In->Handle = sys::openLibrary(C.In->Path, Why);
    if (!C.In->Handle) {
      T.Transient = isTransient(Why);
      return explainLoader(C.From.Module, Why);
    }
    using InitFn = void (*)(void *, GetProc);
    if (auto Init = reinterpret_cast<InitFn>(
            sys::findSymbol(C.In->Handle, "HcrInit000")))
      Init(C.In->Handle, R.GetRuntimeProc);
  }
  bool Own = separateLibraries(R, *C.In);
  std::vector<sys::Segment> Segments = sys::segmentsOf(C.In->Handle);
  T.Transient = !Own || Segments.empty();
  if (T.Transient)
    return Error(format("%s: the dynamic loader does not say where it loaded "
                        "the image %s; ask for the reload again",
                        C.From.Module.c_str(), C.In->Path.c_str()));
  for (const Range<HcrModuleTable> &Tables : C.In->Tables)
    if (Error E = checkTables(Tables, Segments))
      return Error(format("%s: the image %s %s; build it again",
                          C.From.Module.c_str(), C.From.Path.c_str(),
                          E.text().c_str()));
  for (const Range<HcrModuleTable> &Tables : C.In->Tables)
    for (const HcrModuleTable &Table : Tables) {
      if (Error E = checkTable(R, C.From, Table))
        return E;
      if (Error E = makeVersion(T, C, Table))
        return E;
    }
  if (C.In->Tables.empty() && !makeBareVersion(T, C))
    return Error(format("%s: the image holds no module: it was compiled "
                        "without libHcrPass.so, or left as it is, which the "
                        "compiler then warned of",
                        C.From.Module.c_str()));
  return Error();
}

void dropImage(Runtime &R, Image *I) {
  if (I->Handle)
    sys::closeLibrary(I->Handle);
  sys::removeFile(I->Path);
  sys::Guard G(R.Lock);
  R.Loaded.removeImage(I);
}

Error loadImage(Transaction &T, Candidate &C, bool Force, bool &Retry) {
  Runtime &R = T.R;
  Retry = false;
  sys::Content Bytes;
  if (Error E = readImage(T, C.From, Bytes))
    return E;
  C.Size = Bytes.size();
  C.Hash = hashBytes(Bytes.data(), Bytes.size());
  // Between the rename of an image and its line in the journal, both of which
  // a builder does under its lock, they disagree without fault.
  if (!isAnnounced(C) && R.Images.isSuperseded(C.From)) {
    T.Early = true;
    return Error();
  }
  if (Error E = verify(C, Bytes))
    return E;
  {
    sys::Guard G(R.Lock);
    Module *M = R.Loaded.find(C.From.Module);
    if (!Force && M && M->Current && M->Current->In->Handle &&
        M->Current->In->Hash == C.Hash && M->Current->In->Size == C.Size) {
      C.Unchanged = true;
      return Error();
    }
    if (!Force && M && M->BadSize == C.Size && M->BadHash == C.Hash) {
      T.Out.Notes.push_back(notLoadedAgain(*M));
      C.Unchanged = true;
      return Error();
    }
    C.In = R.Loaded.makeImage();
  }
  C.In->Hash = C.Hash;
  C.In->Size = C.Size;
  C.In->Generation = R.Generation + (T.IsStart ? 0 : 1);
  Error E = copyImage(R, C.From, C.In->Generation, Bytes, C.In->Path);
  T.Transient = bool(E); // a disk that is full now
  if (!E) {
    Retry = true;
    E = openImage(T, C);
  }
  if (!E)
    E = checkMemory(T);
  if (E)
    return E;
  C.Usable = true;
  R.Trace("module %s loaded from %s", C.From.Module.c_str(),
          C.In->Path.c_str());
  return Error();
}

} // namespace hcr
