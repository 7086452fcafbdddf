// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "TestImage.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

// The macros that a test's code uses, and entry points as the pass writes them.
static constexpr const char *Prelude = R"(
#include <stdint.h>
#define CALL(Name, Result, ...) ((Result (*)(__VA_ARGS__))Name##_slot)
#define VARIABLE(Name, Type) (*(Type *)Name##_ptr)
#define ADDRESS(Name) Name##_addr
#define KEEP __attribute__((used, visibility("hidden")))
extern const char __start_hcr_modules[], __stop_hcr_modules[];
extern void hcrRegisterImage(const void *, const void *) __attribute__((weak));
static void (*BindModule)(const void *);
__attribute__((constructor(101))) static void registerTables(void) {
  if (hcrRegisterImage)
    hcrRegisterImage(__start_hcr_modules, __stop_hcr_modules);
}
)";

static constexpr const char *EntryPoints = R"(
void HcrInit000(void *Handle, void *(*GetProc)(void *, const char *)) {
  typedef void (*RegisterFn)(const void *, const void *);
  ((RegisterFn)GetProc(Handle, "hcrRegisterImage"))(__start_hcr_modules,
                                                    __stop_hcr_modules);
  BindModule = (void (*)(const void *))GetProc(Handle, "hcrBindModule");
}
KEEP void DatInit(void) { BindModule(__start_hcr_modules); }
)";

TestImage &TestImage::proc(const std::string &Name, const std::string &Text,
                           Options O) {
  Procs.push_back({Name, O});
  if (O.Flags & HCR_PROC_DIRECT)
    return *this;
  // Declared first, so that bodies can call each other and themselves.
  Code = "extern void *" + Name + "_slot KEEP; extern void *" + Name +
         "_addr KEEP; extern char " + Name + "_entry KEEP;\n" + Code;
  Code += "KEEP " + Text + "\nvoid *" + Name + "_slot = (void *)" + Name +
          "_actual;\nvoid *" + Name + "_addr = &" + Name + "_entry;\n";
  Code += "__asm__(\".text\\n.hidden " + Name + "_entry\\n.globl " + Name +
          "_entry\\n" + Name + "_entry: endbr64\\n jmp *" + Name +
          "_slot(%rip)\\n\");\n";
  // What a host exports under the plain name.
  if (Host && !(O.Flags & HCR_SCOPE_MASK))
    Code += "extern char " + Name + "; __asm__(\".globl " + Name + "\\n.set " +
            Name + ", " + Name + "_entry\\n\");\n";
  return *this;
}

TestImage &TestImage::importProc(const std::string &Name, Options O) {
  ProcImports.push_back({Name, O});
  Code = "extern char " + Name + "[] __attribute__((weak));\nvoid *" + Name +
         "_slot KEEP = " + Name + "; void *" + Name + "_addr KEEP = " + Name +
         ";\n" + Code;
  return *this;
}

TestImage &TestImage::variable(const std::string &Name, const std::string &Type,
                               const std::string &Initial, Options O) {
  Variables.push_back({Name, O});
  // Top-level assembly cannot ask for a size, so a function defines a symbol.
  Code = "KEEP " + Type + " " + Name + "_initial " + Initial + ";\nvoid *" +
         Name + "_ptr KEEP = (void *)&" + Name + "_initial;\nuint8_t " + Name +
         "_fresh KEEP = 1;\nKEEP void " + Name +
         "_measure(void) { __asm__(\".set " + Name +
         "_size, %c0\" : : \"i\"(sizeof(" + Name + "_initial))); }\n" + Code;
  return *this;
}

TestImage &TestImage::importVariable(const std::string &Name, Options O) {
  VariableImports.push_back({Name, O});
  Code = "extern char " + Name + "[] __attribute__((weak));\nvoid *" + Name +
         "_ptr KEEP = " + Name + ";\n" + Code;
  return *this;
}

TestImage &TestImage::fixup(const std::string &Place, HcrFixupKind Kind,
                            unsigned Index, int64_t Addend) {
  Fixups.push_back({Place, static_cast<uint32_t>(Kind) << 30 | Index, Addend});
  return *this;
}

TestImage &TestImage::handler(const std::string &Name, bool IsBefore,
                              const std::string &Body) {
  Handlers.push_back({Name, IsBefore});
  Code += "KEEP void " + Name + "(void) { " + Body + " }\n";
  return *this;
}

TestImage &TestImage::init(const std::string &Statements) {
  InitCode += Statements;
  return *this;
}

TestImage &TestImage::code(const std::string &Text) {
  Code = Text + "\n" + Code;
  return *this;
}

TestImage &TestImage::imports(std::vector<std::string> Modules) {
  Imports = std::move(Modules);
  return *this;
}

namespace {
/// Assembly of the tables. Strings are collected at the end.
class TableWriter {
public:
  void relative(const std::string &Label) {
    Out << "  .long " << (Label.empty() ? "0" : Label + " - .") << "\n";
  }
  void text(const std::string &Value) {
    Strings << "t" << Count << ": .asciz \"" << Value << "\"\n";
    relative("t" + std::to_string(Count++));
  }
  void word(uint32_t Value) { Out << "  .long " << Value << "\n"; }
  void half(unsigned Value) { Out << "  .short " << Value << "\n"; }
  void quad(uint64_t Value) { Out << "  .quad " << Value << "\n"; }
  void label(const std::string &Name) { Out << Name << ":\n"; }
  void line(const std::string &Text) { Out << "  " << Text << "\n"; }
  std::string str() const { return Out.str() + Strings.str(); }

private:
  std::ostringstream Out, Strings;
  unsigned Count = 0;
};
} // namespace

std::string TestImage::tables() const {
  TableWriter W;
  auto Array = [&](const char *Name, size_t Count) {
    W.relative(Count ? Name : "");
    W.word(static_cast<uint32_t>(Count));
  };
  W.line(".section hcr_modules,\"a\",@progbits");
  W.line(".p2align 3");
  W.word(HCR_ABI_MAGIC);
  W.half(Version);
  W.half(sizeof(HcrModuleTable));
  W.word(Host ? 0 : HCR_MODULE_BINDING);
  W.text(Module);
  W.text("/project");
  W.relative(Host ? "" : "module_state");
  W.quad(0x1234);
  W.quad(Program);
  Array("procs", Procs.size());
  Array("proc_imports", ProcImports.size());
  Array("globals", Variables.size());
  Array("global_imports", VariableImports.size());
  Array("fixups", Fixups.size());
  Array("handlers", Handlers.size());
  W.relative("");
  W.relative(Host ? "" : "DatInit");
  W.relative(Host ? "" : "Init");
  W.relative(Imports.empty() ? "" : "import_names");
  // Types, ExitHandle, Uses, UsedTypes, Migrators, Reserved.
  for (int I = 0; I < 10; ++I)
    W.word(0);

  W.line(".section .rodata.tables,\"a\",@progbits");
  W.line(".p2align 3");
  W.label("procs");
  for (const Item &P : Procs) {
    bool Direct = P.O.Flags & HCR_PROC_DIRECT;
    W.text(P.Name);
    W.word(P.O.Flags);
    W.quad(P.O.Signature);
    W.quad(P.O.Hash);
    bool NoBody = Direct || (Host && (P.O.Flags & HCR_PROC_INLINE));
    W.relative(NoBody ? "" : P.Name + "_actual");
    W.relative(Direct ? "" : P.Name + "_slot");
    W.relative(Direct ? "" : P.Name + "_entry");
    W.relative(Direct || Host ? "" : P.Name + "_addr");
    W.quad(P.O.Type);
  }
  W.label("proc_imports");
  for (const Item &P : ProcImports) {
    W.text(P.Name);
    W.word(P.O.Flags);
    W.quad(P.O.Signature);
    W.relative(P.Name + "_slot");
    W.relative(Host ? "" : P.Name + "_addr");
    W.quad(P.O.Type);
  }
  W.label("globals");
  for (const Item &G : Variables) {
    W.text(G.Name);
    W.word(G.O.Flags);
    W.line(".quad " + (G.O.Size ? std::to_string(G.O.Size) : G.Name + "_size"));
    W.quad(G.O.Hash);
    W.quad(G.O.Layout);
    W.word(8);
    W.relative(G.Name + "_ptr");
    W.relative(Host ? "" : G.Name + "_initial");
    W.relative(Host || !G.O.Fresh ? "" : G.Name + "_fresh");
    W.word(0); // name of the type
    W.relative(G.O.TypeRow);
    W.word(0), W.word(0); // destructor, virtuals
  }
  W.label("global_imports");
  for (const Item &G : VariableImports) {
    W.text(G.Name);
    W.word(G.O.Flags);
    W.relative(G.Name + "_ptr");
    W.word(0);
  }
  W.label("fixups");
  for (const Fixup &F : Fixups) {
    W.relative(F.Place);
    W.word(F.Symbol);
    W.quad(static_cast<uint64_t>(F.Addend));
  }
  W.label("handlers");
  for (const Handler &H : Handlers) {
    W.relative(H.Name);
    W.word(H.IsBefore);
  }
  return W.str();
}

std::string TestImage::source() const {
  std::string Text = Prelude + Code;
  if (!Host) {
    Text += "uint32_t module_state KEEP;\n";
    Text += EntryPoints;
    Text += "KEEP void Init(void) { " + InitCode + " }\n";
  }
  if (!Imports.empty()) {
    Text += "const char *const import_names[] KEEP = {";
    for (const std::string &Name : Imports)
      Text += "\"" + Name + "\", ";
    Text += "\"\"};\n";
  }
  std::istringstream Lines(tables());
  Text += "__asm__(\n";
  for (std::string Line; std::getline(Lines, Line);) {
    std::string Escaped;
    for (char C : Line)
      Escaped +=
          C == '"' || C == '\\' ? std::string("\\") + C : std::string(1, C);
    Text += "  \"" + Escaped + "\\n\"\n";
  }
  return Text + "  \".text\\n\");\n";
}

void TestImage::write(const std::string &Path) const {
  std::string Source = Path + ".c";
  std::ofstream(Source) << source();
  std::string Command = std::string(HCR_TEST_CC) +
                        " -w -O1 -fPIC -shared -fcf-protection=none " +
                        Arguments_ + " -o '" + Path + "' '" + Source + "'";
  ASSERT_EQ(system(Command.c_str()), 0) << Command;
}
