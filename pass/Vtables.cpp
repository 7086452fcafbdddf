// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A class's vtable is one for the whole life of the process, because objects
// keep its address. When a later version of the class has more virtual
// functions, the runtime writes them behind the entries that are there, so the
// pass leaves room:
//
//   @_ZTV3Dog = constant { [4 x ptr] } { … }
// becomes
//   @_ZTV3Dog = constant { [4 x ptr], [8 x ptr], ptr } { …, zeroinitializer,
//                                                        @_ZTV3Dog }
//
// The last entry is the vtable's own address: of an inline class the linker may
// keep the copy of an object that was built without HCR, and then the runtime
// does not find the mark and knows that there is no room.
//
// Room only helps at the end: of a class with several vtables in a row (several
// polymorphic bases) that is the last one's. 72 bytes a class.
#include "AddressUses.h"
#include "Lowering.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/Constants.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;

namespace hcr {
namespace {

constexpr unsigned RoomSize = 8;

/// What is said of an entry: its kind in the two upper bits (HcrVirtualKind),
/// and what two versions must agree on in the others.
uint32_t describe(HcrVirtualKind Kind, StringRef What) {
  uint32_t Hash = static_cast<uint32_t>(xxh3_64bits(What)) & HCR_VIRTUAL_MASK;
  // 0 is a function of any name.
  return static_cast<uint32_t>(Kind) << HCR_VIRTUAL_SHIFT | (Hash ? Hash : 1);
}

/// `step(int) const` of `World::step(int) const`: an override has the name of
/// what it overrides. Both destructors of a class, deleting and complete, have
/// an entry each.
std::string nameInClass(StringRef Symbol) {
  std::string Mangled = GlobalValue::dropLLVMManglingEscape(Symbol).str();
  ItaniumPartialDemangler Parts;
  if (Parts.partialDemangle(Mangled.c_str()) || !Parts.isFunction()) {
    // A thunk, as `_ZThn16_N5World4stepEv`: the function's name follows the
    // adjustment.
    StringRef Rest = Mangled;
    bool IsThunk = Rest.consume_front("_ZTh") || Rest.consume_front("_ZTv");
    bool IsCovariant = !IsThunk && Rest.consume_front("_ZTc");
    if (!IsThunk && !IsCovariant)
      return Mangled;
    // h <offset> _  |  v <offset> _ <offset> _ ; a covariant one has two.
    auto DropNumber = [&Rest] {
      Rest.consume_front("n");
      Rest = Rest.drop_while(isDigit);
      Rest.consume_front("_");
    };
    auto DropAdjustment = [&](bool IsVirtual) {
      DropNumber();
      if (IsVirtual)
        DropNumber();
    };
    if (IsThunk) {
      DropAdjustment(StringRef(Mangled).starts_with("_ZTv"));
    } else {
      for (unsigned I = 0; I != 2; ++I) {
        bool IsVirtual = Rest.starts_with("v");
        Rest = Rest.drop_front();
        DropAdjustment(IsVirtual);
      }
    }
    return nameInClass(("_Z" + Rest).str());
  }
  if (Parts.isCtorOrDtor())
    return StringRef(Mangled).contains("D0E") ? "~deleting" : "~";
  auto Take = [](char *Text) {
    std::string Result = Text ? Text : "";
    std::free(Text);
    return Result;
  };
  std::string Whole = Take(Parts.finishDemangle(nullptr, nullptr));
  std::string Class = Take(Parts.getFunctionDeclContextName(nullptr, nullptr));
  size_t At = Class.empty() ? std::string::npos : Whole.find(Class + "::");
  return At == std::string::npos
             ? Whole
             : Whole.substr(0, At) + Whole.substr(At + Class.size() + 2);
}

uint32_t describeEntry(const Constant &Entry) {
  const auto *Symbol =
      dyn_cast<GlobalValue>(Entry.stripPointerCasts()->stripInBoundsOffsets());
  if (!Symbol) {
    // Where the object lies in the whole one, or a virtual base in the object.
    std::string Text;
    raw_string_ostream Out(Text);
    Entry.printAsOperand(Out, /*PrintType=*/false);
    return describe(HCR_VIRTUAL_OFFSET, Out.str());
  }
  StringRef Name = plainName(*Symbol);
  Name.consume_back(".entry"); // of an inline function
  if (Name.starts_with("_ZTI"))
    return describe(HCR_VIRTUAL_TYPE, "");
  if (Name == "__cxa_pure_virtual" || Name == "__cxa_deleted_virtual")
    return HCR_VIRTUAL_FUNCTION << HCR_VIRTUAL_SHIFT;
  return describe(HCR_VIRTUAL_FUNCTION, nameInClass(Name));
}

/// All entries, one vtable behind the other, without the room.
SmallVector<Constant *, 16> entriesOf(const GlobalVariable &Vtable) {
  SmallVector<Constant *, 16> Entries;
  for (const Use &Part : Vtable.getInitializer()->operands()) {
    auto *Group = dyn_cast<Constant>(Part);
    auto *T = dyn_cast<ArrayType>(Group->getType());
    if (!T || isa<ConstantAggregateZero>(Group))
      break; // the room
    for (uint64_t I = 0; I != T->getNumElements(); ++I)
      Entries.push_back(Group->getAggregateElement(static_cast<unsigned>(I)));
  }
  return Entries;
}

bool hasUsualShape(const GlobalVariable &G) {
  const auto *T = dyn_cast<StructType>(G.getValueType());
  return T && isa<ConstantStruct>(G.getInitializer()) &&
         all_of(T->elements(), [](const Type *Part) {
           const auto *Group = dyn_cast<ArrayType>(Part);
           return Group && Group->getElementType()->isPointerTy();
         });
}

void makeRoom(GlobalVariable &Old) {
  Module &M = *Old.getParent();
  Type *Ptr = PointerType::get(M.getContext(), 0);
  SmallVector<Constant *, 4> Parts;
  for (const Use &Part : Old.getInitializer()->operands())
    Parts.push_back(cast<Constant>(Part));
  Parts.push_back(Constant::getNullValue(ArrayType::get(Ptr, RoomSize)));
  SmallVector<Type *, 4> Types;
  for (Constant *Part : Parts)
    Types.push_back(Part->getType());
  Types.push_back(Ptr);
  auto *New = new GlobalVariable(
      M, StructType::get(M.getContext(), Types), Old.isConstant(),
      Old.getLinkage(), nullptr, "", &Old, Old.getThreadLocalMode(),
      Old.getAddressSpace(), Old.isExternallyInitialized());
  New->copyAttributesFrom(&Old);
  New->copyMetadata(&Old, 0);
  New->setComdat(Old.getComdat());
  New->takeName(&Old);
  Old.replaceAllUsesWith(New);
  Parts.push_back(New);
  New->setInitializer(
      ConstantStruct::get(cast<StructType>(New->getValueType()), Parts));
  Old.eraseFromParent();
}

} // namespace

bool isVtable(const GlobalVariable &G) {
  return G.getName().starts_with("_ZTV") && G.isConstant() &&
         G.hasInitializer() && !G.hasAvailableExternallyLinkage() &&
         isProgramsClass(G.getName().drop_front(strlen("_ZTV")));
}

void makeRoomInVtables(Module &M) {
  SmallVector<GlobalVariable *, 16> Vtables;
  for (GlobalVariable &G : M.globals())
    if (isVtable(G) && hasUsualShape(G))
      Vtables.push_back(&G);
  for (GlobalVariable *Vtable : Vtables)
    makeRoom(*Vtable);
}

GlobalVariable *describeVirtuals(const GlobalVariable &Vtable) {
  SmallVector<Constant *, 16> Entries = entriesOf(Vtable);
  if (Entries.empty())
    return nullptr;
  Module &M = *const_cast<Module *>(Vtable.getParent());
  Type *Int32 = Type::getInt32Ty(M.getContext());
  SmallVector<Constant *, 16> Words = {ConstantInt::get(Int32, Entries.size()),
                                       ConstantInt::get(Int32, RoomSize)};
  for (const Constant *Entry : Entries)
    Words.push_back(ConstantInt::get(Int32, describeEntry(*Entry)));
  Constant *Value =
      ConstantArray::get(ArrayType::get(Int32, Words.size()), Words);
  auto *Shape =
      new GlobalVariable(M, Value->getType(), /*isConstant=*/true,
                         GlobalValue::InternalLinkage, Value, "hcr.virtuals");
  Shape->setDSOLocal(true);
  hideFromSanitizers(*Shape);
  return Shape;
}

} // namespace hcr
