// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Types.h"

#include "Hash.h"
#include "Modules.h"
#include "Text.h"

#include <cinttypes>
#include <cstring>

namespace hcr {

static uint64_t keyOf(const HcrType &T) {
  std::string_view Name = nameOf(T.Name);
  return hashBytes(Name.data(), Name.size(), T.Layout + T.Encoding);
}

namespace {
/// One block with a type, its parts and their names, which refer to each other
/// by distance as in an image.
class Copier {
public:
  std::unique_ptr<uint64_t[]> copy(const HcrType &Root) {
    collect(Root);
    size_t Size = Types.size() * sizeof(HcrType) +
                  FieldCount * sizeof(HcrField) + NameBytes;
    auto Block = std::make_unique<uint64_t[]>((Size + 7) / 8);
    To = reinterpret_cast<HcrType *>(Block.get());
    Fields = reinterpret_cast<HcrField *>(To + Types.size());
    Names = reinterpret_cast<char *>(Fields + FieldCount);
    for (size_t I = 0; I < Types.size(); ++I)
      write(To[I], *Types[I]);
    return Block;
  }

private:
  /// Without calling itself, so that the depth does not matter.
  void collect(const HcrType &Root) {
    note(Root);
    for (size_t I = 0; I < Types.size(); ++I) {
      const HcrType &T = *Types[I];
      FieldCount += T.FieldCount;
      NameBytes += nameOf(T.Name).size() + 1;
      for (const HcrField &F : fieldsOf(T)) {
        NameBytes += nameOf(F.Name).size() + 1;
        note(*follow<const HcrType>(F.Type));
      }
    }
  }

  void note(const HcrType &T) {
    if (Index.emplace(&T, Types.size()).second)
      Types.push_back(&T);
  }

  static void refer(HcrRel &Field, const void *Target) {
    Field = static_cast<HcrRel>(reinterpret_cast<uintptr_t>(Target) -
                                reinterpret_cast<uintptr_t>(&Field));
  }

  void writeName(HcrRel &Field, const HcrRel &From) {
    Field = 0;
    std::string_view Name = nameOf(From);
    if (Name.empty())
      return;
    refer(Field, Names);
    Name.copy(Names, Name.size());
    Names += Name.size() + 1; // the block is zeroed
  }

  void write(HcrType &Copy, const HcrType &T) {
    Copy = T;
    writeName(Copy.Name, T.Name);
    if (T.FieldCount)
      refer(Copy.Fields, Fields);
    for (const HcrField &F : fieldsOf(T)) {
      HcrField &Part = *Fields++;
      Part = F;
      writeName(Part.Name, F.Name);
      refer(Part.Type, To + Index.at(follow<const HcrType>(F.Type)));
    }
  }

  std::vector<const HcrType *> Types;
  std::unordered_map<const HcrType *, size_t> Index;
  size_t FieldCount = 0, NameBytes = 0;
  HcrType *To = nullptr;
  HcrField *Fields = nullptr;
  char *Names = nullptr;
};
} // namespace

void KnownTypes::add(const HcrType &T) {
  if (find(T))
    return;
  Blocks.push_back(Copier().copy(T));
  Copies[keyOf(T)] = reinterpret_cast<const HcrType *>(Blocks.back().get());
}

const HcrType *KnownTypes::find(const HcrType &T) const {
  auto Copy = Copies.find(keyOf(T));
  return Copy == Copies.end() ? nullptr : Copy->second;
}

static const HcrType *typeOf(const HcrField &F) {
  return follow<const HcrType>(F.Type);
}

bool isSameField(const HcrField &A, const HcrField &B) {
  if ((A.Flags ^ B.Flags) & HCR_FIELD_BASE || nameOf(A.Name) != nameOf(B.Name))
    return false;
  return !nameOf(A.Name).empty() ||
         nameOf(typeOf(A)->Name) == nameOf(typeOf(B)->Name);
}

const HcrField *findField(const HcrType &In, const HcrField &Like) {
  for (const HcrField &F : fieldsOf(In))
    if (isSameField(F, Like))
      return &F;
  return nullptr;
}

std::string shownName(const HcrField &F) {
  std::string_view Name = nameOf(F.Name);
  return std::string(Name.empty() ? nameOf(typeOf(F)->Name) : Name);
}

namespace {
class Comparison {
public:
  std::string lines() {
    std::string Text;
    for (size_t I = 0; I < Lines.size() && I < MostLines; ++I)
      Text += "\n  " + Lines[I];
    if (Lines.size() > MostLines)
      Text += format("\n  and %zu more", Lines.size() - MostLines);
    return Text;
  }

  void compare(const HcrType &Before, const HcrType &After,
               const std::string &Prefix) {
    TypeWalk::Step Step(Walk);
    if (!Step.mayGoOn())
      return;
    bool Same = Before.Kind == After.Kind;
    if (Same && Before.Kind == HCR_TYPE_ARRAY && Before.FieldCount &&
        After.FieldCount) {
      const HcrField &Old = fieldsOf(Before)[0], &New = fieldsOf(After)[0];
      if (Old.Count == New.Count) {
        compare(*typeOf(Old), *typeOf(New), Prefix + "[]");
        return;
      }
      Same = false;
    }
    if (!Same || Before.Kind == HCR_TYPE_SCALAR) {
      say("- ", declaration(nameOf(Before.Name), Prefix));
      say("+ ", declaration(nameOf(After.Name), Prefix));
      return;
    }
    compareFields(Before, After, Prefix.empty() ? "" : Prefix + ".");
  }

private:
  static constexpr size_t MostLines = 40;

  void say(const char *Sign, const std::string &What) {
    Lines.push_back(Sign + What);
  }

  /// `int Lives[3]`, `void (*Handler)(int)`: as the source has it.
  static std::string declaration(std::string_view Type,
                                 const std::string &Name) {
    std::string Text(Type);
    if (Name.empty())
      return Text;
    if (size_t At = Text.find("(*)"); At != std::string::npos)
      return Text.insert(At + 2, Name);
    if (size_t At = Text.find('['); At != std::string::npos)
      return Text.insert(At, " " + Name);
    return Text + (Text.ends_with('*') ? "" : " ") + Name;
  }

  static std::string describe(const HcrField &F, const std::string &Prefix) {
    std::string_view Type = nameOf(typeOf(F)->Name);
    if (F.Flags & HCR_FIELD_BASE)
      return "base " + Prefix + std::string(Type);
    std::string Text = declaration(Type, Prefix + std::string(nameOf(F.Name)));
    if (F.Flags & HCR_FIELD_BIT_FIELD)
      Text += format(" : %" PRIu64, F.Size);
    return Text;
  }

  static std::string place(uint64_t Bits) {
    return Bits % 8 ? format("bit %" PRIu64, Bits)
                    : format("byte %" PRIu64, Bits / 8);
  }

  void compareFields(const HcrType &Before, const HcrType &After,
                     const std::string &Prefix) {
    for (const HcrField &Old : fieldsOf(Before)) {
      const HcrField *New = findField(After, Old);
      if (!New) {
        say("- ", describe(Old, Prefix));
        continue;
      }
      if (New->Offset != Old.Offset)
        say("~ ", describe(*New, Prefix) + ", from " + place(Old.Offset) +
                      " to " + place(New->Offset));
      bool IsBits = (New->Flags | Old.Flags) & HCR_FIELD_BIT_FIELD;
      if (typeOf(*New)->Layout == typeOf(Old)->Layout &&
          (New->Size == Old.Size || !IsBits))
        continue;
      if (IsBits) {
        say("- ", describe(Old, Prefix));
        say("+ ", describe(*New, Prefix));
      } else {
        compare(*typeOf(Old), *typeOf(*New),
                Prefix + std::string(nameOf(Old.Name)));
      }
    }
    for (const HcrField &New : fieldsOf(After))
      if (!findField(Before, New))
        say("+ ", describe(New, Prefix));
  }

  std::vector<std::string> Lines;
  TypeWalk Walk;
};
} // namespace

std::string describeChange(const HcrType &Before, const HcrType &After) {
  Comparison C;
  C.compare(Before, After, "");
  return C.lines();
}

} // namespace hcr
