// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CommandLine.h"
#include "Report.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"

using namespace llvm;
using namespace llvm::opt;

namespace hcr {

namespace {
enum ID {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "Options.inc"
#undef OPTION
};

#define PREFIX(NAME, VALUE)                                                    \
  constexpr StringLiteral NAME##_init[] = VALUE;                               \
  constexpr ArrayRef<StringLiteral> NAME(NAME##_init,                          \
                                         std::size(NAME##_init) - 1);
#include "Options.inc"
#undef PREFIX

constexpr OptTable::Info Infos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "Options.inc"
#undef OPTION
};

class Table : public GenericOptTable {
public:
  Table() : GenericOptTable(Infos) {}
};

// Fills in a CommandLine, word by word.
class Parser {
public:
  Parser(ArrayRef<const char *> Words, CommandBit Command)
      : Words(Words), List(Words.begin(), Words.end()), Command(Command) {}
  Expected<CommandLine> parse();

private:
  Error take(const Arg &A);
  Error number(const Arg &A, std::optional<unsigned> &Into);
  // `hcr run PROGRAM --help` asks PROGRAM, not hcr.
  bool programTakesRest() const { return Command & (Run | Stress); }

  ArrayRef<const char *> Words;
  InputArgList List;
  CommandBit Command;
  CommandLine Line;
};
} // namespace

Error Parser::number(const Arg &A, std::optional<unsigned> &Into) {
  unsigned Value;
  if (StringRef(A.getValue()).getAsInteger(10, Value))
    return failure("'" + Twine(A.getValue()) + "' is not a number for " +
                   A.getSpelling());
  Into = Value;
  return Error::success();
}

Error Parser::take(const Arg &A) {
  std::optional<unsigned> Jobs;
  switch (A.getOption().getID()) {
  case OPT_INPUT:
    Line.Operands.push_back(A.getValue());
    return Error::success();
  case OPT_help:
    Line.Help = true;
    return Error::success();
  case OPT_version:
    Line.Version = true;
    return Error::success();
  case OPT_json:
    Line.Json = true;
    return Error::success();
  case OPT_quiet:
    Line.Quiet = true;
    return Error::success();
  case OPT_verbose:
    Line.Verbose = true;
    return Error::success();
  case OPT_reuse:
    Line.Reuse = true;
    return Error::success();
  case OPT_no_rollback:
    Line.NoRollback = true;
    return Error::success();
  case OPT_force:
    Line.Force = true;
    return Error::success();
  case OPT_dir:
    Line.Directory = A.getValue();
    return Error::success();
  case OPT_compile_commands:
    Line.CompileCommands = A.getValue();
    return Error::success();
  case OPT_image:
    Line.Images.push_back(A.getValue());
    return Error::success();
  case OPT_reinit:
    Line.Reinit.push_back(A.getValue());
    return Error::success();
  case OPT_linker:
    Line.Linker = A.getValue();
    return Error::success();
  case OPT_output:
    Line.Output = A.getValue();
    return Error::success();
  case OPT_jobs:
    if (Error E = number(A, Jobs))
      return E;
    if (*Jobs == 0)
      return failure("-j needs a number of 1 or more");
    Line.Jobs = *Jobs;
    return Error::success();
  case OPT_poll:
    return number(A, Line.Poll);
  case OPT_types:
    Line.Types = A.getValue();
    if (Line.Types != "refuse" && Line.Types != "warn")
      return failure("--types is refuse or warn");
    return Error::success();
  case OPT_pid:
    return number(A, Line.Pid);
  case OPT_interval:
    return number(A, Line.Interval);
  case OPT_reloads:
    return number(A, Line.Reloads);
  case OPT_seed:
    return number(A, Line.Seed);
  case OPT_time_limit:
    return number(A, Line.TimeLimit);
  case OPT_expect:
    Line.Expect = A.getValue();
    return Error::success();
  default:
    return failure("unknown option '" + Twine(A.getAsString(List)) + "'");
  }
}

Expected<CommandLine> Parser::parse() {
  Table Options;
  StringRef First = Words.empty() ? "" : Words.front();
  if (Command == Nim && First != "--help" && First != "-h") {
    Line.Rest.assign(Words.begin(), Words.end());
    return std::move(Line);
  }
  for (unsigned Index = 0; Index < Words.size();) {
    if (StringRef(Words[Index]) == "--") {
      Line.Rest.assign(Words.begin() + Index + 1, Words.end());
      break;
    }
    std::unique_ptr<Arg> A =
        Options.ParseOneArg(List, Index, Visibility(Command));
    if (!A)
      return failure("'" + Twine(List.getArgString(Words.size() - 1)) +
                     "' needs a value");
    if (Error E = take(*A))
      return std::move(E);
    if (programTakesRest() && !Line.Operands.empty()) {
      Line.Rest.assign(Words.begin() + Index, Words.end());
      break;
    }
  }
  if (programTakesRest() && Line.Operands.empty() && !Line.Rest.empty()) {
    Line.Operands.push_back(Line.Rest.front());
    Line.Rest.erase(Line.Rest.begin());
  }
  return std::move(Line);
}

Expected<CommandLine> CommandLine::parse(ArrayRef<const char *> Words,
                                         CommandBit Command) {
  return Parser(Words, Command).parse();
}

void printOptions(raw_ostream &Out, const char *Usage, const char *Title,
                  CommandBit Command) {
  Table().printHelp(Out, Usage, Title, /*ShowHidden=*/false,
                    /*ShowAllAliases=*/false, Visibility(Command));
}

} // namespace hcr
