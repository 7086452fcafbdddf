// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any bytes as the memory of a loaded image with one module table: what
// checkTables() lets pass can be read by everything else.
//
// Input: eight bytes (where the table lies, where code and where data begin),
// then the image.
#include "core/TableCheck.h"
#include "core/Types.h"

#include <cstdlib>
#include <cstring>
#include <new>

using namespace hcr;

static volatile uint64_t Sum; // so that nothing is left unread

static void use(const void *Memory, size_t Size) {
  for (size_t I = 0; I < Size; ++I)
    Sum = Sum + static_cast<const volatile uint8_t *>(Memory)[I];
}
static void use(std::string_view Text) { use(Text.data(), Text.size()); }
static void useCell(const HcrRel &Field) {
  if (Cell C = cellOf(Field))
    storeCell(C, loadCell(C));
}

static void useTable(const HcrModuleTable &T) {
  use(nameOf(T.Name));
  use(nameOf(T.Root));
  useCell(T.ExitHandle);
  if (auto *State = follow<uint32_t>(T.State))
    *State |= 1;
  for (const HcrProc &P : procsOf(T)) {
    use(nameOf(P.Name));
    useCell(P.Slot);
    useCell(P.Address);
  }
  for (const HcrProcImport &I : procImportsOf(T)) {
    use(nameOf(I.Name));
    useCell(I.Slot);
    useCell(I.Address);
  }
  KnownTypes Types;
  for (const HcrGlobal &G : globalsOf(T)) {
    use(nameOf(G.Name));
    use(nameOf(G.TypeName));
    useCell(G.Pointer);
    if (const void *Initial = follow(G.Initial))
      use(Initial, G.Size);
    if (auto *Fresh = follow<uint8_t>(G.Fresh))
      *Fresh = 0;
    if (auto *V = follow<const HcrVirtuals>(G.Virtuals))
      use(V + 1, V->Count * sizeof(uint32_t));
    if (auto *Type = follow<const HcrType>(G.Type))
      Types.add(*Type);
  }
  for (const HcrGlobalImport &I : globalImportsOf(T)) {
    use(nameOf(I.Name));
    useCell(I.Pointer);
  }
  for (const HcrFixup &F : array<HcrFixup>(T.Fixups, T.FixupCount)) {
    uintptr_t Value = 0;
    memcpy(follow(F.Place), &Value, sizeof(Value));
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *Data, size_t Size) {
  constexpr size_t Head = 8;
  if (Size < Head + sizeof(HcrModuleTable) || Size > 1 << 16)
    return 0;
  uint16_t At, Code, Writable;
  memcpy(&At, Data, 2);
  memcpy(&Code, Data + 2, 2);
  memcpy(&Writable, Data + 4, 2);
  Size -= Head;
  // Of exactly this size, so that the sanitizer sees a step too far.
  auto *Begin = new (std::align_val_t(16)) char[Size];
  memcpy(Begin, Data + Head, Size);
  size_t CodeAt = Code % (Size + 1), DataAt = Writable % (Size + 1);
  if (CodeAt > DataAt)
    std::swap(CodeAt, DataAt);
  std::vector<sys::Segment> Segments;
  Segments.push_back({{Begin, Begin + CodeAt}, false, false});
  Segments.push_back({{Begin + CodeAt, Begin + DataAt}, false, true});
  Segments.push_back({{Begin + DataAt, Begin + Size}, true, false});
  size_t Place = At % (Size - sizeof(HcrModuleTable) + 1) & ~size_t(7);
  auto *Table = reinterpret_cast<HcrModuleTable *>(Begin + Place);
  Table->Magic = HCR_ABI_MAGIC;
  Table->Version = HCR_ABI_VERSION;
  Table->Size = sizeof(HcrModuleTable);
  Table->Imports = 0; // an address and no distance: the loader's
  if (!checkTables({Table, 1}, Segments))
    useTable(*Table);
  operator delete[](Begin, std::align_val_t(16));
  return 0;
}
