# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# lit's view of test/: which files are tests and what their RUN lines can say.
# Run as `lit.py -v build/release/test/<suite>`; ctest does the same file by
# file. Substitutions have braces: an unbraced %hcr-cc would eat the front of
# %hcr-cc++.

import os

import lit.formats

config.name = "HCR"
config.test_format = lit.formats.ShTest(execute_external=True)
config.suffixes = config.hcr_suffixes
config.excludes = ["Inputs", "runtime", "programs", "benchmarks", "demo"]
config.test_source_root = os.path.join(config.hcr_source, "test")
config.test_exec_root = os.path.join(config.hcr_build, "test")

bindir = os.path.join(config.hcr_build, "bin")
libdir = os.path.join(config.hcr_build, "lib")
plugin = os.path.join(libdir, "libHcrPass.so")
clang_plugin = os.path.join(libdir, "libHcrClang.so")


def llvm(tool):
    return os.path.join(config.hcr_llvm_bin, tool)


tools = {
    "hcr": os.path.join(bindir, "hcr"),
    "hcr-cc": os.path.join(bindir, "hcr-cc"),
    "hcr-cxx": os.path.join(bindir, "hcr-c++"),
    "clang": llvm("clang"),
    "clangxx": llvm("clang++"),
    "opt": llvm("opt"),
    "llc": llvm("llc"),
    "llvm-link": llvm("llvm-link"),
    "nm": llvm("llvm-nm"),
    "objdump": llvm("llvm-objdump"),
    "dwarfdump": llvm("llvm-dwarfdump"),
    "readelf": llvm("llvm-readelf"),
    "FileCheck": config.hcr_filecheck,
    "split-file": llvm("split-file"),
    "not": llvm("not"),
    "python": config.hcr_python,
    "pass": plugin,
    "plugin": clang_plugin,
    "pass-flags": f"-fplugin={plugin} -fpass-plugin={plugin}",
    "bindir": bindir,
    "libdir": libdir,
    "source": config.hcr_source,
    "construct": config.hcr_python + " " + os.path.join(
        config.hcr_source, "test", "constructs", "Inputs", "construct.py"),
}
config.substitutions += [("%{" + name + "}", text)
                         for name, text in tools.items()]

# The helper library of the end-to-end tests, and what it needs to know.
config.environment.update({
    "PYTHONPATH": os.pathsep.join(
        os.path.join(config.test_source_root, directory)
        for directory in ("e2e", os.path.join("nim", "Inputs"))),
    "PYTHONDONTWRITEBYTECODE": "1",
    "HCRTEST_BUILD": config.hcr_build,
    "HCRTEST_SOURCE": config.hcr_source,
    "HCRTEST_LLVM_BIN": config.hcr_llvm_bin,
    "LC_ALL": "C.UTF-8",
})
# Programs under test see none of the caller's own settings.
for name in ("HCR_LOG", "HCR_CONTROL", "HCR_DIR"):
    config.environment.pop(name, None)
