// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Classify.h"
#include "AddressUses.h"
#include "ModuleTable.h"
#include "Nim.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Analysis/OptimizationRemarkEmitter.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/Demangle/Demangle.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace hcr {

bool isInlineDefinition(const GlobalValue &G) {
  return G.hasLinkOnceLinkage() || G.hasWeakLinkage() || G.hasCommonLinkage();
}

static bool startsWithAny(StringRef Name, ArrayRef<StringRef> Prefixes) {
  return any_of(Prefixes, [&](StringRef P) { return Name.starts_with(P); });
}

/// A name, not a built-in type, a pointer or something of the library.
bool isProgramsClass(StringRef MangledName) {
  if (MangledName.empty())
    return false;
  return isDigit(MangledName[0]) ||
         (MangledName[0] == 'N' &&
          !startsWithAny(MangledName, {"NSt", "N10__cxxabiv1", "N9__gnu_cxx"}));
}

bool isReplaceableOperator(StringRef Name) {
  if (Name.consume_front("_Znw") || Name.consume_front("_Zna")) {
    if (!Name.consume_front("m") && !Name.consume_front("j"))
      return false;
  } else if (Name.consume_front("_ZdlPv") || Name.consume_front("_ZdaPv")) {
    if (!Name.consume_front("m"))
      Name.consume_front("j");
  } else {
    return false;
  }
  Name.consume_front("St11align_val_t");
  Name.consume_front("RKSt9nothrow_t");
  return Name.empty();
}

namespace {

/// Why a symbol stays as it is; empty if it does not.
using Reason = StringRef;

/// What `annotate` attributes and our own macros say about symbols.
struct Annotations {
  SmallPtrSet<const GlobalValue *, 4> NonReloadable;
  SmallVector<Function *, 0> Before, After;
  SmallPtrSet<const GlobalVariable *, 4> Reinit;
  SmallVector<std::pair<std::string, Function *>, 0> Migrators;

  explicit Annotations(Module &M) {
    const auto *Table = M.getNamedGlobal("llvm.global.annotations");
    if (!Table || !Table->hasInitializer())
      return;
    const auto *Rows = dyn_cast<ConstantArray>(Table->getInitializer());
    if (!Rows)
      return;
    for (const Use &Row : Rows->operands()) {
      const auto *Fields = cast<ConstantStruct>(Row);
      auto *Symbol =
          dyn_cast<GlobalValue>(Fields->getOperand(0)->stripPointerCasts());
      const auto *Text =
          dyn_cast<GlobalVariable>(Fields->getOperand(1)->stripPointerCasts());
      if (Symbol && Text && Text->hasInitializer())
        if (const auto *Data =
                dyn_cast<ConstantDataArray>(Text->getInitializer()))
          if (Data->isCString())
            add(*Symbol, Data->getAsCString());
    }
  }

private:
  void add(GlobalValue &Symbol, StringRef Text) {
    if (Text == "hcr.nonreloadable")
      NonReloadable.insert(&Symbol);
    if (Text == "hcr.reinit" && isa<GlobalVariable>(Symbol))
      Reinit.insert(&cast<GlobalVariable>(Symbol));
    if (Text.consume_front("hcr.migrate:")) {
      if (Function *Migrator = markedBy(Symbol))
        Migrators.emplace_back(Text.str(), Migrator);
      return;
    }
    if (Text != "hcr.before_reload" && Text != "hcr.after_reload")
      return;
    // The clang plugin marks the handler itself; the macros of hcr.h mark a
    // variable, whose initial value is the handler.
    if (auto *Marked = dyn_cast<Function>(&Symbol)) {
      if (!Marked->isDeclaration())
        (Text == "hcr.before_reload" ? Before : After).push_back(Marked);
      return;
    }
    if (Function *Handler = markedBy(Symbol))
      (Text == "hcr.before_reload" ? Before : After).push_back(Handler);
  }

  /// The initial value of a variable that a macro of hcr.h made.
  static Function *markedBy(GlobalValue &Symbol) {
    auto *Marker = dyn_cast<GlobalVariable>(&Symbol);
    return Marker && Marker->hasInitializer()
               ? dyn_cast<Function>(
                     Marker->getInitializer()->stripPointerCasts())
               : nullptr;
  }
};

/// Identifiers that occur in inline assembly anywhere in the module.
StringSet<> namesInAssembly(const Module &M) {
  StringSet<> Names;
  auto AddWords = [&Names](StringRef Text) {
    while (!Text.empty()) {
      StringRef Word = Text.take_while(
          [](char C) { return isAlnum(C) || C == '_' || C == '.'; });
      if (Word.empty())
        Text = Text.drop_front();
      else {
        Names.insert(Word);
        Text = Text.drop_front(Word.size());
      }
    }
  };
  AddWords(M.getModuleInlineAsm());
  for (const Function &F : M)
    for (const Instruction &I : instructions(F))
      if (const auto *Call = dyn_cast<CallBase>(&I))
        if (const auto *Asm = dyn_cast<InlineAsm>(Call->getCalledOperand()))
          AddWords(Asm->getAsmString());
  return Names;
}

/// Functions of the C++ standard library, also its templates that know types
/// of the program, and what the program itself adds to namespace std.
bool belongsToStandardLibrary(StringRef Name) {
  return startsWithAny(
      Name, {"_ZSt", "_ZNSt", "_ZNKSt", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx",
             // Abbreviated: std::allocator, string, istream and so on.
             "_ZNSa", "_ZNKSa", "_ZNSs", "_ZNKSs", "_ZNSb", "_ZNSi", "_ZNSo",
             "_ZNSd", "_ZNKSi", "_ZNKSo"});
}

/// hcrRegisterProc() and so on. A prefix would not do: Nim's compiler has a
/// function hcrOn().
bool isRuntimeCall(StringRef Name) {
  return StringSwitch<bool>(Name)
#define HCR_RUNTIME_CALL(Function, Result, Parameters) .Case(#Function, true)
#include "hcr-abi/RuntimeCalls.def"
      .Default(false);
}

/// Symbols that belong to the language runtime and its tools, never to the
/// program: their callers gain nothing from a slot.
bool belongsToRuntime(StringRef Name) {
  return startsWithAny(Name,
                       {"llvm.", "__cxa_", "__gxx_", "__gcc_", "_Unwind_",
                        "__clang_", "__asan", "__lsan", "__msan", "__tsan",
                        "__ubsan", "__hwasan", "__sanitizer", "__sancov",
                        "__llvm_", "__prof", "__cov", "__gcov", "llvm_gcov",
                        "__stack_chk", "__dso_handle", "__start_", "__stop_",
                        "_GLOBAL_OFFSET_TABLE_", "__emutls",
                        // Type information.
                        "_ZTI", "_ZTS", "_ZTVN10__cxxabiv1", "_ZTVSt",
                        "_ZTVNSt", "_ZTTNSt", "__dynamic_cast",
                        // Wrappers of thread-locals.
                        "_ZTW", "_ZTH", "__cpu_",
                        // Our own: hcr.init, hcr_reload().
                        "hcr.", "hcr_"}) ||
         isRuntimeCall(Name);
}

/// Complex multiplication and division (`__muldc3`). Only the compiler's own
/// archive has them, hidden in each object that is linked, so an image must
/// refer to them strongly to get its own.
bool belongsToCompilerLibrary(StringRef Name) {
  return (Name.consume_front("__mul") || Name.consume_front("__div")) &&
         Name.size() == 3 && StringRef("hsdxt").contains(Name[0]) &&
         Name.ends_with("c3");
}

/// Whether a name of the standard library has something in it that is not the
/// library's: `std::hash<Key>::operator()(Key const&) const`. Then it may be
/// the program that defines it. Types of libc count as the program's, which
/// costs no more than a slot that nobody needs.
bool knowsProgram(StringRef MangledName) {
  std::string Text = demangle(MangledName);
  StringRef Rest = Text;
  bool IsQualified = false; // by what comes before `::`
  while (!Rest.empty()) {
    StringRef Word = Rest.take_while(
        [](char C) { return isAlnum(C) || C == '_' || C == '$'; });
    if (Word.empty()) {
      IsQualified = Rest.consume_front("::");
      if (!IsQualified)
        Rest = Rest.drop_front();
      continue;
    }
    Rest = Rest.drop_front(Word.size());
    bool IsLibrarys =
        IsQualified || isDigit(Word[0]) ||
        StringSwitch<bool>(Word)
            .Cases("std", "__gnu_cxx", "__cxxabiv1", "operator", "const", true)
            .Cases("void", "bool", "char", "wchar_t", "char8_t", true)
            .Cases("char16_t", "char32_t", "short", "int", "long", true)
            .Cases("signed", "unsigned", "float", "double", "__int128", true)
            .Cases("volatile", "noexcept", "decltype", "auto", "true", true)
            .Cases("false", "new", "delete", "nullptr_t", true)
            .Default(false);
    if (!IsLibrarys)
      return true;
  }
  return false;
}

bool belongsToImplementation(StringRef Name) {
  return belongsToRuntime(Name) || belongsToStandardLibrary(Name) ||
         belongsToCompilerLibrary(Name) || isReplaceableOperator(Name);
}

/// Type information of a class of the program.
bool isClassTypeInfo(StringRef Name) {
  return Name.consume_front("_ZTI") && isProgramsClass(Name);
}

/// Functions whose names the compiler counts through: another edit gives the
/// same name to another function.
bool isCompilerGenerated(const Function &F) {
  StringRef Name = F.getName();
  // What llvm.coro.await.suspend calls must stay the function itself.
  return belongsToVersion(F) || Name.contains(".__await_suspend_wrapper__") ||
         startsWithAny(Name, {"__cxx_global_", "_GLOBAL__", "__tls_init",
                              "__dtor_", "__clang_call_terminate", "_ZTW",
                              "_ZTH", "__llvm_", "asan.", "tsan."});
}

bool hasAddressUse(const Function &F) {
  return any_of(F.uses(), [&](const Use &U) {
    const auto *Call = dyn_cast<CallBase>(U.getUser());
    if (Call && Call->isCallee(&U) &&
        Call->getFunctionType() == F.getFunctionType())
      return false;
    if (isa<BlockAddress>(U.getUser()) || isa<GlobalAlias>(U.getUser()))
      return false;
    // `llvm.used` keeps a symbol, it does not look at its address.
    if (isa<ConstantAggregate>(U.getUser()))
      return !all_of(U.getUser()->users(), [](const User *Holder) {
        const auto *G = dyn_cast<GlobalVariable>(Holder);
        return G && (G->getName() == "llvm.used" ||
                     G->getName() == "llvm.compiler.used");
      });
    return true;
  });
}

/// Whether somebody may keep or compare the address of a constant. Loads
/// through it and copies out of it do not count.
bool addressEscapes(const Value &Address) {
  return any_of(Address.uses(), [&](const Use &U) {
    const User *Holder = U.getUser();
    if (isa<LoadInst>(Holder))
      return false;
    if (isa<GetElementPtrInst>(Holder))
      return addressEscapes(*Holder);
    if (const auto *Expr = dyn_cast<ConstantExpr>(Holder))
      return Expr->getOpcode() != Instruction::GetElementPtr ||
             addressEscapes(*Expr);
    if (const auto *Copy = dyn_cast<MemTransferInst>(Holder))
      return &U != &Copy->getRawSourceUse();
    return true;
  });
}

/// `"i"(&G)`: the assembly gets the symbol and no address in a register.
bool isAssemblyConstant(const Constant &C) {
  return any_of(C.uses(), [](const Use &U) {
    if (const auto *Expr = dyn_cast<ConstantExpr>(U.getUser()))
      return isAssemblyConstant(*Expr);
    const auto *Call = dyn_cast<CallBase>(U.getUser());
    return Call && Call->isInlineAsm() && needsConstantOperand(U);
  });
}

/// Addresses of labels lead into one version of a function.
bool holdsLabels(const Constant &Initial) {
  return isa<BlockAddress>(Initial) ||
         (!isa<GlobalValue>(Initial) &&
          any_of(Initial.operands(), [](const Use &Element) {
            const auto *C = dyn_cast<Constant>(Element);
            return C && holdsLabels(*C);
          }));
}

class Classifier {
  Module &M;
  const Options &Opts;
  const Facts &Known;
  function_ref<const TargetLibraryInfo &(Function &)> LibraryInfo;
  Annotations Marks;
  StringSet<> AssemblyNames;
  SmallPtrSet<const Function *, 4> Resolvers, Personalities;
  Plan Result;

public:
  Classifier(Module &M, const Options &Opts, const Facts &Known,
             function_ref<const TargetLibraryInfo &(Function &)> LibraryInfo)
      : M(M), Opts(Opts), Known(Known), LibraryInfo(LibraryInfo), Marks(M),
        AssemblyNames(namesInAssembly(M)) {
    for (const GlobalIFunc &I : M.ifuncs())
      if (const Function *Resolver = I.getResolverFunction())
        Resolvers.insert(Resolver);
    for (Function &F : M)
      if (F.hasPersonalityFn())
        if (const auto *P =
                dyn_cast<Function>(F.getPersonalityFn()->stripPointerCasts()))
          Personalities.insert(P);
  }

  Plan run() {
    for (Function &F : M)
      F.isDeclaration() ? addDeclaredFunction(F) : addDefinedFunction(F);
    for (GlobalAlias &A : M.aliases())
      addAlias(A);
    for (GlobalVariable &G : M.globals())
      addVariable(G);
    for (GlobalAlias &A : M.aliases())
      addVariableAlias(A);
    Result.BeforeHandlers = std::move(Marks.Before);
    Result.AfterHandlers = std::move(Marks.After);
    Result.Reinit = std::move(Marks.Reinit);
    Result.Migrators = std::move(Marks.Migrators);
    return std::move(Result);
  }

private:
  Reason whyDirect(const Function &F) const {
    if (F.getName() == "main")
      return "the body of main is not replaced; its calls are";
    if (Marks.NonReloadable.contains(&F))
      return "it is marked HCR_NONRELOADABLE";
    if (F.hasFnAttribute(Attribute::Naked))
      return "a naked function has no calling convention to keep";
    if (F.hasFnAttribute(Attribute::AlwaysInline) && !isReachedByOthers(F))
      return "it is always_inline";
    if (F.hasLinkOnceAnyLinkage() || (F.hasWeakAnyLinkage() && F.hasComdat()))
      return "the linker may discard it";
    if (Resolvers.contains(&F))
      return "it resolves an ifunc, before slots are relocated";
    if (Personalities.contains(&F))
      return "it is a personality function";
    if (Known.isSystem(F))
      return "it is defined in a system header";
    if (AssemblyNames.contains(F.getName()))
      return "inline assembly names it";
    if (isCompilerGenerated(F) || belongsToRuntime(F.getName()))
      return "the compiler made it";
    if (F.hasFnAttribute(Attribute::PresplitCoroutine) && F.hasPrivateLinkage())
      return "the compiler made it";
    return {};
  }

  /// An always_inline function is part of its callers, unless its address is
  /// taken or another module calls it.
  static bool isReachedByOthers(const Function &F) {
    return F.hasExternalLinkage() || hasAddressUse(F);
  }

  void addDefinedFunction(Function &F) {
    if (F.hasAvailableExternallyLinkage())
      return;
    if (F.hasFnAttribute(Attribute::Naked) || Resolvers.contains(&F))
      Result.Untouched.insert(&F);
    if (Reason Why = whyDirect(F); !Why.empty()) {
      // Initialisers belong to their variables, which are reported.
      if (!isCompilerGenerated(F))
        Result.DirectProcs.push_back(&F);
      remark(F, Why);
      return;
    }
    if (F.hasWeakAnyLinkage()) {
      Result.WeakProcs.push_back(&F);
      return;
    }
    // A changed header rebuilds all its users, so calls may inline; addresses
    // may live in objects, so those are stable entries. C's `static inline`
    // is the same thing, and so are templates of the standard library with
    // types of this file alone: std::function and std::shared_ptr keep
    // addresses of those that the program's code is inlined into. What has
    // external linkage there is the program's own: a specialisation.
    bool IsInline =
        isInlineDefinition(F) ||
        (F.hasLocalLinkage() && (F.hasFnAttribute(Attribute::InlineHint) ||
                                 F.hasFnAttribute(Attribute::AlwaysInline) ||
                                 belongsToStandardLibrary(F.getName())));
    if (!IsInline)
      Result.Procs.push_back(&F);
    else if (hasAddressUse(F) || F.hasWeakODRLinkage())
      // An explicit instantiation is what `extern template` elsewhere calls.
      Result.InlineProcs.push_back(&F);
  }

  /// Sanitizers know these by name.
  static bool isSetjmp(const Function &F) {
    return F.hasFnAttribute(Attribute::ReturnsTwice) &&
           is_contained({"setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp",
                         "vfork", "getcontext", "savectx"},
                        F.getName());
  }

  void addDeclaredFunction(Function &F) {
    LibFunc Known;
    // An image asks the runtime for initialisers of thread-locals; in a
    // program the linker has them.
    bool IsInitializer = Opts.IsImage && F.getName().starts_with("_ZTH");
    bool IsDirect =
        F.isIntrinsic() || F.use_empty() ||
        (belongsToImplementation(F.getName()) && !IsInitializer &&
         !(belongsToStandardLibrary(F.getName()) &&
           knowsProgram(F.getName()))) ||
        isSetjmp(F) || Personalities.contains(&F) ||
        F.hasDLLImportStorageClass() || AssemblyNames.contains(F.getName()) ||
        Marks.NonReloadable.contains(&F) || isLibrarySymbol(F) ||
        (LibraryInfo(F).getLibFunc(F, Known) && LibraryInfo(F).has(Known));
    if (!IsDirect)
      Result.ImportedProcs.push_back(&F);
  }

  /// An image asks the runtime even for what a system header declares: the
  /// program may have a definition of its own that it does not export.
  bool isLibrarySymbol(const GlobalValue &G) const {
    return !Opts.IsImage && Known.isSystem(G);
  }

  void addAlias(GlobalAlias &A) {
    auto *F = dyn_cast<Function>(A.getAliasee()->stripPointerCasts());
    if (!F || !is_contained(Result.Procs, F))
      return;
    if (A.hasWeakAnyLinkage())
      Result.WeakAliases.push_back(&A);
    else if (!A.isInterposable())
      Result.Aliases.push_back(&A);
  }

  void addVariable(GlobalVariable &G) {
    StringRef Name = G.getName();
    if (Name.starts_with("_ZTS")) {
      if (!G.isDeclarationForLinker() &&
          (Opts.IsImage || scopeOf(G) != HCR_SCOPE_PROGRAM))
        Result.TypeNames.push_back(&G);
      return;
    }
    if (isClassTypeInfo(Name)) {
      if (G.isDeclaration())
        Result.ImportedTypeInfos.push_back(&G);
      else if (G.hasExternalLinkage())
        Result.Constants.push_back(&G);
      return;
    }
    if (Name.starts_with("llvm.") || Name.empty() || G.hasPrivateLinkage() ||
        G.hasAvailableExternallyLinkage() || belongsToImplementation(Name) ||
        // Numbered by the compiler, so without an identity: each version of
        // a module has its own.
        Name.starts_with(".") || belongsToVersion(G))
      return;
    if (G.getAddressSpace() != 0) {
      remark(G, "it is in an address space of its own");
      return;
    }
    if (G.isThreadLocal()) {
      if (Name == "__tls_guard")
        return; // goes with this version's __tls_init
      (G.isDeclaration() ? Result.ImportedThreadLocals : Result.ThreadLocals)
          .push_back(&G);
      return;
    }
    bool IsFixed = Marks.NonReloadable.contains(&G);
    if (AssemblyNames.contains(Name) || isAssemblyConstant(G) ||
        (IsFixed && (G.isDeclaration() || G.isConstant()))) {
      if (!G.isDeclaration() && !G.isConstant())
        Result.DirectGlobals.push_back(&G);
      remark(G, "it is marked HCR_NONRELOADABLE or named in inline assembly");
      return;
    }
    if (G.hasInitializer() && holdsLabels(*G.getInitializer())) {
      remark(G, "it holds addresses of labels, each version has its own");
      return;
    }
    if (G.isDeclaration())
      addDeclaredVariable(G);
    else if (!G.isConstant() && IsFixed && Opts.isHost())
      // The linked program's storage is the one for ever; new versions must
      // find it.
      Result.FixedGlobals.push_back(&G);
    else if (!G.isConstant())
      Result.Globals.push_back(&G);
    else if (!Name.starts_with("_ZT") && !G.hasGlobalUnnamedAddr() &&
             // A weak one may have to give way to another module's.
             (G.isInterposable() ||
              !(G.hasLocalLinkage() || isInlineDefinition(G)) ||
              addressEscapes(G)))
      // Also inline ones, of which each user has a copy: an address that was
      // kept as an identity must be that of the next version.
      Result.Constants.push_back(&G);
    else if (isVtable(G))
      Result.Constants.push_back(&G);
  }

  /// An internal name of a variable never leaves the module, in which it is
  /// replaced by the variable.
  void addVariableAlias(GlobalAlias &A) {
    const auto *G = dyn_cast_or_null<GlobalVariable>(A.getAliaseeObject());
    if (G && !A.hasLocalLinkage() && !A.isThreadLocal() &&
        (is_contained(Result.Globals, G) || is_contained(Result.Constants, G)))
      Result.GlobalAliases.push_back(&A);
  }

  void addDeclaredVariable(GlobalVariable &G) {
    // A class's vtable and construction tables belong with the code that
    // uses them: in a program the linker's answer is the right one.
    if (G.use_empty() || isLibrarySymbol(G) ||
        (Opts.isHost() && G.getName().starts_with("_ZT")))
      return;
    Result.ImportedGlobals.push_back(&G);
  }

  void remark(const GlobalValue &G, Reason Why) const {
    if (!M.getContext().getDiagHandlerPtr()->isMissedOptRemarkEnabled("hcr"))
      return;
    // A remark points at code, so a variable borrows the first function.
    const auto *F = dyn_cast<Function>(&G);
    DiagnosticLocation Where =
        F ? DiagnosticLocation(F->getSubprogram()) : DiagnosticLocation();
    if (!F)
      for (const Function &Any : M)
        if (!Any.isDeclaration()) {
          F = &Any;
          break;
        }
    if (!F)
      return;
    M.getContext().diagnose(
        OptimizationRemarkMissed("hcr", "Direct", Where, &F->getEntryBlock())
        << "'" << ore::NV("Name", G.getName())
        << "' is not reloadable: " << ore::NV("Reason", Why));
  }
};

} // namespace

Plan classify(Module &M, const Options &Opts, const Facts &Known,
              function_ref<const TargetLibraryInfo &(Function &)> LibraryInfo) {
  return Classifier(M, Opts, Known, LibraryInfo).run();
}

} // namespace hcr
