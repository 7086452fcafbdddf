// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which code gives which variable its value and takes it away again, as Clang
// wrote it: dynamic initialisers of variables at namespace scope and of
// function-local statics, and the destructors that they register.
#ifndef HCR_PASS_DYNAMICINIT_H
#define HCR_PASS_DYNAMICINIT_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace llvm {
class CallBase;
class Function;
class GlobalVariable;
class Module;
} // namespace llvm

namespace hcr {

/// A row of llvm.global_ctors or llvm.global_dtors.
struct Constructor {
  uint32_t Priority;
  llvm::Function *F;
  /// The inline variable or static member that F initialises, else null.
  llvm::GlobalVariable *Key;
};
llvm::SmallVector<Constructor, 4> constructorsIn(llvm::Module &M,
                                                 llvm::StringRef ListName);

/// `_GLOBAL__sub_I_file.cpp` calls one function per dynamic initialiser.
bool isListOfInitializers(const llvm::Function &F);
bool isInitializerOfVariable(const llvm::Function &F);

/// The calls of a list of initialisers, in the order of declaration.
llvm::SmallVector<llvm::CallBase *, 8> initializersIn(llvm::Function &List);

/// `__cxa_atexit(destructor, &object, &__dso_handle)` or, without
/// __cxa_atexit, `atexit(__dtor_object)`.
struct ExitRegistration {
  llvm::CallBase *Call;
  llvm::GlobalVariable *Object;
};

struct DynamicInit {
  /// The variable that each `__cxx_global_var_init` initialises; null if it
  /// cannot be told: an object without members leaves no trace.
  llvm::MapVector<const llvm::Function *, llvm::GlobalVariable *> VariableOf;
  /// Of the code that initialises a variable; equal at every level of
  /// optimisation.
  llvm::DenseMap<const llvm::GlobalVariable *, uint64_t> Hash;
  llvm::SmallVector<ExitRegistration, 0> Registrations;

  /// Before anything in \p M is rewritten.
  explicit DynamicInit(llvm::Module &M);
};

} // namespace hcr

#endif
