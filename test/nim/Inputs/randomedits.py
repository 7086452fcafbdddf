# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random edits of a Nim program that is running, against a model of it.

    cp …/randomedits.py . && python3 randomedits.py SEED STEPS OPTION…

The model holds what the program must hold: variables with their values, procs,
closures with what they captured. Each step edits some of the source, in places
that shift the numbers of Nim's names, and asks the program for everything.
"""

import os
import random
import sys

from nimplain import NimProject
from watched import Watched


class Variable:
    """One that lives: its value is what the procs made of it."""
    kinds = {
        "var {name} = {value}": 0,
        "var {name} = len(@[1, 2, 3]) + {value}": 3,
        "let {name} = (proc (): int = {value} + 5)()": 5,
        "var {name} = block:\n  var sum = {value}\n  for i in 1 .. 3: sum += i\n  sum": 6,
        "var {name} = parseInt(\"{value}\")": 0,
    }

    def __init__(self, rng, number):
        self.name = f"state{number}"
        self.form, more = rng.choice(list(self.kinds.items()))
        self.first = rng.randrange(100)
        self.value = self.first + more
        self.isFixed = self.form.startswith("let")

    def text(self):
        return self.form.format(name=self.name, value=self.first) + "\n"


class Proc:
    """Several have one name and differ in their parameters' types."""

    def __init__(self, rng, number, of):
        self.of = of
        self.type = rng.choice(["int", "int8", "string", "seq[int]"])
        self.name = f"act{number % 3}"
        self.tag = number
        self.add, self.locals = rng.randrange(9), 0

    def key(self):
        return self.name, self.type

    def argument(self):
        return {"int": "2", "int8": "2'i8", "string": '"ab"', "seq[int]": "@[1, 2]"}[self.type]

    def text(self):
        measure = "int(x)" if self.type.startswith("int") else "x.len"
        lines = [f"proc {self.name}(x: {self.type}): int ="]
        lines += [f"  let local{i} = {i}" for i in range(self.locals)]
        if not self.of.isFixed:
            lines.append(f"  {self.of.name} += {self.add}")
        lines.append(f"  {self.of.name} + {measure}" + "".join(f" + local{i}" for i in range(self.locals)))
        return "\n".join(lines) + "\n"

    def call(self):
        if not self.of.isFixed:
            self.of.value += self.add
        return self.of.value + 2 + sum(range(self.locals))


class Closure:
    """Made once; its code changes, what it captured stays."""

    def __init__(self, rng, number):
        self.name, self.step, self.count, self.number = f"next{number}", rng.randrange(1, 9), 0, number

    def text(self):
        return (f"proc make{self.number}(): proc (): int =\n  var count = 0\n"
                f"  result = proc (): int =\n    count += {self.step}\n    count\n"
                f"let {self.name} = make{self.number}()\n")

    def call(self):
        self.count += self.step
        return self.count


class Filler:
    """Nobody uses it; its names take numbers."""

    def __init__(self, rng, number):
        self.number, self.size = number, rng.randrange(1, 4)

    def text(self):
        body = "".join(f"  var f{i} = {i} + a\n" for i in range(self.size))
        return f"proc filler{self.number}(a: int): int =\n{body}  f0\n"


class Model:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.number = 0
        self.version = 1  # in the answer: each edit changes some code
        self.variables, self.others = [], []
        for _ in range(3):
            self.grow()

    def next(self):
        self.number += 1
        return self.number

    def insert(self, item):
        self.others.insert(self.rng.randrange(len(self.others) + 1), item)

    def procs(self):
        return [o for o in self.others if isinstance(o, Proc)]

    def grow(self):
        variable = Variable(self.rng, self.next())
        self.variables.insert(self.rng.randrange(len(self.variables) + 1), variable)
        self.addProc(variable)
        self.insert(Closure(self.rng, self.next()))

    def addProc(self, variable=None):
        proc = Proc(self.rng, self.next(), variable or self.rng.choice(self.variables))
        while proc.key() in {p.key() for p in self.procs()}:
            proc.name = f"act{self.next()}"
        self.insert(proc)

    def edit(self):
        """One edit; what it is."""
        choice = self.rng.randrange(8)
        if choice == 0:
            self.grow()
        elif choice == 1:
            self.addProc()
        elif choice == 2:
            self.insert(Filler(self.rng, self.next()))
        elif choice == 3:
            self.others = [o for o in self.others if not isinstance(o, Filler)]
        elif choice == 4:
            proc = self.rng.choice(self.procs())
            proc.locals = self.rng.randrange(4)
        elif choice == 5:
            self.rng.choice(self.procs()).add = self.rng.randrange(9)
        elif choice == 6:
            self.rng.choice([o for o in self.others if isinstance(o, Closure)]).step = self.rng.randrange(1, 9)
        elif len(self.procs()) > 2:
            self.others.remove(self.rng.choice(self.procs()))

    def text(self):
        calls = [f"{o.name}({o.argument()})" for o in self.procs()]
        calls += [f"{o.name}()" for o in self.others if isinstance(o, Closure)]
        return ("import strutils\n" + "".join(v.text() for v in self.variables) +
                "".join(o.text() for o in self.others) +
                f"proc answer*(): string =\n  result = \"{self.version}:\"\n" +
                "".join(f"  result.add ' ' & ${call}\n" for call in calls))

    def answer(self):
        values = [o.call() for o in self.procs()]
        values += [o.call() for o in self.others if isinstance(o, Closure)]
        return f"{self.version}:" + "".join(f" {value}" for value in values)


def main():
    model = Model(int(sys.argv[1]))
    with open("app.nim", "w", encoding="utf-8") as file:
        file.write(model.text())
    project = NimProject(*sys.argv[3:])
    with Watched(project) as program:
        program.expect(model.answer())
        for _ in range(int(sys.argv[2])):
            model.version += 1
            for _ in range(model.rng.randrange(1, 4)):
                model.edit()
            project.write("app.nim", model.text())
            program.reloaded()
            program.expect(model.answer())


if __name__ == "__main__":
    main()
