/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/* What a module tells the runtime about itself, as read-only data.
 *
 * The pass writes one HcrModuleTable per translation unit into the section
 * `hcr_modules`; the linker makes an array of them per image. A table costs
 * nothing until somebody reads it: every reference is a 32-bit distance
 * (HcrRel), so the loader has nothing to relocate, in PIE programs neither.
 *
 * Both bindings have this one shape. In a **host** image the linker has bound
 * every slot and pointer; the table only says where they are. In a **module**
 * image (and in module-binding objects linked into a program) each module has
 * slots and pointers of its own, holding the dynamic linker's answer (0 where
 * it had none) until hcrBindModule puts the runtime's answer there.
 *
 * Plain C; the pass mirrors these layouts in pass/Tables.cpp and checks the
 * sizes with static_assert. Integers are little endian as the target has them.
 */
#ifndef HCR_ABI_TABLES_H
#define HCR_ABI_TABLES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HCR_ABI_MAGIC 0x31524348u /* "HCR1" */
#define HCR_ABI_VERSION 3u
#define HCR_MODULES_SECTION "hcr_modules"

/* How symbols of bodies end; the second behind a mangled name, so that
 * profilers can demangle it. */
#define HCR_BODY_SUFFIX "_actual"
#define HCR_MANGLED_BODY_SUFFIX ".actual"

/* Distance in bytes from the address of this very field to its target;
 * 0 is "none". */
typedef int32_t HcrRel;

/* Who shares a symbol of this name. Lookup of an imported name goes from the
 * importing module to its host image to the program. */
enum HcrScope {
  HCR_SCOPE_PROGRAM = 0, /* default visibility: one in the process */
  HCR_SCOPE_IMAGE = 1,  /* hidden: one per host image (and its module images) */
  HCR_SCOPE_MODULE = 2, /* internal linkage: named (module, name) */
  HCR_SCOPE_MASK = 3
};

enum HcrProcFlags {
  /* 0..3: HcrScope */
  HCR_PROC_INLINE = 1 << 2, /* linkonce_odr/weak_odr: many modules may define
                               it, the last one bound wins */
  HCR_PROC_THREAD_LOCAL = 1
                          << 3, /* accessor `<variable>.tls` of a thread-local:
                             the first definition is kept for ever */
  HCR_PROC_DIRECT =
      1 << 4, /* not reloadable (`main`, naked, marked by the user): listed so
                 that a change can be reported ("takes effect at the next
                 start") and images find it; the first one is kept. Slot = 0 */
  HCR_PROC_WEAK = 1 << 5, /* import: 0 is an acceptable answer */
  HCR_PROC_WEAK_DEFINITION =
      1 << 6, /* proc: any other definition of the name wins. Slot is what
                Entry, the definition's own, jumps through; Address holds
                the linker's choice, in host bindings too.
                import: of a name that this module defines so; Slot is
                what callers load */
  HCR_PROC_OUTLIVES =
      1 << 7 /* when a version is without it, those who have its address may
                go on calling it: its last body runs, and nobody is told */
};

/* A reloadable function defined in this module. 48 bytes. */
struct HcrProc {
  HcrRel Name;        /* NUL-terminated symbol name: `_Z3foov` */
  uint32_t Flags;     /* HcrProcFlags */
  uint64_t Signature; /* hash of the IR type; 0 matches any */
  uint64_t BodyHash;  /* of the code apart from debug information */
  HcrRel Body;    /* `F_actual`. 0 in a host image's rows of inline functions
                     (which copy is kept is the linker's choice): the body is then
                     what *Slot holds */
  HcrRel Slot;    /* the pointer that calls load. Host: one per program,
                     listed again by each module that defines an inline
                     function. Module: this module's own */
  HcrRel Entry;   /* stable entry in this image: jumps through *Slot.
                     0: nobody here takes the address */
  HcrRel Address; /* module binding: pointer that `&F` in code loads; 0: none.
                     The runtime stores the program's stable entry there */
  uint64_t Type;  /* hash of the signature as the clang plugin tells it, for
                     functions of C; 0: not known. See docs/Abi.md, "Identity" */
};

/* A function that this module calls or whose address it takes. 32 bytes. */
struct HcrProcImport {
  HcrRel Name;
  uint32_t Flags;     /* HCR_PROC_WEAK, HCR_PROC_THREAD_LOCAL,
                         HCR_PROC_WEAK_DEFINITION */
  uint64_t Signature; /* as the caller sees it; 0 matches any */
  HcrRel Slot;        /* 0: never called through a slot here */
  HcrRel Address;     /* module binding only, else 0 */
  uint64_t Type;      /* as in HcrProc */
};

enum HcrGlobalFlags {
  /* 0..3: HcrScope */
  HCR_GLOBAL_INLINE = 1 << 2,   /* linkonce, weak or common: many modules may
                                   define it, there is one storage */
  HCR_GLOBAL_CONSTANT = 1 << 3, /* not persistent: a new version brings its own,
                                   unless InitialHash is equal: then the address
                                   stays that of the version before. With
                                   HCR_GLOBAL_INLINE (names of types) it is
                                   the dynamic linker's, else this module's */
  HCR_GLOBAL_WEAK = 1 << 5,     /* import: 0 is an acceptable answer */
  HCR_GLOBAL_REINIT = 1 << 6,   /* HCR_REINIT: a changed initial value is
                                   applied to the variable that lives */
  HCR_GLOBAL_ALIAS = 1 << 7,    /* another name for (a part of) the variable of
                                   an earlier row whose Initial holds it */
  HCR_GLOBAL_ZERO = 1 << 8,     /* Initial holds zeroes only, perhaps very many:
                                   not to be copied into new storage */
  HCR_GLOBAL_DIRECT = 1 << 9, /* used by its symbol (inline assembly names it):
                                 Initial is the storage, in host bindings too,
                                 and a version cannot take over another's */
  HCR_GLOBAL_THREAD_LOCAL =
      1 << 10, /* named as the accessor, `t.tls`; no Pointer, no
                  Initial: there to see whether the variable changed */
  HCR_GLOBAL_PLACED =
      1 << 11 /* host binding, also of imports: code of this module may use the
                 address without Pointer (it is in a constant, or the user
                 said HCR_NONRELOADABLE), so the storage cannot move */
};

/* A variable (or address-significant constant) defined in this module.
 * 64 bytes. */
struct HcrGlobal {
  HcrRel Name;
  uint32_t Flags;       /* HcrGlobalFlags */
  uint64_t Size;        /* bytes */
  uint64_t InitialHash; /* of the initialiser, addresses by symbol name */
  uint64_t Layout;      /* hash of the type's layout as debug information tells
                           it, 0 = not known */
  uint32_t Align;       /* bytes */
  HcrRel Pointer;       /* `g.ptr`, what code loads. Host: holds &g. 0 with
                           HCR_GLOBAL_DIRECT */
  HcrRel Initial;  /* module binding: Size bytes, the initial value (fix-ups
                      of this table write into it before it is copied).
                      Also the storage when no runtime is there. Host: 0 */
  HcrRel Fresh;    /* module binding: one byte read by Init000, 1 as linked.
                      The runtime clears it where the variable lived
                      before. 0: no code initialises the variable */
  HcrRel TypeName; /* source name of the type for messages; 0 = not known */
  HcrRel Type;     /* HcrType; 0 = not known (no clang plugin) */
  HcrRel Destroy;  /* void (*)(void): runs the variable's destructor, unless it
                      has run. 0: it has none */
  HcrRel Virtuals; /* HcrVirtuals; of vtables only, else 0 */
};

/* What the entries of a vtable stand for, so that two versions of it can be
 * compared: uint32_t Hashes[Count], one for each pointer-sized entry. */
struct HcrVirtuals {
  uint32_t Count; /* entries, without the room behind them */
  uint32_t Room;  /* entries of 0 behind them, for virtual functions that a
                     later version adds; behind these the vtable's own address,
                     else the linker took a copy that has no room */
};
enum HcrVirtualKind {                           /* Hash >> HCR_VIRTUAL_SHIFT */
                      HCR_VIRTUAL_FUNCTION = 0, /* name without its class; 0:
                                                   pure, matches any */
                      HCR_VIRTUAL_OFFSET = 1,   /* of a base */
                      HCR_VIRTUAL_TYPE = 2      /* type information */
};
#define HCR_VIRTUAL_SHIFT 30
#define HCR_VIRTUAL_MASK 0x3fffffffu

/* A variable of another module. 16 bytes. */
struct HcrGlobalImport {
  HcrRel Name;
  uint32_t Flags; /* HCR_GLOBAL_CONSTANT, HCR_GLOBAL_WEAK, HCR_GLOBAL_PLACED */
  HcrRel Pointer;
  uint32_t Reserved;
};

/* One address inside initialised data of a module-binding module. Binding
 * stores the program's address of the symbol:
 *     *Place = canonical(symbol) + Addend
 * canonical() is the stable entry of a proc, the storage of a variable, the
 * current copy of a constant, and for an import that only the dynamic linker
 * knows what Address or Pointer held before binding. Doing it twice does no
 * harm (vtables of one class are listed by every module that has them). When
 * canonical() is 0 (an import that may be absent) 0 is stored. 16 bytes. */
struct HcrFixup {
  HcrRel Place;    /* pointer-sized, writable */
  uint32_t Symbol; /* HcrFixupKind << 30 | index into that array */
  int64_t Addend;  /* bytes */
};
enum HcrFixupKind {
  HCR_FIXUP_PROC = 0,
  HCR_FIXUP_PROC_IMPORT = 1,
  HCR_FIXUP_GLOBAL = 2,
  HCR_FIXUP_GLOBAL_IMPORT = 3
};

/* HCR_BEFORE_RELOAD(fn), HCR_AFTER_RELOAD(fn). 8 bytes. */
struct HcrHandler {
  HcrRel Function; /* void (*)(void), this version's body */
  uint32_t IsBefore;
};

enum HcrTypeKind {
  HCR_TYPE_SCALAR = 0, /* number, enumeration, pointer */
  HCR_TYPE_RECORD = 1, /* struct, class */
  HCR_TYPE_UNION = 2,
  HCR_TYPE_ARRAY = 3 /* one field: the element, Count of them */
};

/* The layout of one type, as the clang plugin told it. 40 bytes. */
struct HcrType {
  HcrRel Name;     /* as in the source: "std::pair<int, char>" */
  uint32_t Kind;   /* HcrTypeKind */
  uint64_t Size;   /* bytes */
  uint64_t Layout; /* hash of names, offsets and kinds of all parts; never
                      compared with HcrGlobal.Layout, which is another kind */
  HcrRel Fields;   /* HcrField[FieldCount], in the order of offsets */
  uint32_t FieldCount;
  uint32_t Align;    /* bytes */
  uint32_t Encoding; /* scalars: DW_ATE_*, 0 for pointers; records and unions:
                        HcrRecordFlags, which are not part of Layout */
};
enum HcrRecordFlags {
  HCR_RECORD_TRIVIAL = 1 << 0 /* may be copied byte by byte */
};

enum HcrFieldFlags {
  HCR_FIELD_BASE = 1 << 0,
  HCR_FIELD_BIT_FIELD = 1 << 1,
  HCR_FIELD_VIRTUAL_BASE = 1 << 2 /* with BASE: where it is in an object of
                                     exactly this type, not in a derived one */
};

/* One part of a record, union or array. 32 bytes. */
struct HcrField {
  HcrRel Name;     /* of the member or base class; array: 0 */
  HcrRel Type;     /* HcrType */
  uint64_t Offset; /* bits */
  uint64_t Size;   /* bits */
  uint32_t Count;  /* array: number of elements, else 1 */
  uint32_t Flags;  /* HcrFieldFlags */
};

/* A record or union that code of this module knows the layout of, also if no
 * variable has it: types of a system header only where a type of the program is
 * a part of them. Several rows may have one name (types of functions in C). 16
 * bytes. */
struct HcrUsedType {
  HcrRel Name;
  uint32_t Size;   /* bytes, and HcrUsedTypeFlags */
  uint64_t Layout; /* as in HcrType */
};
enum HcrUsedTypeFlags {
  HCR_USED_SIZE = 0x0fffffff,
  HCR_USED_DYNAMIC = 1 << 28, /* objects of it may be on a heap: the module has
                                 a `new` of it, its size in data, a cast from
                                 void * or from its first member, or a container
                                 of the library for it */
  HCR_USED_BASES = 1 << 29    /* has a base that does not lie at its start */
};

/* What one function uses, with all that is inlined into it; sorted by Proc. Of
 * functions that are not rows of Procs, those that call them say it. 8 bytes.
 */
struct HcrUse {
  uint32_t Proc; /* row of Procs */
  uint32_t What; /* HcrUseKind << HCR_USE_SHIFT | value */
};
enum HcrUseKind {
  HCR_USE_GLOBAL = 0,        /* row of Globals */
  HCR_USE_GLOBAL_IMPORT = 1, /* row of GlobalImports */
  HCR_USE_TYPE = 2, /* row of UsedTypes: reads or makes objects of it */
  HCR_USE_SIZE = 3  /* copies objects of this size, of some type; 0:
                       goes from an object to a base of it */
};
#define HCR_USE_SHIFT 30
#define HCR_USE_MASK 0x3fffffffu

/* HCR_MIGRATE(Type, Function). 8 bytes. */
struct HcrMigrator {
  HcrRel Type;     /* as the source spells it */
  HcrRel Function; /* void (*)(void *new_object, const void *old_object) */
};

enum HcrModuleFlags {
  HCR_MODULE_BINDING = 1 << 0, /* module binding; clear: host */
  HCR_MODULE_TYPED = 1 << 1, /* the clang plugin gave signatures and layouts */
  HCR_MODULE_DEBUG = 1 << 2  /* debug information gave layouts */
};

enum HcrModuleState { /* bits of *State, module binding only */
                      HCR_STATE_RUNTIME =
                          1 << 0, /* the runtime took charge: start-up code must
                                     not run Init000, the runtime calls it */
                      HCR_STATE_BOUND = 1 << 1
};

/* One translation unit. 144 bytes, alignment 8. */
struct HcrModuleTable {
  uint32_t Magic;
  uint16_t Version;
  uint16_t Size; /* sizeof(struct HcrModuleTable) */
  uint32_t Flags;
  HcrRel Name;  /* source path relative to the project root: "src/player.cpp" */
  HcrRel Root;  /* the project root, absolute */
  HcrRel State; /* uint32_t, HcrModuleState; host: 0 */
  uint64_t SourceHash; /* what HcrGetSigHash gives, as a number */
  uint64_t Program;    /* id of the program this image was built for; 0 = any */
  HcrRel Procs;
  uint32_t ProcCount;
  HcrRel ProcImports;
  uint32_t ProcImportCount;
  HcrRel Globals;
  uint32_t GlobalCount;
  HcrRel GlobalImports;
  uint32_t GlobalImportCount;
  HcrRel Fixups;
  uint32_t FixupCount;
  HcrRel Handlers;
  uint32_t HandlerCount;
  /* Entry points of this module, all void(void); host: 0 (nothing to do). The
   * same functions that an image exports under the names of docs/Abi.md. */
  HcrRel CreateTypeInfos;
  HcrRel DatInit;
  HcrRel Init;
  HcrRel Imports; /* const char *const *, ended by "": HcrGetImportedModules */
  HcrRel Types;   /* HcrType[TypeCount] */
  uint32_t TypeCount;
  HcrRel ExitHandle; /* void *: with what destructors are registered for exit
                        (`__dso_handle`), so that they run when a plugin is
                        closed. The runtime gives an image its host's */
  HcrRel Uses;
  uint32_t UseCount;
  HcrRel UsedTypes;
  uint32_t UsedTypeCount;
  HcrRel Migrators;
  uint32_t MigratorCount;
  uint32_t Reserved;
};

#ifdef __cplusplus
}
static_assert(sizeof(HcrProc) == 48 && sizeof(HcrProcImport) == 32 &&
              sizeof(HcrGlobal) == 64 && sizeof(HcrGlobalImport) == 16 &&
              sizeof(HcrFixup) == 16 && sizeof(HcrHandler) == 8 &&
              sizeof(HcrType) == 40 && sizeof(HcrField) == 32 &&
              sizeof(HcrUsedType) == 16 && sizeof(HcrUse) == 8 &&
              sizeof(HcrMigrator) == 8 && sizeof(HcrModuleTable) == 144);
#endif
#endif
