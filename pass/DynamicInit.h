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

namespace llvm {
class CallBase;
class Function;
class GlobalVariable;
class Module;
class Value;
} // namespace llvm

namespace hcr {

struct Facts;

/// `_GLOBAL__sub_I_file.cpp` calls one function per dynamic initialiser.
bool isListOfInitializers(const llvm::Function &F);
bool isInitializerOfVariable(const llvm::Function &F);

/// The calls of a list of initialisers, in the order of declaration.
llvm::SmallVector<llvm::CallBase *, 8> initializersIn(llvm::Function &List);

/// The variable that \p Address is in, at an element if it is a loop's over an
/// array; null: none that is defined here.
llvm::GlobalVariable *variableAt(const llvm::Value *Address);

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
  DynamicInit(llvm::Module &M, const Facts &Known);

private:
  void assign(llvm::Module &M, const Facts &Known);
};

} // namespace hcr

#endif
