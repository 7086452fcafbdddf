// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The commands of hcr; each returns an exit code: 0 done, 1 could not, 2 wrong
// usage (run and stress: the program's; nim: Nim's).
#ifndef HCR_UTILS_COMMANDS_H
#define HCR_UTILS_COMMANDS_H

#include "Builder.h"
#include "CommandLine.h"
#include "Generators.h"

namespace hcr {

int buildCommand(const CommandLine &Line, Report &Out);
int runCommand(const CommandLine &Line, Report &Out);
int reloadCommand(const CommandLine &Line, Report &Out);
int statusCommand(const CommandLine &Line, Report &Out);
int stressCommand(const CommandLine &Line, Report &Out);
int linkCommand(const CommandLine &Line, Report &Out);
int nimCommand(const CommandLine &Line, Report &Out);

// Shared by the commands that build.
BuildOptions buildOptions(const CommandLine &Line);
DiscoveryOptions discoveryOptions(const CommandLine &Line);
llvm::json::Object toJson(const BuildResult &Result);
BuildResult failedBuild(const Generators::Outcome &Written);
// What there is to say of a program before anything is done with it.
void startSpeaking(const Modules &Found, Report &Out);
void reportGone(const BuildResult &Result, const Report &Out);
std::string joined(const std::vector<std::string> &Names);
// "build 85 (compile 79, link 6)"
std::string buildTimes(const BuildResult &Result);
// The executable of PROGRAM as execv takes it: "prog" means "./prog".
std::string executablePath(const std::string &Given);

} // namespace hcr
#endif
