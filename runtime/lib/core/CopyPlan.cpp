// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CopyPlan.h"

#include "../arch/Guard.h"
#include "Modules.h"
#include "Types.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>

namespace hcr {

// -- Migrators --------------------------------------------------------------

/// `struct game::Player` without its first word.
static std::string_view withoutKeyword(std::string_view Type) {
  for (std::string_view Word : {"struct ", "class ", "union ", "enum "})
    if (Type.starts_with(Word))
      Type.remove_prefix(Word.size());
  return Type;
}

void Migrators::add(std::string_view Type, Migrator Function) {
  All.emplace_back(withoutKeyword(Type), Function);
}

Migrator Migrators::find(std::string_view Type) const {
  Type = withoutKeyword(Type);
  for (auto [Name, Function] : All)
    if (Name == Type)
      return Function;
  // Inside of a namespace the source need not say which.
  for (auto [Name, Function] : All)
    if (Type.ends_with(Name) && Type.size() > Name.size() + 2 &&
        Type.substr(Type.size() - Name.size() - 2, 2) == "::")
      return Function;
  return nullptr;
}

// -- Planning ---------------------------------------------------------------

static constexpr uint32_t Boolean = 0x02; // DW_ATE_boolean

CopyPlan::Class CopyPlan::classOf(const HcrType &T) {
  switch (T.Encoding) { // DW_ATE_*
  case Boolean:
  case 0x07: // unsigned
  case 0x08: // unsigned_char
    return Class::Unsigned;
  case 0x05: // signed
  case 0x06: // signed_char
    return Class::Signed;
  case 0x04: // float
    return Class::Float;
  default:
    return Class::Other;
  }
}

static bool isBoolean(const HcrType &T) { return T.Encoding == Boolean; }

/// How many binary digits a floating-point number of so many bits has. Those
/// of 16 bits are of two kinds that Encoding does not tell apart.
static uint32_t digitsOf(uint32_t Bits) {
  return Bits == 32 ? 24 : Bits == 64 ? 53 : Bits == 128 ? 64 : 0;
}

bool CopyPlan::fits(const Place &From, const Place &To) {
  if (From.Is == Class::Float || To.Is == Class::Float) {
    uint32_t Digits = digitsOf(To.Bits);
    if (!Digits || To.Is != Class::Float)
      return false;
    if (From.Is == Class::Float)
      return digitsOf(From.Bits) && From.Bits <= To.Bits;
    return From.Is != Class::Other && From.Bits <= Digits;
  }
  if (From.Is == Class::Other || To.Is == Class::Other || From.Bits > 64 ||
      To.Bits > 64)
    return false;
  if (From.Is == To.Is)
    return From.Bits <= To.Bits;
  return From.Is == Class::Unsigned && From.Bits < To.Bits;
}

void CopyPlan::addBytes(uint64_t From, uint64_t To, uint64_t Size) {
  if (!Size)
    return;
  if (Steps.size() > Barrier) {
    Step &Last = Steps.back();
    if (Last.Does == Kind::Bytes && Last.From.Bit + Last.Size * 8 == From &&
        Last.To.Bit + Last.Size * 8 == To) {
      Last.Size += Size;
      return;
    }
  }
  Step S = {Kind::Bytes, {From}, {To}};
  S.Size = Size;
  Steps.push_back(S);
}

static std::string named(const std::string &Path) {
  return Path.empty() ? "it" : "'" + Path + "'";
}

static std::string described(const HcrType &T, uint32_t Bits) {
  std::string Text(nameOf(T.Name));
  return Bits && Bits != T.Size * 8 ? Text + format(" : %u", Bits) : Text;
}

static Error doesNotFit(const HcrType &Before, const HcrType &After,
                        const std::string &Path, uint32_t OldBits = 0,
                        uint32_t NewBits = 0) {
  return Error(format("%s of type %s does not fit into %s without loss",
                      named(Path).c_str(), described(Before, OldBits).c_str(),
                      described(After, NewBits).c_str()));
}

Error CopyPlan::addNumber(const HcrType &Before, const HcrType &After,
                          Place From, Place To, const std::string &Path) {
  From.Is = classOf(Before);
  To.Is = classOf(After);
  bool WasBoolean = isBoolean(Before);
  Error Loss = doesNotFit(Before, After, Path, From.Bits, To.Bits);
  if (isBoolean(After) && !WasBoolean)
    return Loss;
  bool AreBytes = From.Bit % 8 == 0 && To.Bit % 8 == 0 && From.Bits % 8 == 0;
  if (From.Is == To.Is && From.Bits == To.Bits &&
      WasBoolean == isBoolean(After) && AreBytes &&
      Before.Encoding == After.Encoding) {
    addBytes(From.Bit, To.Bit, From.Bits / 8);
    return Error();
  }
  if (WasBoolean) {
    From.Bits = 1; // 0 or 1, in a whole byte or not
    if (To.Is == Class::Float)
      return Loss;
  }
  if (!fits(From, To))
    return Loss;
  Steps.push_back({Kind::Number, From, To});
  return Error();
}

static const HcrType &typeOf(const HcrField &F) {
  return *follow<const HcrType>(F.Type);
}

static bool isBitField(const HcrField &F) {
  return F.Flags & HCR_FIELD_BIT_FIELD;
}

Error CopyPlan::addRecord(const HcrType &Before, const HcrType &After,
                          uint64_t From, uint64_t To, const std::string &Path) {
  std::string Prefix = Path.empty() ? "" : Path + ".";
  for (const HcrField &New : fieldsOf(After)) {
    const HcrField *Old = findField(Before, New);
    if (!Old) {
      HasNewParts = true;
      continue;
    }
    std::string Name = Prefix + shownName(New);
    // Two members without a name, of types without one, are told apart by
    // nothing.
    for (const HcrType *In : {&Before, &After})
      for (const HcrField &Other : fieldsOf(*In))
        if (&Other != Old && &Other != &New && isSameField(Other, New))
          return Error(format("%s cannot be told from another member",
                              named(Name).c_str()));
    if ((Old->Flags | New.Flags) & HCR_FIELD_VIRTUAL_BASE)
      return Error(format("%s is a virtual base", named(Name).c_str()));
    Error E;
    uint64_t OldAt = From + Old->Offset, NewAt = To + New.Offset;
    if (isBitField(*Old) || isBitField(New)) {
      if (typeOf(*Old).Kind != HCR_TYPE_SCALAR ||
          typeOf(New).Kind != HCR_TYPE_SCALAR)
        return doesNotFit(typeOf(*Old), typeOf(New), Name);
      E = addNumber(typeOf(*Old), typeOf(New),
                    {OldAt, static_cast<uint32_t>(Old->Size)},
                    {NewAt, static_cast<uint32_t>(New.Size)}, Name);
    } else {
      E = add(typeOf(*Old), typeOf(New), OldAt, NewAt, Name);
    }
    if (E)
      return E;
  }
  return Error();
}

/// Nobody knows which member of a union is in use, so each that it had must
/// still be there as it was.
Error CopyPlan::addUnion(const HcrType &Before, const HcrType &After,
                         uint64_t From, uint64_t To, const std::string &Path) {
  uint64_t Size = 0;
  for (const HcrField &Old : fieldsOf(Before)) {
    const HcrField *New = findField(After, Old);
    if (!New || typeOf(*New).Layout != typeOf(Old).Layout ||
        New->Offset != Old.Offset || New->Size != Old.Size)
      return Error(format("%s is a union, whose member '%s' changed",
                          named(Path).c_str(), shownName(Old).c_str()));
    Size = std::max(Size, (Old.Offset + Old.Size + 7) / 8);
  }
  addBytes(From, To, Size);
  return Error();
}

Error CopyPlan::addArray(const HcrType &Before, const HcrType &After,
                         uint64_t From, uint64_t To, const std::string &Path) {
  if (!Before.FieldCount || !After.FieldCount)
    return Error();
  const HcrField &Old = fieldsOf(Before)[0], &New = fieldsOf(After)[0];
  const HcrType &OldPart = typeOf(Old), &NewPart = typeOf(New);
  std::string Name = Path + "[]";
  if (New.Count < Old.Count)
    return Error(format("%s has %u elements, of which only %u would be left",
                        named(Path).c_str(), Old.Count, New.Count));
  HasNewParts |= New.Count > Old.Count;
  size_t First = Steps.size();
  Step Repeat = {Kind::Repeat, {From}, {To}};
  Steps.push_back(Repeat);
  Barrier = Steps.size();
  if (Error E = add(OldPart, NewPart, 0, 0, Name))
    return E;
  size_t Inside = Steps.size() - First - 1;
  const Step *Only = Inside == 1 ? &Steps.back() : nullptr;
  if (Only && Only->Does == Kind::Bytes && !Only->From.Bit && !Only->To.Bit &&
      Only->Size == OldPart.Size && Only->Size == NewPart.Size) {
    Steps.resize(First); // one piece
    Barrier = First;
    addBytes(From, To, Old.Count * OldPart.Size);
    return Error();
  }
  if (!Inside || !Old.Count) {
    Steps.resize(First);
    Barrier = First;
    return Error();
  }
  Barrier = Steps.size();
  Steps[First].Size = Inside;
  Steps[First].Count = Old.Count;
  Steps[First].FromStride = OldPart.Size;
  Steps[First].ToStride = NewPart.Size;
  return Error();
}

static std::string shortName(const HcrType &T) {
  return std::string(nameOf(T.Name));
}

Error CopyPlan::add(const HcrType &Before, const HcrType &After, uint64_t From,
                    uint64_t To, const std::string &Path) {
  TypeWalk::Step Part(*Walk);
  if (!Part.mayGoOn())
    return Error("its type has too many parts, or too many inside of others");
  bool IsRecord = After.Kind == HCR_TYPE_RECORD || After.Kind == HCR_TYPE_UNION;
  if (IsRecord && Before.Layout != After.Layout)
    if (Migrator Function = Functions->find(nameOf(After.Name))) {
      Step S = {Kind::Call, {From}, {To}};
      S.Function = Function;
      Steps.push_back(S);
      HasCalls = true;
      return Error();
    }
  if (Before.Kind != After.Kind)
    return Error(format("%s of type %s cannot become one of type %s",
                        named(Path).c_str(), shortName(Before).c_str(),
                        shortName(After).c_str()));
  switch (After.Kind) {
  case HCR_TYPE_SCALAR: {
    bool ArePointers =
        !Before.Encoding && !After.Encoding && Before.Size == After.Size;
    if (ArePointers || Before.Layout == After.Layout) {
      addBytes(From, To, Before.Size);
      return Error();
    }
    return addNumber(Before, After,
                     {From, static_cast<uint32_t>(Before.Size * 8)},
                     {To, static_cast<uint32_t>(After.Size * 8)}, Path);
  }
  case HCR_TYPE_ARRAY:
    return addArray(Before, After, From, To, Path);
  default:
    break;
  }
  // The deepest part that changed is the one to name.
  bool IsTrivial = Before.Encoding & After.Encoding & HCR_RECORD_TRIVIAL;
  bool IsSame = Before.Layout == After.Layout;
  Error E;
  if (After.Kind == HCR_TYPE_RECORD && (IsTrivial || !IsSame))
    E = addRecord(Before, After, From, To, Path);
  else if (IsTrivial)
    E = addUnion(Before, After, From, To, Path);
  if (!E && !IsTrivial)
    E = Error(format("%s of type %s cannot be copied byte by byte",
                     named(Path).c_str(), shortName(After).c_str()));
  return E;
}

Error CopyPlan::make(const HcrType &Before, const HcrType &After,
                     const Migrators &Known) {
  Functions = &Known;
  Steps.clear();
  Barrier = 0;
  HasNewParts = HasCalls = false;
  TypeWalk Bounds;
  Walk = &Bounds;
  Error E = add(Before, After, 0, 0, "");
  Functions = nullptr;
  Walk = nullptr;
  return E;
}

// -- Copying ----------------------------------------------------------------

static uint64_t readBits(const char *From, uint64_t Bit, uint32_t Bits) {
  uint64_t Value = 0;
  for (uint32_t I = 0; I < Bits;) {
    uint64_t At = Bit + I;
    uint32_t Shift = At % 8, Some = std::min<uint32_t>(8 - Shift, Bits - I);
    auto Byte = static_cast<unsigned char>(From[At / 8]);
    Value |= static_cast<uint64_t>(Byte >> Shift & ((1u << Some) - 1)) << I;
    I += Some;
  }
  return Value;
}

static void writeBits(char *To, uint64_t Bit, uint32_t Bits, uint64_t Value) {
  for (uint32_t I = 0; I < Bits;) {
    uint64_t At = Bit + I;
    uint32_t Shift = At % 8, Some = std::min<uint32_t>(8 - Shift, Bits - I);
    unsigned Mask = ((1u << Some) - 1) << Shift;
    auto Byte = static_cast<unsigned char>(To[At / 8]);
    unsigned Part = static_cast<unsigned>(Value >> I) << Shift & Mask;
    To[At / 8] = static_cast<char>((Byte & ~Mask) | Part);
    I += Some;
  }
}

template <class T> static T readAs(const char *From) {
  T Value;
  memcpy(&Value, From, sizeof(T));
  return Value;
}

static long double readFloat(const char *From, uint32_t Bits) {
  return Bits == 32   ? static_cast<long double>(readAs<float>(From))
         : Bits == 64 ? static_cast<long double>(readAs<double>(From))
                      : readAs<long double>(From);
}

static void writeFloat(char *To, uint32_t Bits, long double Value) {
  auto F = static_cast<float>(Value);
  auto D = static_cast<double>(Value);
  if (Bits == 32)
    memcpy(To, &F, sizeof(F));
  else if (Bits == 64)
    memcpy(To, &D, sizeof(D));
  else
    memcpy(To, &Value, sizeof(Value));
}

void CopyPlan::convert(const Place &From, const char *Old, const Place &To,
                       char *New) {
  if (From.Is == Class::Float) {
    writeFloat(New + To.Bit / 8, To.Bits,
               readFloat(Old + From.Bit / 8, From.Bits));
    return;
  }
  uint64_t Value = readBits(Old, From.Bit, From.Bits);
  bool IsNegative = From.Is == Class::Signed && Value >> (From.Bits - 1) & 1;
  if (IsNegative && From.Bits < 64)
    Value |= ~uint64_t(0) << From.Bits;
  if (To.Is == Class::Float)
    writeFloat(New + To.Bit / 8, To.Bits,
               From.Is == Class::Signed
                   ? static_cast<long double>(static_cast<int64_t>(Value))
                   : static_cast<long double>(Value));
  else
    writeBits(New, To.Bit, To.Bits, Value);
}

bool CopyPlan::run(size_t Begin, size_t End, const char *Old, char *New,
                   bool Calls) const {
  bool Quiet = true;
  for (size_t I = Begin; I < End; ++I) {
    const Step &S = Steps[I];
    const char *From = Old + S.From.Bit / 8;
    char *To = New + S.To.Bit / 8;
    switch (S.Does) {
    case Kind::Bytes:
      if (!Calls)
        memcpy(To, From, S.Size);
      break;
    case Kind::Number:
      if (!Calls)
        convert(S.From, Old, S.To, New);
      break;
    case Kind::Repeat:
      for (uint64_t N = 0; N < S.Count; ++N)
        Quiet &= run(I + 1, I + 1 + S.Size, From + N * S.FromStride,
                     To + N * S.ToStride, Calls);
      I += S.Size;
      break;
    case Kind::Call: {
      struct Arguments {
        Migrator Function;
        void *New;
        const void *Old;
      } A = {S.Function, To, From};
      if (Calls)
        Quiet &= arch::callGuarded(
            [](void *Data) {
              auto &A = *static_cast<Arguments *>(Data);
              A.Function(A.New, A.Old);
            },
            &A);
      break;
    }
    }
  }
  return Quiet;
}

void CopyPlan::copy(const void *Old, void *New) const {
  run(0, Steps.size(), static_cast<const char *>(Old), static_cast<char *>(New),
      false);
}

bool CopyPlan::call(const void *Old, void *New) const {
  return run(0, Steps.size(), static_cast<const char *>(Old),
             static_cast<char *>(New), true);
}

} // namespace hcr
