# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Edits of C and C++ sources at places that hcr-list-sites found.

Each kind of edit is a generator: given the facts of one file it gives (function, {file: [(begin, end, text)]}), one after
the other in an order that a random generator decides. All but a changed constant announce themselves by a call of
mutation_note(), so that they are seen whenever the function runs.
"""

import json
import re
import subprocess

KINDS = [
    "change a constant", "add a local", "add a static", "add a parameter", "add a function", "remove a function",
    "reorder functions", "add a field",
]


class Facts:
    """What one file holds; only functions that the workload runs are edited."""

    def __init__(self, tool, file, flags, executed):
        done = subprocess.run([str(tool), str(file), "--", *flags], capture_output=True, text=True, check=True, timeout=300)
        self.file, facts = file, json.loads(done.stdout)
        self.text = file.read_bytes()
        self.is_cxx = file.suffix != ".c"
        self.functions = sorted((f for f in facts["functions"] if f["symbol"] in executed), key=lambda f: f["begin"])
        everything = {f["symbol"]: f for f in facts["functions"]}
        self.all = sorted(everything.values(), key=lambda f: f["begin"])
        self.literals = [l for l in facts["literals"] if l["function"] in executed]
        self.records = {r["id"]: r for r in facts["records"]}

    def slice(self, begin, end):
        return self.text[begin:end].decode(errors="surrogateescape")

    def has_directive(self, begin, end):
        return re.search(r"^\s*#", self.slice(begin, end), re.M) is not None


def note(value):
    return f" mutation_note({value});"


def shuffled(items, source):
    items = list(items)
    source.shuffle(items)
    return items


def change_constant(facts, source, number):
    for literal in shuffled(facts.literals, source):
        text = facts.slice(literal["begin"], literal["end"])
        match = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", text)
        if match:
            yield literal["function"], [(literal["begin"], literal["end"], f"{literal['value'] + source.choice([1, 2, 5])}{match[2]}")]


def add_local(facts, source, number):
    for f in shuffled(facts.functions, source):
        yield f["name"], [(f["body"], f["body"], f" volatile long hcr_local_{number} = {number};{note(f'hcr_local_{number}')}")]


def add_static(facts, source, number):
    for f in shuffled(facts.functions, source):
        yield f["name"], [(f["body"], f["body"], f" static long hcr_static_{number} = {number};{note(f'++hcr_static_{number}')}")]


def in_one_place(f, facts):
    """All mentions are in the text, as whole names."""
    return f["static"] and f["plain"] and not f["member"] and all(
        facts.slice(at, at + len(f["name"])) == f["name"] for at in f["names"]
    )


def add_parameter(facts, source, number):
    for f in shuffled(facts.functions, source):
        if not in_one_place(f, facts) or not f["only_called"] or not f["calls"]:
            continue
        changes = [(f["body"], f["body"], note(f"hcr_parameter_{number}"))]
        for paren in {f["paren"], *f["prototypes"]}:
            if f["parameters"]:
                changes.append((paren, paren, f", long hcr_parameter_{number}"))
            else:
                opening = facts.text.rindex(b"(", 0, paren) + 1
                changes.append((opening, paren, f"long hcr_parameter_{number}"))
        for call in f["calls"]:
            changes.append((call["paren"], call["paren"], f"{', ' if call['arguments'] else ''}{number}"))
        yield f["name"], changes


def add_function(facts, source, number):
    for f in shuffled(facts.functions, source):
        if f["nested"] or f["member"] and not facts.is_cxx:
            continue
        # Every other one is visible to the whole program.
        linkage = "static " if number % 2 else f"long hcr_added_{number}(long X);\n"
        added = f"{linkage}long hcr_added_{number}(long X) {{ return 3 * X + {number}; }}\n"
        yield f["name"], [(f["begin"], f["begin"], added), (f["body"], f["body"], note(f"hcr_added_{number}({number})"))]


def remove_function(facts, source, number):
    """The function goes, and one with another name does its work."""
    for f in shuffled(facts.functions, source):
        if not in_one_place(f, facts):
            continue
        changes = [(at, at + len(f["name"]), f"hcr_instead_{number}") for at in sorted(set(f["names"]))]
        yield f["name"], [*changes, (f["body"], f["body"], note(number))]


def reorder(facts, source, number):
    pairs = [(a, b) for a, b in zip(facts.all, facts.all[1:]) if b in facts.functions]
    for a, b in shuffled(pairs, source):
        if a["nested"] or b["nested"] or a["end"] > b["begin"] or facts.has_directive(a["begin"], b["end"]):
            continue
        between = facts.slice(a["end"], b["begin"])
        # Only space and comments may stand between the two.
        if re.sub(r"/\*.*?\*/|//[^\n]*", "", between, flags=re.S).strip():
            continue
        ahead = ""
        for f in (a, b):
            if not f["declared_before"]:
                if not f["plain"] or f["member"]:
                    break
                ahead += facts.slice(f["begin"], f["paren"] + 1) + ";\n"
        else:
            begin = b["body"]
            moved = facts.slice(b["begin"], begin) + note(number) + facts.slice(begin, b["end"])
            yield b["name"], [
                (a["begin"], b["end"], ahead + moved + between + facts.slice(a["begin"], a["end"])),
            ]


def add_field(facts, source, number):
    for f in shuffled(facts.functions, source):
        for pointer in f["pointers"]:
            record = facts.records.get(pointer["record"])
            if not record:
                continue
            name = f"{pointer['name']}->hcr_field_{number}"
            use = (f["body"], f["body"], f" {name} = {number};{note(name)}")
            field = (record["end"], record["end"], f" long hcr_field_{number}; ")
            yield f["name"], {record["file"]: [field], str(facts.file): [use]}
            break


MAKERS = dict(zip(KINDS, [change_constant, add_local, add_static, add_parameter, add_function, remove_function, reorder, add_field]))


def apply(text, changes):
    """Puts the changes into a text; of those at one place the first one given comes first."""
    for begin, end, new in sorted(changes, key=lambda c: c[0], reverse=True):
        text = text[:begin] + new.encode(errors="surrogateescape") + text[end:]
    return text


def edits(kind, facts, source, number):
    """(function, {path: new text}) for each place where this kind of edit is possible."""
    declaration = b'extern "C" void mutation_note(long);' if facts.is_cxx else b"void mutation_note(long);"
    for function, changes in MAKERS[kind](facts, source, number):
        if not isinstance(changes, dict):
            changes = {str(facts.file): changes}
        texts = {}
        for path, list_ in changes.items():
            with open(path, "rb") as file:
                texts[path] = apply(file.read(), list_)
        # On a line of its own that is not counted: some programs print line numbers.
        main = str(facts.file)
        texts[main] = declaration + b"\n#line 1\n" + texts[main]
        yield function, texts
