// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names that end in a running number, as compilers that emit C make them:
// `tick__b_81` is another number's, and another function's, after the next
// edit. What plugin, pass and builder agree on to tell who is who.
//
// The plugin describes each definition with such a name in one line, in the
// order of the source, numbers in hexadecimal:
//
//   KIND NAME TYPE CONTENT
//
//   KIND     f function, v variable; F, V: static ones; t: a variable that only
//            start-up code uses
//   TYPE     hash of the type, as it is written; of Nim's closures and
//   iterators
//            also of what those that exist were made with
//   CONTENT  hash of the tokens; of names in them the number does not count,
//            nor do line numbers
//
// `-fplugin-arg-hcr-names` asks for the lines; in sources that Nim generated
// they come by themselves. The object keeps them, behind NamesPrefix.
// `-fplugin-arg-hcr-names=FILE` with -fsyntax-only writes them to FILE.
//
// The builder compares those of the running version with those of the new
// source, and tells the pass by -hcr-names=FILE:
//
//   r NAME OTHER    the symbol NAME becomes OTHER, in the lines, too
//   n               nothing of this module was in the program when it started
//   v OTHER         a variable that the running version of such a module does
//                   not have
#ifndef HCR_PASS_NAMESFORMAT_H
#define HCR_PASS_NAMESFORMAT_H

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace hcr {

inline constexpr llvm::StringLiteral NamesPrefix = "hcrn1:";
inline constexpr char NamesSeparator = '\x1f';

/// Behind the names of symbols that did not exist when the program was linked:
/// `.v` and hexadecimal digits, so that no number of an older symbol is reused.
inline constexpr llvm::StringLiteral BornLaterMark = ".v";

inline bool isBornLater(llvm::StringRef Name) {
  auto [Front, Mark] = Name.rsplit(BornLaterMark);
  return !Front.empty() && !Mark.empty() &&
         llvm::all_of(Mark, [](char C) { return llvm::isHexDigit(C); });
}

/// Of Nim's variables `Dl_939524098_`, which hold addresses of functions of
/// libraries; CONTENT is the function's name.
inline constexpr llvm::StringLiteral LoadedProcPrefix = "Dl_";

/// The name without that mark.
inline llvm::StringRef withoutMark(llvm::StringRef Name) {
  return isBornLater(Name) ? Name.rsplit(BornLaterMark).first : Name;
}

/// `tick__b_` of `tick__b_81`, which is what two versions have in common;
/// empty: the name does not end in a number.
inline llvm::StringRef withoutNumber(llvm::StringRef Name) {
  if (Name.starts_with(LoadedProcPrefix))
    return LoadedProcPrefix;
  llvm::StringRef Front = Name.rtrim("0123456789");
  return Front.size() != Name.size() && Front.size() > 1 && Front.back() == '_'
             ? Front
             : llvm::StringRef();
}

/// Literals, tables and functions of which Nim makes new ones in each version.
inline bool isCountedByNim(llvm::StringRef Name) {
  return Name.starts_with("TM__") || Name.starts_with(LoadedProcPrefix);
}

inline bool isGeneratedByNim(llvm::StringRef SourceFile) {
  return SourceFile.ends_with(".nim.c");
}

/// And by its C++ backend, of which names are mangled and nobody keeps them.
inline bool isNimsCpp(llvm::StringRef SourceFile) {
  return SourceFile.ends_with(".nim.cpp");
}

/// Nim declares functions `noreturn` and defines them without: in its C that is
/// no part of what caller and callee must agree on.
inline bool definitionsSayNoReturn(llvm::StringRef SourceFile) {
  return !isGeneratedByNim(SourceFile);
}

/// Nim says in the first comments how the C compiler is called, or does not.
inline llvm::StringRef withoutFirstComments(llvm::StringRef Source) {
  for (Source = Source.ltrim(); Source.starts_with("/*");
       Source = Source.ltrim()) {
    size_t End = Source.find("*/", 2);
    if (End == Source.npos)
      break;
    Source = Source.drop_front(End + 2);
  }
  return Source;
}

} // namespace hcr

#endif
