// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A runtime of its own in a directory of its own for each test.
#ifndef HCR_TEST_RUNTIME_RUNTIMETEST_H
#define HCR_TEST_RUNTIME_RUNTIMETEST_H

#include "TestImage.h"

#include "capi/Exports.h"
#include "core/Hash.h"
#include "core/Reload.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>

/// A directory that goes with the test.
class TemporaryDirectory {
public:
  TemporaryDirectory() {
    char Name[] = "/tmp/hcr-runtime-XXXXXX";
    Path = mkdtemp(Name);
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(Path); }
  std::string Path;
};

inline std::string readAll(const std::string &Path) {
  std::ifstream File(Path, std::ios::binary);
  std::ostringstream Text;
  Text << File.rdbuf();
  return Text.str();
}

class RuntimeTest : public testing::Test {
public:
  RuntimeTest() { begin({}); }
  ~RuntimeTest() override {
    R.reset();
    hcr::useRuntime(nullptr);
    for (void *Handle : Hosts)
      dlclose(Handle);
  }

  void begin(hcr::Config C) {
    C.Directory = images();
    std::filesystem::create_directories(C.Directory);
    R = std::make_unique<hcr::Runtime>(std::move(C));
    R->GetRuntimeProc = hcr::getRuntimeProc;
    hcr::useRuntime(R.get());
  }

  std::string images() const { return Directory.Path + "/program.hcr"; }
  std::string pathOf(const std::string &Module) const {
    return images() + "/" + Module + ".so";
  }

  /// The program: modules that the linker bound. Opened like a library that a
  /// program is linked with; stays as long as the test.
  void *host(const TestImage &I) {
    std::string Path =
        Directory.Path + "/host" + std::to_string(Hosts.size()) + ".so";
    I.write(Path);
    void *Handle = dlopen(Path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    EXPECT_NE(Handle, nullptr) << dlerror();
    Hosts.push_back(Handle);
    return Handle;
  }

  /// Puts an image in place as a builder does: aside, renamed, announced.
  void build(const std::string &Module, const TestImage &I) {
    std::string Path = pathOf(Module);
    std::filesystem::create_directories(
        std::filesystem::path(Path).parent_path());
    I.write(Directory.Path + "/new.so");
    std::filesystem::rename(Directory.Path + "/new.so", Path);
    announce(Module);
  }
  void announce(const std::string &Module) {
    std::string Bytes = readAll(pathOf(Module));
    char Line[64];
    snprintf(Line, sizeof(Line), "image %zu %016llx ", Bytes.size(),
             static_cast<unsigned long long>(
                 hcr::hashBytes(Bytes.data(), Bytes.size())));
    journal(Line + Module + "\n");
  }
  void journal(const std::string &Text) {
    std::ofstream(images() + "/journal", std::ios::app) << Text;
  }

  hcr::Report reload(bool Force = false) { return hcr::reload(*R, Force); }
  /// A reload that must succeed.
  hcr::Report reloaded() {
    hcr::Report Out = reload();
    EXPECT_EQ(Out.Result, hcr::Outcome::Reloaded) << Out.Message;
    return Out;
  }
  /// A reload that must be refused with a message that has this in it.
  hcr::Report refused(const std::string &Part) {
    hcr::Report Out = reload();
    EXPECT_EQ(Out.Result, hcr::Outcome::Refused);
    EXPECT_NE(Out.Message.find(Part), std::string::npos) << Out.Message;
    return Out;
  }

  /// Calls a function through its stable entry, as any pointer to it does.
  template <class Result = int, class... Arguments>
  Result call(const std::string &Module, const std::string &Name,
              Arguments... Values) {
    void *Entry = hcrGetProc(Module.c_str(), Name.c_str());
    return reinterpret_cast<Result (*)(Arguments...)>(Entry)(Values...);
  }

  TemporaryDirectory Directory;
  std::unique_ptr<hcr::Runtime> R;
  std::vector<void *> Hosts;
};

#endif
