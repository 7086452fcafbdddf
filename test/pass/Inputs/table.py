#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the module tables (runtime/include/hcr-abi/Tables.h) of a linked ELF
file, one row a line, every 32-bit distance as the symbol that it leads to.

    table.py FILE                   everything
    table.py FILE --key NAME KEY    one field of the row called NAME: a number
"""
import struct
import sys


class Elf:
    """The 64-bit little-endian ELF files that our targets have."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        assert self.data[:6] == b"\x7fELF\x02\x01", f"{path} is no 64-bit ELF"
        phoff, shoff = struct.unpack_from("<QQ", self.data, 32)
        phsize, phnum, shsize, shnum, shstr = struct.unpack_from(
            "<HHHHH", self.data, 54)
        self.segments = []
        for i in range(phnum):
            kind, _, offset, vaddr, _, filesz = struct.unpack_from(
                "<IIQQQQ", self.data, phoff + i * phsize)
            if kind == 1:
                self.segments.append((vaddr, offset, filesz))
        headers = [struct.unpack_from("<IIQQQQIIQQ", self.data,
                                      shoff + i * shsize) for i in range(shnum)]
        self.sections = {}
        for header in headers:
            name = self.text_at(headers[shstr][4] + header[0])
            self.sections[name] = header
        self.symbols = {}
        self.read_symbols(headers)

    def read_symbols(self, headers):
        for header in headers:
            if header[1] != 2:  # SHT_SYMTAB
                continue
            strings = headers[header[6]][4]
            for at in range(header[4], header[4] + header[5], 24):
                name, info, _, shndx, value, _ = struct.unpack_from(
                    "<IBBHQQ", self.data, at)
                if not shndx or info & 15 in (3, 4) or shndx >= 0xff00:
                    continue
                # A symbol and its private alias: the plain name is clearer.
                self.symbols.setdefault(value, set()).add(
                    self.text_at(strings + name))

    def text_at(self, offset):
        return self.data[offset:self.data.index(b"\0", offset)].decode()

    def offset(self, address):
        for vaddr, offset, size in self.segments:
            if vaddr <= address < vaddr + size:
                return address - vaddr + offset
        raise SystemExit(f"address {address:#x} is not in the file")

    def text(self, address):
        return self.text_at(self.offset(address))

    def unpack(self, form, address):
        return struct.unpack_from("<" + form, self.data, self.offset(address))

    def name(self, address):
        """The symbol at an address, or before it with a distance."""
        for back in range(4096):
            names = self.symbols.get(address - back)
            if names:
                best = min(names, key=lambda n: (n.endswith(".local"), n))
                return best + (f"+{back}" if back else "")
        return f"{address:#x}"


SCOPES = ("program", "image", "module", "3")
PROC_FLAGS = {4: "inline", 8: "thread-local", 16: "direct", 32: "weak"}
GLOBAL_FLAGS = {4: "inline", 8: "constant", 32: "weak", 64: "reinit",
                128: "alias", 512: "direct", 1024: "thread-local",
                2048: "placed"}
FIXUP_KINDS = ("procs", "proc_imports", "globals", "global_imports")


class Reader:
    """Reads the fields of one row in order."""

    def __init__(self, elf, address):
        self.elf, self.at = elf, address

    def number(self, form):
        (value,) = self.elf.unpack(form, self.at)
        self.at += struct.calcsize("<" + form)
        return value

    def address(self):
        here, distance = self.at, self.number("i")
        return here + distance if distance else 0

    def symbol(self):
        address = self.address()
        return self.elf.name(address) if address else "-"

    def text(self):
        return self.elf.text(self.address())


def flag_words(flags, known, with_scope=True):
    words = [SCOPES[flags & 3]] if with_scope else []
    words += [word for bit, word in known.items() if flags & bit]
    return ",".join(words) or "-"


def read_rows(elf, address, count, size, read):
    return [read(Reader(elf, address + i * size)) for i in range(count)]


def proc(r):
    row = {"name": r.text(), "flags": flag_words(r.number("I"), PROC_FLAGS),
           "signature": r.number("Q"), "hash": r.number("Q"),
           "body": r.symbol(), "slot": r.symbol(), "entry": r.symbol(),
           "address": r.symbol(), "type": r.number("Q")}
    return row


def proc_import(r):
    return {"name": r.text(),
            "flags": flag_words(r.number("I"), PROC_FLAGS, False),
            "signature": r.number("Q"), "slot": r.symbol(),
            "address": r.symbol(), "type": r.number("Q")}


TYPE_KINDS = ("scalar", "record", "union", "array")
FIELD_FLAGS = {1: "base", 2: "bits", 4: "virtual"}


def type_lines(r, indent=""):
    """A type of the clang plugin, with all that it consists of."""
    name, kind, size = r.text(), TYPE_KINDS[r.number("I")], r.number("Q")
    r.number("Q")
    fields, count = r.address(), r.number("I")
    align, encoding = r.number("I"), r.number("I")
    word = (f"encoding {encoding}" if kind in ("scalar", "array") else
            "trivial" if encoding else "own copy")
    lines = [f"{indent}{kind} {name}: size {size}, align {align}, {word}"]
    for index in range(count):
        f = Reader(r.elf, fields + 32 * index)
        label, part = f.address(), f.address()
        label = r.elf.text(label) if label else "-"
        offset, bits, times = f.number("Q"), f.number("Q"), f.number("I")
        words = flag_words(f.number("I"), FIELD_FLAGS, False)
        lines.append(f"{indent}  {label}: at {offset}, {bits} bits, "
                     f"times {times}, {words}")
        lines += type_lines(Reader(r.elf, part), indent + "    ")
    return lines


def variable(r):
    row = {"name": r.text(), "flags": flag_words(r.number("I"), GLOBAL_FLAGS),
           "size": r.number("Q"), "hash": r.number("Q"),
           "layout": r.number("Q"), "align": r.number("I"),
           "pointer": r.symbol(), "initial": r.symbol(), "fresh": r.symbol()}
    name = r.address()
    row["source"] = r.elf.text(name) if name else "-"
    address = r.address()
    row["layout_of_type"] = type_lines(Reader(r.elf, address)) if address else []
    row["destroy"] = r.symbol()
    return row


def variable_import(r):
    return {"name": r.text(),
            "flags": flag_words(r.number("I"), GLOBAL_FLAGS, False),
            "pointer": r.symbol()}


def fixup(r):
    return {"place": r.symbol(), "symbol": r.number("I"),
            "addend": r.number("q")}


def handler(r):
    return {"name": r.symbol(), "when": "before" if r.number("I") else "after"}


def used_type(r):
    name, size = r.text(), r.number("I")
    words = [word for bit, word in ((28, "dynamic"), (29, "bases"))
             if size >> bit & 1]
    return {"name": name, "size": size & 0x0fffffff,
            "flags": ",".join(words) or "-", "layout": r.number("Q")}


def migrator(r):
    return {"name": r.text(), "function": r.symbol()}


def use(module, proc, what):
    kind, value = what >> 30, what & 0x3fffffff
    array = ("globals", "global_imports", "used_types", None)[kind]
    if array == "used_types":
        used = "type " + module[array][value]["name"]
    elif array:
        used = "variable " + module[array][value]["name"]
    else:
        used = f"size {value}"
    return {"name": module["procs"][proc]["name"], "of": used}


EXTRA = ("used_types", "uses", "migrators")
ARRAYS = (("procs", 48, proc), ("proc_imports", 32, proc_import),
          ("globals", 64, variable), ("global_imports", 16, variable_import),
          ("fixups", 16, fixup), ("handlers", 8, handler))


def read_module(elf, address):
    r = Reader(elf, address)
    magic, version, size = r.number("I"), r.number("H"), r.number("H")
    assert (magic, version, size) == (0x31524348, 3, 144)
    module = {"flags": r.number("I"), "name": r.text(), "root": r.text(),
              "state": r.symbol(), "source": r.number("Q"),
              "program": r.number("Q")}
    for name, row_size, read in ARRAYS:
        array = r.address()
        module[name] = read_rows(elf, array, r.number("I"), row_size, read)
    for name in ("types", "dat_init", "init", "imports"):
        module[name] = r.symbol()
    r.address(), r.number("I"), r.address()  # types, exit handle
    uses, count = r.address(), r.number("I")
    uses = read_rows(elf, uses, count, 8,
                     lambda row: (row.number("I"), row.number("I")))
    types, count = r.address(), r.number("I")
    module["used_types"] = read_rows(elf, types, count, 16, used_type)
    migrators, count = r.address(), r.number("I")
    module["migrators"] = read_rows(elf, migrators, count, 8, migrator)
    module["uses"] = [use(module, *row) for row in uses]
    for row in module["fixups"]:
        kind, index = FIXUP_KINDS[row["symbol"] >> 30], row["symbol"] & 0x3fffffff
        row["symbol"] = module[kind][index]["name"]
    return module


def modules(elf):
    header = elf.sections["hcr_modules"]
    return [read_module(elf, header[3] + i * 144)
            for i in range(header[5] // 144)]


def main():
    elf = Elf(sys.argv[1])
    if sys.argv[2:3] == ["--key"]:
        name, key = sys.argv[3:]
        for module in modules(elf):
            for rows in [module[array] for array, _, _ in ARRAYS] + [[module]]:
                for row in rows:
                    if row.get("name") == name:
                        value = row[key]
                        print("\n".join(value) if isinstance(value, list)
                              else value)
        return
    for module in modules(elf):
        binding = "module" if module["flags"] & 1 else "host"
        print(f"module {module['name']}: {binding} binding, root "
              f"{module['root']}, program {module['program']:x}, state "
              f"{module['state']}, types {module['types']}, dat_init "
              f"{module['dat_init']}, init {module['init']}, imports "
              f"{module['imports']}")
        for array in [array for array, _, _ in ARRAYS] + list(EXTRA):
            for row in module[array]:
                fields = [f"{key} {value}" for key, value in row.items()
                          if key not in ("name", "signature", "hash", "layout",
                                         "type", "source", "layout_of_type")]
                print(f"{array.rstrip('s')} {row.get('name', '')}:",
                      ", ".join(fields))


main()
