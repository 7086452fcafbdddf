// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ClangArguments.h"
#include "clang/Driver/Options.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Option/Arg.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;
using namespace llvm::opt;
namespace options = clang::driver::options;

namespace hcr {

static InputArgList parse(ArrayRef<const char *> Words) {
  unsigned MissingIndex = 0, MissingCount = 0;
  // What is missing or unknown, clang will say; here it only is not looked at.
  return clang::driver::getDriverOptTable().ParseArgs(
      Words, MissingIndex, MissingCount, Visibility(options::ClangOption));
}

static InputKind kindOfLanguage(StringRef Language) {
  return StringSwitch<InputKind>(Language)
      .Cases("c", "c++", "cpp-output", "c++-cpp-output", "ir", "c++-module",
             InputKind::Source)
      .Cases("c-header", "c++-header", "c++-user-header", "c++-system-header",
             "c++-header-unit-header", "objective-c-header",
             "objective-c++-header", InputKind::Header)
      .Default(InputKind::Foreign);
}

static InputKind kindOfFile(StringRef Path) {
  StringRef Extension = sys::path::extension(Path);
  if (Path == "-" || Extension.empty())
    return InputKind::Linker;
  return StringSwitch<InputKind>(Extension.drop_front())
      .Cases("c", "i", "ii", "bc", "ll", InputKind::Source)
      .Cases("C", "cc", "cp", "cpp", "cxx", "c++", "CC", "CPP", "CXX", "C++",
             InputKind::Source)
      .Cases("cppm", "ccm", "cxxm", "c++m", "ixx", "iim", InputKind::Source)
      .Cases("s", "S", "asm", "m", "mm", "M", "mi", "mii", InputKind::Foreign)
      .Cases("h", "H", "hh", "hp", "hpp", "hxx", "h++", "tcc",
             InputKind::Header)
      .Cases("cu", "cui", "hip", "cl", "f", "F", "f90", "F90", "ast", "pcm",
             InputKind::Foreign)
      .Default(InputKind::Linker);
}

// Clang's Driver::BuildInputs, as far as it concerns files.
static std::vector<Input> findInputs(const InputArgList &List) {
  std::vector<Input> Inputs;
  std::string Language;
  auto Add = [&](StringRef Path, unsigned Index) {
    InputKind Kind =
        Language.empty() ? kindOfFile(Path) : kindOfLanguage(Language);
    Inputs.push_back({Path.str(), Language, Kind, Index});
  };
  for (const Arg *A : List) {
    if (A->getOption().matches(options::OPT_x))
      Language = StringRef(A->getValue()) == "none" ? "" : A->getValue();
    else if (A->getOption().getKind() == Option::InputClass)
      Add(A->getValue(), A->getIndex());
    else if (A->getOption().matches(options::OPT__DASH_DASH))
      for (unsigned I = 0; I != A->getNumValues(); ++I)
        Add(A->getValue(I), A->getIndex() + 1 + I);
    else if (A->getOption().hasFlag(options::LinkerInput))
      Inputs.push_back(
          {A->getAsString(List), "", InputKind::Linker, A->getIndex()});
  }
  return Inputs;
}

// Clang's Driver::getFinalPhase.
static FinalPhase findPhase(const InputArgList &List, ArrayRef<Input> Inputs) {
  if (Inputs.empty())
    return FinalPhase::Nothing;
  if (List.hasArg(options::OPT_E, options::OPT_M, options::OPT_MM))
    return FinalPhase::Preprocess;
  if (List.hasArg(options::OPT__precompile, options::OPT_fsyntax_only,
                  options::OPT__analyze, options::OPT_emit_ast,
                  options::OPT_verify_pch, options::OPT_module_file_info) ||
      List.hasArg(options::OPT_print_supported_cpus, options::OPT_rewrite_objc,
                  options::OPT_emit_interface_stubs) ||
      List.hasArg(options::OPT_fmodule_header, options::OPT_fmodule_header_EQ))
    return FinalPhase::Check;
  if (List.hasArg(options::OPT_S, options::OPT_c))
    return FinalPhase::Code;
  if (all_of(Inputs,
             [](const Input &I) { return I.Kind == InputKind::Header; }))
    return FinalPhase::Check;
  return FinalPhase::Link;
}

ClangArguments::ClangArguments(ArrayRef<const char *> Words)
    : List(parse(Words)), Inputs(findInputs(List)),
      Phase(findPhase(List, Inputs)) {}

unsigned ClangArguments::sourceCount() const {
  unsigned Count = 0;
  for (const Input &I : Inputs)
    Count += I.Kind == InputKind::Source;
  return Count;
}

static bool isForThisMachine(const InputArgList &List) {
  Triple Host(sys::getProcessTriple());
  Triple Target = Host;
  if (const Arg *A = List.getLastArg(options::OPT_target))
    Target = Triple(Triple::normalize(A->getValue()));
  if (const Arg *A = List.getLastArg(options::OPT_m32, options::OPT_m64,
                                     options::OPT_mx32, options::OPT_m16))
    Target = A->getOption().matches(options::OPT_m64)
                 ? Target.get64BitArchVariant()
                 : Target.get32BitArchVariant();
  return Target.getArch() == Host.getArch() &&
         (Target.getOS() == Host.getOS() ||
          Target.getOS() == Triple::UnknownOS);
}

bool ClangArguments::linksRuntime() const {
  if (Phase != FinalPhase::Link || !isForThisMachine(List))
    return false;
  if (List.hasArg(options::OPT_r, options::OPT_static, options::OPT_static_pie))
    return false;
  if (List.hasArg(options::OPT_shared))
    return true; // libtool links C++ libraries with -nostdlib and names libc
  if (!List.hasArg(options::OPT_nostdlib, options::OPT_nodefaultlibs,
                   options::OPT_nolibc))
    return true;
  for (const Arg *A : List.filtered(options::OPT_l))
    if (StringRef(A->getValue()) == "c")
      return true;
  return false;
}

// `-Xclang OPTION -Xclang VALUE`, as pairs of neighbours.
static std::vector<std::pair<const Arg *, const Arg *>>
xclangPairs(const InputArgList &List) {
  std::vector<std::pair<const Arg *, const Arg *>> Pairs;
  const Arg *Before = nullptr;
  for (const Arg *A : List.filtered(options::OPT_Xclang)) {
    if (Before)
      Pairs.emplace_back(Before, A);
    Before = A;
  }
  return Pairs;
}

// The pass's options, given as `-mllvm X` or `-Xclang -mllvm -Xclang X`.
static std::vector<StringRef> passWords(const InputArgList &List) {
  std::vector<StringRef> Words;
  for (const Arg *A : List.filtered(options::OPT_mllvm))
    Words.push_back(A->getValue());
  for (auto [Option, Value] : xclangPairs(List))
    if (StringRef(Option->getValue()) == "-mllvm")
      Words.push_back(Value->getValue());
  erase_if(Words, [](StringRef Word) { return !Word.starts_with("-hcr-"); });
  return Words;
}

std::vector<std::string> ClangArguments::passOptions() const {
  std::vector<std::string> Names;
  for (StringRef Word : passWords(List))
    Names.push_back(Word.split('=').first.str());
  return Names;
}

std::string ClangArguments::passOption(StringRef Name) const {
  std::string Value;
  for (StringRef Word : passWords(List))
    if (Word.split('=').first == Name)
      Value = Word.split('=').second.str();
  return Value;
}

static bool isOwnPlugin(const Arg &A) {
  return sys::path::filename(A.getValue()).starts_with("libHcr");
}

// Our options among the -Xclang words.
static SmallPtrSet<const Arg *, 8> ownXclang(const InputArgList &List) {
  SmallPtrSet<const Arg *, 8> Own;
  for (auto [Option, Value] : xclangPairs(List)) {
    StringRef Name = Option->getValue();
    if ((Name == "-mllvm" &&
         StringRef(Value->getValue()).starts_with("-hcr-")) ||
        (Name == "-load" && isOwnPlugin(*Value)))
      Own.insert(Option), Own.insert(Value);
  }
  return Own;
}

// Names an output, asks for a report, or is a word for the linker.
static bool isOutsideRecord(const Arg &A) {
  const Option &O = A.getOption();
  if (O.getKind() == Option::InputClass || O.hasFlag(options::LinkerInput) ||
      O.hasFlag(options::LinkOption) || O.matches(options::OPT_Link_Group))
    return true;
  switch (O.getID()) {
  case options::OPT_x:
  case options::OPT__DASH_DASH:
  case options::OPT_o:
  case options::OPT_c:
  case options::OPT_S:
  case options::OPT_emit_llvm:
  case options::OPT_MD:
  case options::OPT_MMD:
  case options::OPT_MF:
  case options::OPT_MT:
  case options::OPT_MQ:
  case options::OPT_MP:
  case options::OPT_MG:
  case options::OPT_MV:
  case options::OPT_MJ:
  case options::OPT_save_temps:
  case options::OPT_save_temps_EQ:
  case options::OPT_save_stats:
  case options::OPT_save_stats_EQ:
  case options::OPT_dumpdir:
  case options::OPT__serialize_diags:
  case options::OPT_ftime_report:
  case options::OPT_ftime_trace:
  case options::OPT_ftime_trace_EQ:
  case options::OPT_v:
  case options::OPT__HASH_HASH_HASH:
  case options::OPT_L:
  case options::OPT_shared:
  case options::OPT_static:
  case options::OPT_rdynamic:
  case options::OPT_r:
    return true;
  case options::OPT_fplugin_EQ:
  case options::OPT_fpass_plugin_EQ:
    return isOwnPlugin(A);
  case options::OPT_mllvm:
    return StringRef(A.getValue()).starts_with("-hcr-");
  case options::OPT_Wp_COMMA:
    return StringRef(A.getValue()) == "-MD" ||
           StringRef(A.getValue()) == "-MMD";
  default:
    return false;
  }
}

std::vector<std::string> ClangArguments::recordArguments(const Input &Source,
                                                         bool CPlusPlus) const {
  ArgStringList Kept;
  SmallPtrSet<const Arg *, 8> Own = ownXclang(List);
  for (const Arg *A : List)
    if (!isOutsideRecord(*A) && !Own.contains(A))
      A->render(List, Kept);
  std::vector<std::string> Result;
  if (CPlusPlus)
    Result.push_back("--driver-mode=g++");
  Result.insert(Result.end(), Kept.begin(), Kept.end());
  if (!Source.Language.empty()) {
    Result.push_back("-x");
    Result.push_back(Source.Language);
  }
  return Result;
}

static bool isUnfitForImage(const Arg &A) {
  const Option &O = A.getOption();
  switch (O.getID()) {
  case options::OPT_fPIC: // all of these give way to one -fPIC
  case options::OPT_fpic:
  case options::OPT_fPIE:
  case options::OPT_fpie:
  case options::OPT_fno_PIC:
  case options::OPT_fno_pic:
  case options::OPT_fno_PIE:
  case options::OPT_fno_pie:
  case options::OPT_ftlsmodel_EQ:
  case options::OPT_fdirect_access_external_data:
  case options::OPT_fcoverage_mapping:
  case options::OPT_coverage:
  case options::OPT_ftest_coverage:
  case options::OPT_gsplit_dwarf:
  case options::OPT_gsplit_dwarf_EQ:
  case options::OPT_fwhole_program_vtables:
  case options::OPT_fsplit_lto_unit:
  case options::OPT_funified_lto:
  case options::OPT_fmodule_output: // the build system's
  case options::OPT_fmodule_output_EQ:
  case options::OPT_fembed_bitcode:
  case options::OPT_fembed_bitcode_EQ:
  case options::OPT_fcolor_diagnostics: // decided by where our errors go
  case options::OPT_fno_color_diagnostics:
  case options::OPT_fdiagnostics_color_EQ:
    return true;
  default:
    break;
  }
  StringRef Name = O.getName();
  return Name.starts_with("fprofile") || Name.starts_with("flto") ||
         Name.starts_with("fcs-profile") || Name.starts_with("fmemory-profile");
}

// A precompiled header was made for a program (-fPIE) and cannot be used for
// an image (-fPIC); the header itself can. `-Xclang -include` does not look
// for a precompiled one beside it.
static void addHeader(StringRef Header, std::vector<std::string> &To) {
  To.insert(To.end(), {"-Xclang", "-include", "-Xclang", Header.str()});
}

// CMake gives both: -Xclang -include-pch ... and -Xclang -include ...
static SmallPtrSet<const Arg *, 8> precompiledXclang(const InputArgList &List) {
  SmallPtrSet<const Arg *, 8> Words;
  for (auto [Option, Value] : xclangPairs(List))
    if (StringRef(Option->getValue()) == "-include-pch")
      Words.insert(Option), Words.insert(Value);
  return Words;
}

std::vector<std::string>
imageArguments(ArrayRef<std::string> Recorded,
               function_ref<std::string(StringRef Precompiled)> HeaderOf) {
  std::vector<const char *> Words;
  for (const std::string &Word : Recorded)
    Words.push_back(Word.c_str());
  InputArgList List = parse(Words);
  SmallPtrSet<const Arg *, 8> Precompiled = precompiledXclang(List);
  std::vector<std::string> Result;
  for (const Arg *A : List) {
    if (isUnfitForImage(*A) || Precompiled.contains(A))
      continue;
    if (A->getOption().matches(options::OPT_include_pch)) {
      if (std::string Header = HeaderOf(A->getValue()); !Header.empty())
        addHeader(Header, Result);
    } else if (A->getOption().matches(options::OPT_include)) {
      addHeader(A->getValue(), Result);
    } else {
      ArgStringList Kept;
      A->render(List, Kept);
      Result.insert(Result.end(), Kept.begin(), Kept.end());
    }
  }
  return Result;
}

} // namespace hcr
