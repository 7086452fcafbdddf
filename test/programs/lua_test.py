#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lua, a C interpreter of 33 files.

    lua_test.py same LEVEL   its test suites say the same with and without HCR
    lua_test.py live LEVEL   a script loops while the interpreter under it is edited

Lua 5.4's own suite is in no Debian package; the one for 5.1 is (the Go package gopher-lua carries it), so that one runs
on Lua 5.1 built the same way. Lua 5.4 runs the suite of LPeg, a library of five C files that it loads at run time, and
the example scripts that came with Lua 5.1, of which some stop with an error in 5.4: the same error.
"""

import os
import pathlib
import re
import shutil
import subprocess

import case
from live import Edits, Hcr, check

# big.lua wants a string of 4 GiB (and all.lua runs it), and fails on 64-bit machines.
LEFT_OUT = {"all.lua", "big.lua"}


def normal(text, tree):
    """Output without what differs from run to run of one binary."""
    text = text.replace(str(tree), "TREE")
    text = re.sub(r"0x[0-9a-f]+", "ADDRESS", text)
    text = re.sub(r"/tmp/lua_\w+", "TEMPORARY", text)
    text = re.sub(r"test done on .*", "test done", text)
    text = re.sub(r"(elements in )[\d.]+( sec)", r"\1N\2", text)
    text = re.sub(r"^(plain|cached)\t(\d+\t\d+)\t\S+", r"\1\t\2\tN", text, flags=re.M)
    return re.sub(r"on \w\w\w \w\w\w +\d+ [\d:]+ \d{4}", "on DATE", text)


def run_script(interpreter, script, directory, tree, **environment):
    done = subprocess.run(
        [interpreter, script], cwd=directory, env=dict(os.environ, **environment), text=True, errors="surrogateescape",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
    )
    return done.returncode, normal(done.stdout, tree)


def results(options, kind):
    """{name: (exit code, output)} of all scripts, run by the interpreters with HCR or without."""
    old, new = options.variant("lua5.1", kind), options.variant("lua5.4", kind)
    outcome = {}
    # Two tests may run at once, and the suite writes files where it is.
    suite = options.scratch / f"suite-{kind}"
    shutil.rmtree(suite, ignore_errors=True)
    shutil.copytree(options.sources / "golang-github-yuin-gopher-lua/_lua5.1-tests", suite)
    (suite / "libs/P1").mkdir(parents=True, exist_ok=True)
    for script in sorted(suite.glob("*.lua")):
        if script.name not in LEFT_OUT:
            outcome["suite " + script.name] = run_script(
                old / "src/lua", script.name, suite, old, LUA_INIT="package.path='?;./?.lua;'..package.path"
            )
    examples = options.sources / "lua5.1/test"
    for script in sorted(examples.glob("*.lua")):
        outcome["5.1 " + script.name] = run_script(old / "src/lua", script.name, examples, old)
        outcome["5.4 " + script.name] = run_script(new / "src/lua", script.name, examples, new)
    outcome["lpeg"] = run_script(
        new / "src/lua", "test.lua", new / "lpeg", new, LUA_PATH="./?.lua;;", LUA_CPATH="./?.so"
    )
    return outcome


def same(options):
    plain = results(options, "plain")
    hcr = results(options, "hcr")
    passed = [name for name, (code, _) in plain.items() if code == 0]
    check(len([n for n in passed if n.startswith("suite")]) >= 19 and "lpeg" in passed, f"plain Lua only passes {passed}")
    for name, expected in plain.items():
        check(hcr[name] == expected, f"{name}: without HCR {expected}\nwith HCR {hcr[name]}")
    print(f"{len(plain)} scripts say the same, {len(passed)} of them that all is well")


def live(options):
    tree = options.variant("lua5.4", "hcr")
    hcr = Hcr(options.hcr, tree / "src/lua")
    script = pathlib.Path(__file__).with_name("lua") / "live.lua"
    with Edits(tree, options.sources / "lua5.4", "src/lstrlib.c", "src/lvm.c") as edits, hcr.run(script) as program:
        program.expect("^upper HOT CODE ")
        program.expect("^number -1 ")
        # A static function that the program only knows through pointers it stored long ago; the image also brings a
        # new static variable.
        edits.replace(
            "src/lstrlib.c",
            "    p[i] = toupper(uchar(s[i]));\n",
            "    p[i] = s[i] == 'o' ? '0' : toupper(uchar(s[i]));\n",
        )
        program.expect("^upper H0T C0DE ")
        # The interpreter loop, one function of 700 lines with a table of labels, with frames of it on the stack.
        edits.replace(
            "src/lvm.c",
            "setivalue(s2v(ra), intop(^, ~l_castS2U(0), ib));",
            "static lua_Integer one = 1; setivalue(s2v(ra), intop(^, ~l_castS2U(0), ib) - one);",
        )
        program.expect("^number -2 ")
        edits.restore("src/lstrlib.c")
        program.expect("^upper HOT CODE ")
        program.expect("^kept everything$")
        code = program.finish()
        check(code == 7, f"exit code {code}, not 7\n{program.transcript()}")


if __name__ == "__main__":
    case.main(__doc__, same=same, live=live)
