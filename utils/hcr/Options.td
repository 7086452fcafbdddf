// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of `hcr`. Each says with which commands it may stand.
include "llvm/Option/OptParser.td"

def Build : OptionVisibility;
def Run : OptionVisibility;
def Reload : OptionVisibility;
def Status : OptionVisibility;
def Stress : OptionVisibility;
def Link : OptionVisibility;
def Nim : OptionVisibility;

defvar Everywhere = [Build, Run, Reload, Status, Stress, Link];
defvar Building = [Build, Run, Reload, Stress, Link];
defvar Finding = [Build, Run, Reload, Stress];

class Switch<string Name, string Help, list<OptionVisibility> Where>
    : Flag<["--"], Name>, HelpText<Help>, Visibility<Where>;

multiclass Setting<string Name, string Value, string Help,
                   list<OptionVisibility> Where> {
  def NAME : Separate<["--"], Name>, Visibility<Where>, HelpText<Help>,
             MetaVarName<Value>;
  def NAME # _eq : Joined<["--"], Name # "=">, Alias<!cast<Option>(NAME)>,
                   Visibility<Where>;
}

def help : Switch<"help", "Print this text", !listconcat(Everywhere, [Nim])>;
def help_short : Flag<["-"], "h">, Alias<help>,
    Visibility<!listconcat(Everywhere, [Nim])>;
def version : Switch<"version", "Print the version", Everywhere>;
def json : Switch<"json", "Report in JSON, one object per line", Everywhere>;
def quiet : Switch<"quiet", "Report errors only", Everywhere>;

defm dir : Setting<"dir", "<dir>",
    "Directory of the images (default: PROGRAM.hcr beside the program)",
    [Build, Run, Reload, Status]>;
defm compile_commands : Setting<"compile-commands", "<dir>",
    "Directory of a compile_commands.json, for programs without compile "
    "records (default: searched from the program's directory upwards)", Finding>;
defm image : Setting<"image", "<library>",
    "Look for modules in this shared library, too (may be repeated)", Finding>;
defm linker : Setting<"linker", "<path>",
    "Linker for module images (default: mold, ld.lld or ld)", Building>;
def jobs : JoinedOrSeparate<["-"], "j">, MetaVarName<"<n>">,
    HelpText<"Number of compilers at once (default: number of processors)">,
    Visibility<Building>;
def verbose : Switch<"verbose", "Print the commands that are run", Building>;

defm poll : Setting<"poll", "<ms>",
    "Look at the files this often instead of waiting for the kernel's word "
    "(network file systems)", [Run]>;
def no_rollback : Switch<"no-rollback",
    "Let crashes of new code end the program instead of going back to the "
    "version before", [Run]>;
defm types : Setting<"types", "<refuse|warn>",
    "When an edit changes the layout of a type of which the program may have "
    "objects on the heap: refuse the reload (default), or warn and go on",
    [Run]>;
defm pid : Setting<"pid", "<pid>", "The process, instead of a program",
    [Reload, Status]>;
def force : Switch<"force", "Load images again that did not change", [Reload]>;
defm reinit : Setting<"reinit", "<variable>",
    "Give this variable the initial value that its source has now: a name as "
    "in C++, FILE:NAME for one of several statics, or a mangled name (may be "
    "repeated)", [Reload]>;
defm interval : Setting<"interval", "<ms>",
    "Wait between reloads (default: 5)", [Stress]>;
defm reloads : Setting<"reloads", "<n>",
    "Stop reloading after this many; the program runs on (default: as many as "
    "the kernel's limit of mappings allows)", [Stress]>;
defm seed : Setting<"seed", "<n>",
    "Each reload takes some of the modules, each at either level, drawn from "
    "this seed (default: all modules, the levels in turn)", [Stress]>;
defm expect : Setting<"expect", "<file>",
    "What the program must print: standard output is compared while it passes "
    "through (a pipe to the program)", [Stress]>;
def reuse : Switch<"reuse",
    "Take the images that the last hcr stress of this very program built",
    [Stress]>;
defm time_limit : Setting<"time-limit", "<s>",
    "Kill the program after this many seconds (default: none)", [Stress]>;
def output : JoinedOrSeparate<["-"], "o">, MetaVarName<"<program>">,
    HelpText<"Name of the program (default: a.out)">, Visibility<[Link]>;
