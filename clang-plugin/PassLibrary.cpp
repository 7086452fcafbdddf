// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The pass's options must be known when clang reads `-mllvm`, which it does
// after it loaded its plugins and before it runs any of their code. So the
// pass is loaded by a static initialiser; which passes run is said later, when
// there is a compiler to say it to.
//
// Not reached this way: compilers that read IR (-save-temps compiles through
// bitcode, inputs ending in .ll and .bc), where plugins have no say. They need
// -fpass-plugin=, and hcr-cc gives it always.
#include "PassLibrary.h"
#include "Diagnostics.h"
#include "clang/Frontend/CompilerInstance.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <dlfcn.h>

using namespace llvm;

namespace hcr {
namespace {

struct PassLibrary {
  std::string Path, Failure;

  PassLibrary() {
    Dl_info Self;
    if (!dladdr(reinterpret_cast<void *>(&runPass), &Self)) {
      Failure = "the plugin does not find itself";
      return;
    }
    SmallString<256> Place(Self.dli_fname);
    sys::fs::make_absolute(Place);
    sys::path::remove_filename(Place);
    sys::path::append(Place, "libHcrPass.so");
    Path = std::string(Place);
    sys::DynamicLibrary::LoadLibraryPermanently(Path.c_str(), &Failure);
  }
};

PassLibrary Pass;

} // namespace

void runPass(clang::CompilerInstance &CI) {
  if (!Pass.Failure.empty()) {
    report(CI.getDiagnostics(), {}, Diag::NoPass) << Pass.Failure;
    return;
  }
  std::vector<std::string> &Plugins = CI.getCodeGenOpts().PassPlugins;
  if (none_of(Plugins, [](const std::string &Known) {
        return Known == Pass.Path || sys::fs::equivalent(Known, Pass.Path);
      }))
    Plugins.push_back(Pass.Path);
}

} // namespace hcr
