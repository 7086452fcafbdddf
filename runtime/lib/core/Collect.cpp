// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// When does nobody need an old version any more?
//
// A retired image is needed while a frame of its code is active, and while
// anybody has an address in it: of a string constant that an object kept, of a
// coroutine's code, of a variable that is not persistent. Every word of memory
// is looked at (Scan.h), and one that could be an address is taken for one.
// What is not found that way: addresses that a program hides (packed to odd
// places, xor-ed).
//
//   who may refer to it          how that is found
//   a slot or trampoline         never: those hold current bodies
//   a symbol of the tables       its body, storage or pointer lies in the image
//   frames, registers, data      words of memory
//   exit-time functions          pinned when they are registered
//   thread-local storage         pinned when the image brings some
//   another retired image        only if that one is needed itself
//
// The dynamic loader refers to every image, but only to its headers, symbols
// and the like, so what counts is the content of the other sections.
#include "Collect.h"

#include "../arch/Registers.h"
#include "ImageFile.h"
#include "Scan.h"
#include "Transaction.h"

#include <algorithm>

namespace hcr {

namespace {

/// A retired image and what is known about it.
struct Suspect {
  Image *In;
  sys::ObjectRange Range;
  bool Needed = false;
  bool Followed = false; // its own memory was looked at
  uintptr_t EntryPoint = 0, LoaderRecord = 0;
  uintptr_t NeededAt = 0, NeededFor = 0; // the first word that was found
};

struct Span {
  uintptr_t Begin, End;
  size_t Of; // index of the suspect
};

class Collector {
public:
  Collector(Runtime &R, const void *StackTop) : R(R), Memory(R, StackTop) {}
  Collected run();

private:
  void findSuspects();
  void findSpans();
  void addSpans(size_t Index);
  void askTables();
  bool askMemory();
  void lookAtWord(uintptr_t Word, uintptr_t At);
  void unmap(Suspect &S);

  Runtime &R;
  Scan Memory;
  std::vector<Suspect> Suspects;
  std::vector<Span> Spans; // in order of addresses
  Collected Out;
};

} // namespace

void Collector::findSuspects() {
  for (const auto &I : R.Loaded.Images)
    if (I->Handle && !I->Live && !I->Pinned && !I->IsFormer)
      Suspects.push_back({I.get(), sys::objectOf(I->Handle)});
}

/// Reads files, so R.Lock is not held: images go only by who has the turn.
void Collector::findSpans() {
  for (size_t I = 0; I < Suspects.size(); ++I)
    addSpans(I);
  std::sort(Spans.begin(), Spans.end(),
            [](const Span &A, const Span &B) { return A.Begin < B.Begin; });
}

void Collector::addSpans(size_t Index) {
  Suspect &S = Suspects[Index];
  sys::Content Bytes;
  sys::FileId File;
  // Without its file nobody knows what counts in it.
  S.Needed = !S.Range.Begin || sys::readFile(S.In->Path, Bytes, File) ||
             checkImageFile(Bytes.data(), Bytes.size());
  if (S.Needed)
    return;
  auto Base = reinterpret_cast<uintptr_t>(S.Range.Begin);
  S.EntryPoint = Base + entryPointOf(Bytes.data());
  S.LoaderRecord =
      reinterpret_cast<uintptr_t>(sys::loaderRecordOf(S.In->Handle));
  for (const Content &C : contentOf(Bytes.data(), Bytes.size()))
    Spans.push_back({Base + C.Address, Base + C.Address + C.Size, Index});
}

/// What the runtime's own tables still lead to.
void Collector::askTables() {
  auto Keep = [&](const void *Address) {
    if (!Address)
      return;
    for (Suspect &S : Suspects)
      S.Needed |= S.Range.holds(Address);
  };
  R.Procs.forEach([&](ProcSymbol &S) {
    Keep(S.Body);
    Keep(S.Entry);
    S.Slots.forEach([&](Cell C) { Keep(C); });
    S.Addresses.forEach([&](Cell C) { Keep(C); });
  });
  R.Globals.forEach([&](GlobalSymbol &S) {
    Keep(S.Storage);
    S.Pointers.forEach([&](Cell C) { Keep(C); });
  });
}

void Collector::lookAtWord(uintptr_t Word, uintptr_t At) {
  if (Word < Spans.front().Begin || Word >= Spans.back().End)
    return;
  auto After =
      std::upper_bound(Spans.begin(), Spans.end(), Word,
                       [](uintptr_t W, const Span &S) { return W < S.Begin; });
  if (After == Spans.begin())
    return;
  const Span &S = *(After - 1);
  if (Word >= S.End)
    return;
  // Some linkers make the first function the entry point of a shared object,
  // and the loader notes it.
  constexpr uintptr_t RecordSize = 2048;
  Suspect &Of = Suspects[S.Of];
  if (Word == Of.EntryPoint && At - Of.LoaderRecord < RecordSize)
    return;
  if (!Of.Needed) {
    Of.NeededAt = At;
    Of.NeededFor = Word;
  }
  Of.Needed = true;
}

bool Collector::askMemory() {
  auto Look = [this](uintptr_t Word, uintptr_t At) { lookAtWord(Word, At); };
  // A suspect's own memory is looked at only if it is needed.
  for (const Suspect &S : Suspects)
    Memory.exclude(S.Range);
  // Nothing is allocated from here to release().
  uint64_t Start = sys::now();
  if (!Memory.hold(Out.Why))
    return false;
  Memory.memory(Look);
  for (bool Again = true; Again;) {
    Again = false;
    for (Suspect &S : Suspects) {
      if (!S.Needed || S.Followed)
        continue;
      S.Followed = Again = true;
      Memory.range(S.Range, Look);
    }
  }
  Memory.release();
  Out.Held = sys::now() - Start;
  return true;
}

void Collector::unmap(Suspect &S) {
  Image *I = S.In;
  sys::closeLibrary(I->Handle);
  if (sys::objectAt(S.Range.Begin) == S.Range)
    R.Trace("image %s stays mapped: the loader keeps it", I->Path.c_str());
  sys::removeFile(I->Path);
  ++Out.Images;
  Out.Bytes += I->Size;
  R.Trace("image %s unmapped", I->Path.c_str());
  sys::Guard G(R.Lock);
  --R.RetiredImages;
  R.RetiredBytes -= I->Size;
  R.Loaded.removeVersionsOf(I);
  R.Loaded.removeImage(I);
}

Collected Collector::run() {
  Out.Why = Memory.whyNot();
  if (!Out.Why.empty())
    return Out;
  {
    sys::Guard G(R.Lock);
    findSuspects();
  }
  if (Suspects.empty())
    return Out;
  findSpans();
  {
    sys::Guard G(R.Lock);
    askTables();
    if (!Spans.empty() && !askMemory())
      return Out;
  }
  for (Suspect &S : Suspects) {
    if (!S.Needed) {
      unmap(S);
      continue;
    }
    ++Out.Kept;
    if (S.NeededAt)
      R.Trace("image %s stays mapped: the word at %#zx refers to %#zx in it",
              S.In->Path.c_str(), static_cast<size_t>(S.NeededAt),
              static_cast<size_t>(S.NeededFor -
                                  reinterpret_cast<uintptr_t>(S.Range.Begin)));
    else
      R.Trace("image %s stays mapped: a symbol of it is in use",
              S.In->Path.c_str());
  }
  R.Trace("%u retired images unmapped, %u kept; threads held for %.2f ms",
          Out.Images, Out.Kept, static_cast<double>(Out.Held) / 1e6);
  return Out;
}

Collected collect(Runtime &R) {
  // Of this thread everything above this frame counts, and the registers that
  // belong to the caller.
  arch::SavedRegisters Registers;
  arch::hcrArchSaveRegisters(&Registers);
  return Collector(R, &Registers).run();
}

} // namespace hcr
