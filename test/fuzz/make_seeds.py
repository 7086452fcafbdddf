#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the seeds of the fuzzers.

    make_seeds.py CLANG HCR-CC DIRECTORY

Images and compile records come out of real compilers, tables out of real
images. The seeds are kept in the tree, so that a run needs neither; this is
for when a table gets another shape.
"""

import os
import struct
import subprocess
import sys
import tempfile

SOURCE = """
struct point { int X, Y; };
struct point Origin = {1, 2};
static int Count;
int (*Pointer)(int);
int other(int);
int step(int X) { Pointer = step; return other(X) + Origin.X + Count++; }
"""

JOURNAL = """image 16 0000000000000001 src/a.c
image 20480 00000000deadbeef b.cpp
gone src/a.c
image 5 123 short
image 18446744073709551615 ffffffffffffffff c.c
image 1 0000000000000001 ../leaves
image 1 0000000000000001 /absolute
"""

IMPORTS = "main.c: a.c src/b.c\na.c: src/b.c\nsrc/b.c: a.c\nlone.c:\n"
# For FuzzState, behind the number of the file.
STATE = """hcr-state 1
f 120 1700000000000000000 1234abcd /project/src/a.c
f 30 1700000000000000001 ff /project/src/a.h
m 9 8 0 2 0 1 src/a.c
m 9 8 7 1 1 b.cpp
m 0 0 0 0 b.cpp
"""
SYMBOLS = "main.c\t=main\t?step\na.c\t=step\t?look\nsrc/b.c\t=look\n"
REQUESTS = "ping\nstatus\r\nreload\nreload force\nreload reinit a\tb\nvariable x\n"


def sectionOf(image, name):
    """Offset, address and size of a section."""
    start, = struct.unpack_from("<Q", image, 40)
    count, names = struct.unpack_from("<HH", image, 60)
    rows = [struct.unpack_from("<IIQQQQ", image, start + 64 * i)
            for i in range(count)]
    for row in rows:
        at = rows[names][4] + row[0]
        if image[at:image.index(b"\0", at)].decode() == name:
            return row[4], row[3], row[5]
    raise SystemExit(f"no section {name}")


def segmentsOf(image):
    start, = struct.unpack_from("<Q", image, 32)
    count, = struct.unpack_from("<H", image, 56)
    for i in range(count):
        kind, flags, offset, address, _, size, memory = struct.unpack_from(
            "<IIQQQQQ", image, start + 56 * i)
        if kind == 1:
            yield flags, offset, address, size, memory


def tablesSeed(image):
    """The memory of the image as FuzzTables reads it: data that is only read,
    code, data. The pages between the segments are left out as far as one
    distance for each of the three allows; here they fit as they are."""
    end = max(a + m for _, _, a, _, m in segmentsOf(image))
    memory = bytearray(end)
    code = data = None
    for flags, offset, address, size, _ in segmentsOf(image):
        memory[address:address + size] = image[offset:offset + size]
        if flags & 1 and code is None:
            code = address
        if flags & 2 and data is None:
            data = address
    _, table, _ = sectionOf(image, "hcr_modules")
    return struct.pack("<HHHH", table, code, data, 0) + bytes(memory)


def main():
    clang, compiler, target = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3]

    places = [os.path.dirname(os.path.dirname(compiler))]

    def put(fuzzer, name, content):
        content = content if isinstance(content, bytes) else content.encode()
        # Of this machine's paths nothing stays in the tree.
        for place in map(str.encode, places):
            content = content.replace(place, b"/" + b"x" * (len(place) - 1))
        os.makedirs(os.path.join(target, fuzzer), exist_ok=True)
        with open(os.path.join(target, fuzzer, name), "wb") as file:
            file.write(content)

    with tempfile.TemporaryDirectory() as work:
        places.append(work)
        source, made = os.path.join(work, "a.c"), os.path.join(work, "a.o")
        with open(source, "w", encoding="utf-8") as file:
            file.write(SOURCE)
        for name, linker in (("lld", ["-fuse-ld=lld", "-Wl,--no-rosegment"]),
                             ("bfd", ["-fuse-ld=bfd"]),
                             ("stripped", ["-fuse-ld=lld", "-s"])):
            subprocess.run([compiler, "--hcr-binding=module", "-Os", "-fPIC", "-c", source,
                            "-o", made], check=True, cwd=work)
            image = os.path.join(work, "a.so")
            subprocess.run([clang, "-shared", "-nostdlib", *linker,
                            "-Wl,-z,max-page-size=4096", "-Wl,-Bsymbolic",
                            "-Wl,--unresolved-symbols=ignore-all", made,
                            "-o", image], check=True)
            with open(image, "rb") as file:
                content = file.read()
            put("FuzzImageFile", name, content)
            if name != "stripped":
                put("FuzzTables", name, tablesSeed(content))
        with open(made, "rb") as file:
            content = file.read()
        offset, _, size = sectionOf(content, ".GCC.command.line")
        record = content[offset:offset + size].strip(b"\0").split(b"\0")[-1]
        fields = record.removeprefix(b"hcr1:").split(b"\x1f")
        fields[1:5] = [b"/project", b"/project", b"a.c", b"/usr/bin/clang"]
        kept = [f for f in fields if b"/" not in f[1:] or f in fields[1:5]]
        put("FuzzRecord", "record", b"\x1f".join(kept))
    put("FuzzDirectory", "journal", JOURNAL)
    put("FuzzDirectory", "imports", IMPORTS)
    put("FuzzSocket", "requests", REQUESTS)
    for number, (name, text) in enumerate(
            {"state": STATE, "journal": JOURNAL, "symbols": SYMBOLS}.items()):
        put("FuzzState", name, chr(number) + text)


main()
