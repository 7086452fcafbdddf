#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""GNU Chess, 79 C++ files: an engine, an adapter and a user interface, each a thread, that talk through pipes.

    gnuchess_test.py same LEVEL   searches to a fixed depth visit the same positions with and without HCR
    gnuchess_test.py live LEVEL   the engine's code changes in the middle of a search

Chosen because it has few dependencies, computes the same on every machine, and spends its life in one deep recursion
with setjmp and longjmp around it, so that many frames of old code are there whenever new code comes. Each engine is
killed at the end and not asked to quit: gnuchess 6.2.7 crashes when it quits in this mode, built by plain Clang as well.
"""

import re

import case
from live import Edits, Hcr, Live, check

POSITIONS = [
    "startpos",
    "startpos moves e2e4 e7e5 g1f3 b8c6 f1b5 a7a6 b5a4 g8f6",
    "fen r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1",
    "fen 8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - 0 1",
    "fen r4rk1/1pp1qppp/p1np1n2/2b1p1B1/2B1P1b1/P1NP1N2/1PP1QPPP/R4RK1 w - - 0 10",
]


class Engine:
    def __init__(self, live):
        self.live = live
        live.ask("uci", "^uciok")
        live.send("setoption name OwnBook value false")
        live.send("setoption name Hash value 8")

    def ready(self):
        self.live.ask("isready", "^readyok")

    def search(self, position, depth):
        """Everything that a search from an empty table says, but for times."""
        self.live.send("ucinewgame")
        self.live.send(f"position {position}")
        lines = self.live.ask(f"go depth {depth}", "^bestmove") + [self.live.output.seen[-1]]
        # Lines that come by the clock and not by progress.
        lines = [l for l in lines if not re.match(r"info (currmove|time|hashfull|score)", l)]
        return [re.sub(r" (time|nps) \d+", "", l) for l in lines]


def play(program, directory, depth):
    with Live([program, "-u"], cwd=directory) as live:
        engine = Engine(live)
        found = [engine.search(position, depth) for position in POSITIONS]
        return found


def same(options):
    depth = {"O0": 6, "O2": 8}[options.level]
    programs = {kind: options.variant("gnuchess", kind) / "src/gnuchess" for kind in ("plain", "hcr")}
    results = {kind: play(program, options.scratch, depth) for kind, program in programs.items()}
    for position, plain, hcr in zip(POSITIONS, results["plain"], results["hcr"]):
        check(len(plain) > depth and re.search(r"bestmove \w+", plain[-1]), f"{position}: {plain}")
        check(plain == hcr, f"{position}: without HCR\n" + "\n".join(plain) + "\nwith HCR\n" + "\n".join(hcr))
    print(f"{len(POSITIONS)} positions, {sum(map(len, results['plain']))} lines the same")


def live(options):
    tree = options.variant("gnuchess", "hcr")
    hcr = Hcr(options.hcr, tree / "src/gnuchess")
    files = ("src/engine/search.cpp", "src/engine/eval.cpp")
    with Edits(tree, options.sources / "gnuchess", *files) as edits, hcr.run("-u", cwd=options.scratch) as program:
        hcr.watching(program)
        engine = Engine(program)
        before = engine.search(POSITIONS[2], 5)
        # A static function that the running search calls once a second.
        program.send("position startpos")
        program.send("go infinite")
        program.expect("^info time ")
        edits.replace(
            "src/engine/search.cpp",
            '      send("info time %.0f nodes " S64_FORMAT " nps %.0f cpuload %.0f",time*1000.0,node_nb,speed,cpu*1000.0);\n'
            "\n      trans_stats(Trans);",
            '      static int times = 40;\n      send("info string edited %d",++times);\n\n      trans_stats(Trans);',
        )
        program.expect("^info string edited 41$")
        # Called at every leaf of the tree; the search goes on.
        edits.replace("src/engine/eval.cpp", "\n   return eval;\n", "\n   return 42;\n")
        hcr.reloaded(program, "eval.cpp")
        program.expect(r"^info string edited \d+$")
        program.send("stop")
        program.expect("^bestmove ")
        constant = engine.search(POSITIONS[2], 1)
        check(any(re.search(r"score cp -?42 ", line) for line in constant), f"the edit of eval() had no effect: {constant}")
        # Both taken back: the same positions are visited as before.
        for file in files:
            edits.restore(file)
            hcr.reloaded(program, file.rsplit("/", 1)[1])
        after = engine.search(POSITIONS[2], 5)
        check(after == before, f"before {before}\nafter {after}")


if __name__ == "__main__":
    case.main(__doc__, same=same, live=live)
