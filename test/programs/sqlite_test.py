#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SQLite, a C database: 90 files in a static library, its shell, and the one-file form of the same.

    sqlite_test.py same LEVEL   speedtest1, with its own verification, says the same with and without HCR
    sqlite_test.py live LEVEL   functions change under the shell while it holds an in-memory database
"""

import hashlib
import re
import shutil
import subprocess

import case
from live import DEADLINE, Edits, Hcr, Live, check

# Data of every kind: rows, index, view, trigger, full text, a temporary table and a transaction that stays open.
SETUP = """
.headers on
CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT UNIQUE, weight REAL, data BLOB);
WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
  INSERT INTO item SELECT i, 'item ' || i, i * 0.5, zeroblob(i % 50) FROM n;
CREATE INDEX heavy ON item(weight DESC);
CREATE VIEW light AS SELECT * FROM item WHERE weight < 10;
CREATE TABLE log(text TEXT);
CREATE TRIGGER removed AFTER DELETE ON item BEGIN INSERT INTO log VALUES(old.name); END;
CREATE VIRTUAL TABLE words USING fts4(body);
INSERT INTO words SELECT name || ' of many' FROM item WHERE id <= 200;
CREATE TEMP TABLE scratch AS SELECT id * 2 AS twice FROM item LIMIT 10;
DELETE FROM item WHERE id % 1000 = 0;
BEGIN;
UPDATE item SET weight = -1 WHERE id = 42;
"""

CONTENT = """
SELECT count(*), sum(id), total(weight), sum(length(data)), max(name) FROM item;
SELECT group_concat(id) FROM light;
SELECT * FROM log;
SELECT rowid FROM words WHERE words MATCH 'many 17';
SELECT sum(twice) FROM scratch;
PRAGMA integrity_check;
"""

PROBE = "SELECT upper('abracadabra') AS answer, NOT 0 AS inverted;"
UNCHANGED = ["answer|inverted", "ABRACADABRA|1"]


class Shell:
    """The shell, asked a question at a time."""

    def __init__(self, live):
        self.live, self.number = live, 0
        live.send('.prompt "" ""')

    def ask(self, text):
        self.number += 1
        mark = f"answer {self.number} ends"
        return self.live.ask(f"{text.strip()}\n.print {mark}", f"{mark}$")


def content(program, cwd):
    """The answers that the data must give, from a shell that nobody edits."""
    with Live([program, "-interactive", ":memory:"], cwd=cwd) as live:
        shell = Shell(live)
        shell.ask(SETUP)
        answer = shell.ask(CONTENT)
        check(len(answer) > 8 and "ok" in answer, f"the shell's answers: {answer}")
        check(shell.ask(PROBE) == UNCHANGED, "upper() is not what it should be before any edit")
        check(live.finish() == 0, live.transcript())
        return answer


def speedtest(program):
    done = subprocess.run(
        [program, "--size", "20", "--verify", "--testset", "main", ":memory:"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )
    check(done.returncode == 0, f"{program} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    # Each step's line ends with its time; --verify prints a hash of all results.
    return re.sub(r"\.{3,} *[\d.]+s|[\d.]+s$", "", done.stdout, flags=re.M)


def same(options):
    variants = {kind: options.variant("sqlite3", kind) / "build" for kind in ("plain", "hcr")}
    results = {kind: speedtest(directory / "speedtest1") for kind, directory in variants.items()}
    check("Verification Hash" in results["plain"], f"speedtest1 says no hash:\n{results['plain']}")
    check(results["plain"] == results["hcr"], f"without HCR\n{results['plain']}\nwith HCR\n{results['hcr']}")
    shells = {kind: content(directory / "sqlite3", options.scratch) for kind, directory in variants.items()}
    check(shells["plain"] == shells["hcr"], f"without HCR {shells['plain']}\nwith HCR {shells['hcr']}")
    print(f"speedtest1: {len(results['plain'].splitlines())} lines the same,", hashlib.sha256(results["plain"].encode()).hexdigest()[:16])


def live(options):
    tree = options.variant("sqlite3", "hcr")
    expected = content(options.variant("sqlite3", "plain") / "build/sqlite3", options.scratch)
    hcr = Hcr(options.hcr, tree / "build/sqlite3")
    with Edits(tree, options.sources / "sqlite3", "src/func.c", "src/vdbe.c") as edits:
        with hcr.run("-interactive", ":memory:", cwd=options.scratch) as program:
            hcr.watching(program)
            shell = Shell(program)
            shell.ask(SETUP)
            check(shell.ask(CONTENT) == expected, "the data differs before any edit")
            check(shell.ask(PROBE) == UNCHANGED, "upper() is not what it should be before any edit")
            # A static function, known to the program only through a table that was filled before the edit.
            edits.replace(
                "src/func.c",
                "z1[i] = (char)sqlite3Toupper(z2[i]);",
                "static int calls; calls++; z1[i] = z2[i]=='a' ? '4' : (char)sqlite3Toupper(z2[i]);",
            )
            hcr.reloaded(program, "func.c")
            check(shell.ask(PROBE) == ["answer|inverted", "4BR4C4D4BR4|1"], "the edit of upper() had no effect")
            check(shell.ask(CONTENT) == expected, "data changed with func.c")
            # The virtual machine, one function of 7000 lines.
            edits.replace(
                "src/vdbe.c",
                "sqlite3VdbeMemSetInt64(pOut, !sqlite3VdbeBooleanValue(pIn1,0));",
                "sqlite3VdbeMemSetInt64(pOut, sqlite3VdbeBooleanValue(pIn1,0) ? 0 : 11);",
            )
            hcr.reloaded(program, "vdbe.c")
            check(shell.ask(PROBE) == ["answer|inverted", "4BR4C4D4BR4|11"], "the edit of OP_Not had no effect")
            check(shell.ask(CONTENT) == expected, "data changed with vdbe.c")
            edits.restore("src/func.c")
            hcr.reloaded(program, "func.c")
            check(shell.ask(PROBE) == ["answer|inverted", "ABRACADABRA|11"], "the edit of upper() was not taken back")
            # The transaction that was begun before the edits can still be undone.
            rolled = shell.ask("ROLLBACK; SELECT weight FROM item WHERE id = 42; SELECT weight FROM item WHERE id = 43;")
            check(rolled == ["weight", "21.0", "weight", "21.5"], f"after ROLLBACK: {rolled}")
            check(program.finish() == 0, program.transcript())


def amalgamation(options):
    """One module of a quarter of a million lines."""
    tree = options.variant("sqlite3", "hcr")
    # The build made this file, so its pristine form is kept beside it, before the first edit ever.
    pristine = tree / "pristine"
    if not pristine.exists():
        (pristine / "build").mkdir(parents=True)
        shutil.copy2(tree / "build/sqlite3.c", pristine / "build")
    expected = content(options.variant("sqlite3", "plain") / "build/amalgamated", options.scratch)
    hcr = Hcr(options.hcr, tree / "build/amalgamated")
    with Edits(tree, pristine, "build/sqlite3.c") as edits:
        with hcr.run("-interactive", ":memory:", cwd=options.scratch) as program:
            hcr.watching(program)
            shell = Shell(program)
            shell.ask(SETUP)
            check(shell.ask(CONTENT) == expected, "the data differs before any edit")
            edits.replace(
                "build/sqlite3.c",
                "z1[i] = (char)sqlite3Toupper(z2[i]);",
                "z1[i] = z2[i]=='a' ? '4' : (char)sqlite3Toupper(z2[i]);",
            )
            hcr.reloaded(program, "sqlite3.c", 2 * DEADLINE)
            check(shell.ask(PROBE) == ["answer|inverted", "4BR4C4D4BR4|1"], "the edit of upper() had no effect")
            check(shell.ask(CONTENT) == expected, "data changed with sqlite3.c")
            check(program.finish() == 0, program.transcript())


if __name__ == "__main__":
    case.main(__doc__, same=same, live=live, amalgamation=amalgamation)
