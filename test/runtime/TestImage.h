// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes module images by hand, without the pass, so that a test of the runtime
// says exactly what is in a table, right or wrong.
//
//   TestImage A("src/a.c");
//   A.proc("step", "int step_actual(int X) { return CALL(help, int, int)(X);
//   }"); A.importProc("help"); A.variable("count", "int", "= 5");
//   A.write("/tmp/a.so");
//
// Inside code, CALL(name, result, parameter types…) calls through a slot,
// VARIABLE(name, type) is what the pointer of a variable leads to, and
// ADDRESS(name) is what `&name` is in code.
#ifndef HCR_TEST_RUNTIME_TESTIMAGE_H
#define HCR_TEST_RUNTIME_TESTIMAGE_H

#include <cstdint>
#include <hcr-abi/Tables.h>
#include <string>
#include <vector>

class TestImage {
public:
  explicit TestImage(std::string Module, bool Host = false)
      : Module(std::move(Module)), Host(Host) {}

  struct Options {
    uint32_t Flags = 0;
    uint64_t Signature = 0, Type = 0, Hash = 1, Layout = 0;
    std::string TypeRow = {}; // label of an HcrType that code() defines
    uint64_t Size = 0;        // of a variable: 0 means sizeof
    bool Fresh = false;
  };

  /// Code defines NAME_actual.
  TestImage &proc(const std::string &Name, const std::string &Code, Options O);
  TestImage &proc(const std::string &Name, const std::string &Code) {
    return proc(Name, Code, Options());
  }
  TestImage &importProc(const std::string &Name, Options O);
  TestImage &importProc(const std::string &Name) {
    return importProc(Name, Options());
  }
  TestImage &variable(const std::string &Name, const std::string &Type,
                      const std::string &Initial, Options O);
  TestImage &variable(const std::string &Name, const std::string &Type,
                      const std::string &Initial) {
    return variable(Name, Type, Initial, Options());
  }
  TestImage &importVariable(const std::string &Name, Options O);
  TestImage &importVariable(const std::string &Name) {
    return importVariable(Name, Options());
  }
  /// Place (an lvalue's name) holds the address of a symbol plus Addend.
  TestImage &fixup(const std::string &Place, HcrFixupKind Kind, unsigned Index,
                   int64_t Addend = 0);
  /// Code is the body of `static void NAME(void)`.
  TestImage &handler(const std::string &Name, bool IsBefore,
                     const std::string &Body);
  /// Statements of Init000.
  TestImage &init(const std::string &Statements);
  /// Declarations before everything else.
  TestImage &code(const std::string &Text);
  TestImage &imports(std::vector<std::string> Modules);
  TestImage &program(uint64_t Id) {
    Program = Id;
    return *this;
  }
  TestImage &abiVersion(unsigned Number) {
    Version = Number;
    return *this;
  }
  /// Further arguments of the compiler.
  TestImage &flags(const std::string &Arguments) {
    Arguments_ = Arguments;
    return *this;
  }

  std::string source() const;
  /// Compiles into a shared object; fails the test if it cannot.
  void write(const std::string &Path) const;

private:
  struct Item {
    std::string Name;
    Options O;
  };
  struct Fixup {
    std::string Place;
    uint32_t Symbol;
    int64_t Addend;
  };
  struct Handler {
    std::string Name;
    bool IsBefore;
  };
  std::string tables() const;

  std::string Module;
  bool Host;
  uint64_t Program = 0;
  unsigned Version = HCR_ABI_VERSION;
  std::string Code, InitCode, Arguments_;
  std::vector<Item> Procs, ProcImports, Variables, VariableImports;
  std::vector<Fixup> Fixups;
  std::vector<Handler> Handlers;
  std::vector<std::string> Imports;
};

#endif
