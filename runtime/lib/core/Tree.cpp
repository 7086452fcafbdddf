// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A program made wholly of module images, nimhcr's own shape.
#include "Tree.h"

#include "Reload.h"

#include <unordered_map>

namespace hcr {

namespace {
struct Node {
  std::vector<std::string> Imports;
  bool Seen = false;
};
using Tree = std::unordered_map<std::string, Node>;
} // namespace

/// `<module>: <module> <module>…`; the first line is the main module's.
static Tree parse(std::string_view Text, std::string &Main) {
  Tree T;
  while (!Text.empty()) {
    size_t End = Text.find('\n');
    std::string_view Line = Text.substr(0, End);
    Text.remove_prefix(End == std::string_view::npos ? Text.size() : End + 1);
    size_t Colon = Line.find(": ");
    if (Colon == std::string_view::npos && Line.ends_with(':'))
      Colon = Line.size() - 1;
    if (Colon == std::string_view::npos)
      continue;
    std::string Name(Line.substr(0, Colon));
    if (Main.empty())
      Main = Name;
    Node &N = T[Name];
    Line.remove_prefix(Colon + 1);
    while (!Line.empty()) {
      size_t Space = Line.find(' ');
      std::string_view Import = Line.substr(0, Space);
      Line.remove_prefix(Space == std::string_view::npos ? Line.size()
                                                         : Space + 1);
      if (!Import.empty())
        N.Imports.emplace_back(Import);
    }
  }
  return T;
}

std::vector<std::string> readTree(const std::string &Directory,
                                  std::string &Main, unsigned User) {
  std::string Text;
  sys::FileId Id;
  sys::Distrust Bad;
  Main.clear();
  if (sys::readTrustedBehind(Directory, "imports", User, 0, Text, Id, Bad))
    return {};
  return orderOfTree(Text, Main);
}

std::vector<std::string> orderOfTree(std::string_view Text, std::string &Main) {
  std::vector<std::string> Order;
  Tree T = parse(Text, Main);
  struct Step {
    std::string Name;
    size_t At = 0;
  };
  std::vector<Step> Path;
  auto Enter = [&](const std::string &Name) {
    Node &N = T[Name];
    if (!N.Seen)
      Path.push_back({Name});
    N.Seen = true;
  };
  Enter(Main);
  while (!Path.empty()) {
    Step &Top = Path.back();
    const std::vector<std::string> &Imports = T[Top.Name].Imports;
    if (Top.At < Imports.size()) {
      std::string Next = Imports[Top.At++];
      Enter(Next);
      continue;
    }
    if (Top.Name != Main)
      Order.push_back(Top.Name);
    Path.pop_back();
  }
  return Order;
}

bool startTree(Runtime &R, const HcrModuleTable *Begin,
               const HcrModuleTable *End) {
  // Not in an image that the runtime loads, nor in a plugin of the program.
  if (R.Reloading.isTaken() || R.RangeCount ||
      !sys::identify(R.Settings.Directory + "/imports"))
    return false;
  std::string Main;
  std::vector<std::string> Names =
      readTree(R.Settings.Directory, Main, R.Settings.User);
  bool HoldsMain = false;
  for (const HcrModuleTable *T = Begin; T != End; ++T)
    if (T->Magic == HCR_ABI_MAGIC && (T->Flags & HCR_MODULE_BINDING) &&
        nameOf(T->Name) == Main)
      HoldsMain = true;
  if (!HoldsMain || Names.empty())
    return false;
  Report Out = addModules(R, Names, {Begin, static_cast<size_t>(End - Begin)});
  R.IsTree = Out.Result != Outcome::Refused;
  return R.IsTree;
}

} // namespace hcr
