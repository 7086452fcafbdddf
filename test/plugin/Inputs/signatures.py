# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the signatures that the plugin gives to declarations."""

import re
import subprocess
import sys

clang, plugin = sys.argv[1:]


def signature(text, language="c"):
    """Of the function f; 0 if it has none."""
    prefix = "" if language == "c" else 'extern "C" '
    text = text.replace("FUNCTION", prefix)
    standard = "gnu17" if language == "c" else "gnu++20"
    result = subprocess.run(
        [clang, f"-x{language}", f"-std={standard}", "-w", "-S", "-emit-llvm",
         "-Xclang", "-disable-llvm-passes", f"-fplugin={plugin}", "-", "-o", "-"],
        input=text, capture_output=True, text=True, check=True)
    found = re.search(r"F ([0-9A-F]+) f\\0A", result.stdout)
    return int(found[1], 16) if found else 0


def same(*texts, languages=("c",)):
    found = {signature(text, language) for text in texts
             for language in languages}
    if len(found) != 1 or found == {0}:
        sys.exit(f"not one signature but {found}:\n" + "\n".join(texts))


def different(*texts, language="c"):
    found = [signature(text, language) for text in texts]
    if len(set(found)) != len(found) or 0 in found:
        sys.exit(f"signatures {found} are not all different:\n" + "\n".join(texts))


both = ("c", "c++")
A, B = "struct A { int x; };", "struct B { int x; };"
# Typedefs are other names, tags are not.
same("FUNCTION int f(int a) { return a; }",
     "typedef int number; FUNCTION number f(number b) { return b; }",
     "typedef int value; FUNCTION value f(const value b) { return b; }",
     languages=both)
different(A + "FUNCTION int f(struct A *p) { return 0; }",
          B + "FUNCTION int f(struct B *p) { return 0; }",
          "FUNCTION int f(void *p) { return 0; }",
          "FUNCTION int f(int *p) { return 0; }",
          "FUNCTION int f(const int *p) { return 0; }")
same(A + "FUNCTION int f(struct A *p) { return 0; }",
     A + "typedef struct A *Ref; FUNCTION int f(Ref p) { return 0; }",
     "struct A; FUNCTION int f(struct A *p) { return 0; }",
     "struct A { int x, y; }; FUNCTION int f(struct A *p) { return 0; }",
     "struct A { int x, y; }; FUNCTION int f(struct A p[4]) { return 0; }",
     languages=both)
# By value the layout counts.
different("struct A { int x, y; }; FUNCTION int f(struct A p) { return 0; }",
          "struct A { int y, x; }; FUNCTION int f(struct A p) { return 0; }",
          "struct B { int x, y; }; FUNCTION int f(struct B p) { return 0; }",
          "union A { int x, y; }; FUNCTION int f(union A p) { return 0; }")
different(A + "FUNCTION struct A f(void) { struct A a = {1}; return a; }",
          "struct A { float x; }; FUNCTION struct A f(void) { struct A a = {1}; return a; }",
          "FUNCTION int f(void) { return 0; }")
# Records without a tag go by the typedef that names them.
different("typedef struct { int x; } A; FUNCTION int f(A *p) { return 0; }",
          "typedef struct { int x; } B; FUNCTION int f(B *p) { return 0; }")
# Enumerations, functions, numbers.
different("enum E { X }; FUNCTION int f(enum E e) { return 0; }",
          "enum G { X }; FUNCTION int f(enum G e) { return 0; }",
          "FUNCTION int f(int e) { return 0; }",
          "FUNCTION int f(unsigned e) { return 0; }",
          "FUNCTION int f(long e) { return 0; }",
          "FUNCTION int f(float e) { return 0; }",
          "FUNCTION int f(int e, ...) { return 0; }",
          "FUNCTION void f(int e) {}",
          "FUNCTION int f(int (*e)(int)) { return 0; }",
          "FUNCTION int f(int (*e)(long)) { return 0; }",
          "FUNCTION __attribute__((noreturn)) int f(int e) { for (;;); }")
same("FUNCTION int f(_Bool b, __WCHAR_TYPE__ w) { return 0; }",
     "#ifdef __cplusplus\nFUNCTION int f(bool b, wchar_t w) { return 0; }\n"
     "#else\nFUNCTION int f(_Bool b, __WCHAR_TYPE__ w) { return 0; }\n#endif",
     languages=("c",))
assert signature("FUNCTION int f(_Bool b, __WCHAR_TYPE__ w) { return 0; }") == \
    signature("FUNCTION int f(bool b, wchar_t w) { return 0; }", "c++")
same("struct A; FUNCTION int f(struct A *p) { return 0; }",
     "namespace n { struct A; } FUNCTION int f(n::A *p) { return 0; }",
     "struct A; FUNCTION int f(struct A &p) { return 0; }", languages=("c++",))
# Definition and declaration agree; the old style is called with promotions.
same("int f(char *); int g(void) { return f(0); }", "int f(char *p) { return 0; }")
same("int f(a, b) char a; float b; { return a; }",
     "int f(int a, double b) { return a; }")
assert signature("int f(); int g(void) { return f(1); }") == 0
assert signature("int f(); int f(int); int g(void) { return f(1); }") == \
    signature("int f(int a) { return a; }")
# Mangled names say it themselves.
assert signature("int f(int a) { return a; }", "c++") == 0
# An unused declaration costs nothing.
assert signature("int f(int a); int g(void) { return 1; }") == 0
