# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Is every diagnostic of a .def list expected by some test?

usage: coverage.py DIAGNOSTICS.DEF DIRECTORY
"""

import pathlib
import re
import sys

definitions, directory = map(pathlib.Path, sys.argv[1:])
entries = re.findall(r'^HCR_DIAGNOSTIC\((\w+), \w+, "(.*)"\)$',
                     definitions.read_text(), re.M)
assert len(entries) > 10, "the list was not understood"

expected = []
for test in directory.iterdir():
    if test.suffix in (".c", ".cpp", ".test"):
        text = test.read_text()
        expected += re.findall(r"expected-\w+(?:@[-+]\d+)? \{\{(.*?)\}\}", text)
        expected += re.findall(r"^[#/]+ SAYS: (.*)$", text, re.M)

missing = []
for identifier, text in entries:
    pattern = ".+".join(map(re.escape, re.split(r"%\d", text)))
    if not any(re.search(pattern, line) for line in expected):
        missing.append(identifier)
for identifier in missing:
    print(f"{identifier} has no test in {directory}")
sys.exit(bool(missing))
