// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shared objects that `nim c --hotCodeReloading:on` writes, one per module.
//
// Each process loads copies of its own: the compiler writes over the originals,
// and a second instance of the program has nothing to do with the first. A file
// that is not whole is refused before the dynamic loader sees it.
#include "../core/Hash.h"
#include "../core/ImageFile.h"
#include "../core/Trust.h"
#include "Program.h"

namespace hcr::nim {

namespace {
struct Read {
  sys::Content Bytes;
  sys::FileId File;
  uint64_t Hash = 0;
};
} // namespace

static std::string nameOf(const Module &M) { return moduleName(M.Path); }

static Error read(const Program &P, const Module &M, Read &Out) {
  size_t Slash = M.Path.rfind('/');
  if (Slash == std::string::npos)
    return Error(format("%s: the shared object %s has no directory",
                        nameOf(M).c_str(), M.Path.c_str()));
  sys::Distrust Bad;
  int Failed = sys::readTrusted(M.Path.substr(0, Slash),
                                std::string_view(M.Path).substr(Slash + 1),
                                P.Settings.User, Out.Bytes, Out.File, Bad);
  if (Bad.Why != sys::Distrust::None)
    return Error(format("%s: the shared object is not used: %s",
                        nameOf(M).c_str(),
                        explain(Bad, P.Settings.User).c_str()));
  if (Failed)
    return Error(format("%s: cannot read %s: %s", nameOf(M).c_str(),
                        M.Path.c_str(), sys::describe(Failed).c_str()));
  Out.Hash = hashBytes(Out.Bytes.data(), Out.Bytes.size());
  return Error();
}

bool hasChanged(Program &P, Module &M) {
  if (M.Current ? !M.Current->Handle : !M.Awaited)
    return false;
  sys::FileId Now = sys::identify(M.Path);
  if (!Now || Now == M.File || Now == M.Refused)
    return false;
  if (!M.Current)
    return true;
  Read In;
  if (Error E = read(P, M, In))
    return true; // the reload will say why not
  if (In.Hash != M.Current->ContentHash)
    return true;
  M.File = Now;
  return false;
}

static Error copy(Program &P, const Read &In, Version &V) {
  if (Error E = P.Live.make())
    return E;
  std::string Base = nameOf(*V.Of);
  Base.erase(0, Base.rfind('/') + 1);
  V.Copy = P.Live.path() + "/" + std::to_string(P.Versions.size()) + "-" +
           Base + ".so";
  int Failed = sys::writeNew(V.Copy, In.Bytes.data(), In.Bytes.size());
  return Failed ? Error(format("%s: cannot write the copy %s: %s",
                               nameOf(*V.Of).c_str(), V.Copy.c_str(),
                               sys::describe(Failed).c_str()))
                : Error();
}

template <class Function>
static bool lookUp(const Version &V, const char *Name, Function *&Out) {
  Out = reinterpret_cast<Function *>(sys::findSymbol(V.Handle, Name));
  return Out;
}

/// The six entry points, and what they say.
static Error introduce(Program &P, Version &V) {
  void (*Init)(void *, void *(*)(void *, const char *));
  void **(*Imports)();
  char *(*SigHash)();
  if (!lookUp(V, "HcrInit000", Init) ||
      !lookUp(V, "HcrCreateTypeInfos", V.CreateTypeInfos) ||
      !lookUp(V, "DatInit000", V.DatInit) || !lookUp(V, "Init000", V.Init) ||
      !lookUp(V, "HcrGetImportedModules", Imports) ||
      !lookUp(V, "HcrGetSigHash", SigHash))
    return Error(format("%s: %s is no module of a program that was compiled "
                        "with --hotCodeReloading:on",
                        nameOf(*V.Of).c_str(), V.Of->Path.c_str()));
  V.SigHash = SigHash();
  for (void **At = Imports(); *static_cast<char *>(*At); ++At)
    V.Imports.push_back(&P.module(static_cast<char *>(*At)));
  Init(P.Handle, P.GetProc);
  return Error();
}

static Error load(Program &P, Module &M, Walk &Out) {
  Read In;
  if (Error E = read(P, M, In))
    return E;
  if (M.Current && M.Current->ContentHash == In.Hash) {
    M.File = In.File;
    return Error();
  }
  if (Error E = checkImageFile(In.Bytes.data(), In.Bytes.size()))
    return Error(format("%s: the shared object %s %s; compile it again",
                        nameOf(M).c_str(), M.Path.c_str(), E.text().c_str()));
  Version &V = P.Versions.emplace_back();
  V.Of = &M;
  V.ContentHash = In.Hash;
  M.Next = &V;
  M.NextFile = In.File;
  Out.New.push_back(&M);
  if (Error E = copy(P, In, V))
    return E;
  std::string Why;
  V.Handle = sys::openLibrary(V.Copy, Why);
  if (!V.Handle)
    return Error(format("%s: the shared object cannot be loaded: %s",
                        nameOf(M).c_str(), Why.c_str()));
  if (Error E = introduce(P, V))
    return E;
  P.Trace("module %s loaded from %s", nameOf(M).c_str(), V.Copy.c_str());
  return Error();
}

static bool isStale(const Program &P, const Module &M) {
  if (&M == P.Root)
    return false;
  if (!M.Current)
    return true;
  sys::FileId Now = sys::identify(M.Path);
  return Now && Now != M.File; // one that was deleted runs on
}

static Error visit(Program &P, Module &M, Walk &Out) {
  if (M.Mark == P.Mark)
    return Error();
  M.Mark = P.Mark;
  if (isStale(P, M))
    if (Error E = load(P, M, Out)) {
      M.Refused = sys::identify(M.Path);
      M.Awaited = true;
      return E;
    }
  for (Module *Import : (M.Next ? M.Next : M.Current)->Imports)
    if (Error E = visit(P, *Import, Out))
      return E;
  Out.Order.push_back(&M);
  return Error();
}

Error discover(Program &P, Walk &Out) {
  ++P.Mark;
  P.Root->Mark = P.Mark;
  for (Module *Import : P.Root->Current->Imports)
    if (Error E = visit(P, *Import, Out))
      return E;
  Out.New.clear(); // and now in the order of initialisation
  for (Module *M : Out.Order)
    if (M->Next)
      Out.New.push_back(M);
  return Error();
}

void dropVersions(Walk &W) {
  for (Module *M : W.New) {
    Version *V = M->Next;
    if (V->Handle)
      sys::closeLibrary(V->Handle);
    sys::removeFile(V->Copy);
    *V = {}; // its place stays
    M->Next = nullptr;
    // With the one at fault, until either changes.
    M->Refused = M->NextFile;
  }
  W.New.clear();
}

} // namespace hcr::nim
