# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Start-up of programs of many modules: the whole life of a process that does nothing much."""

from generated import Generated, host
from measure import CLANG, Table, command, take_turns, wall_time


def run(options):
    table = Table(
        "Start-up",
        "Wall-clock time from exec to exit of a program of so many modules (six symbols each) that calls a few functions. *Host* is an "
        "executable linked by hcr-cc, *images* is what `hcr link` makes: one executable and a shared object for each other module. The "
        "ratio is over the same program built and linked by plain Clang.",
        ["modules", "plain, ms", "host, ms", "host / plain", "images, ms", "images, ms a module"],
    )
    for modules in options.modules:
        plain = Generated(options.work / f"generated-plain-{modules}", modules, CLANG).link()
        linked = host(options, modules).program
        compiler = options.hcr / "hcr-cc"
        directory = options.work / f"generated-images-{modules}"
        tree = Generated(directory, modules, compiler, ["--hcr-binding=module"], options.hcr)
        command(options.hcr / "hcr", "link", "-o", "program", *tree.objects, cwd=tree.directory)
        rounds = options.rounds if modules < 2000 else max(3, options.rounds // 2)
        medians = take_turns(
            rounds, plain=lambda: wall_time(plain), host=lambda: wall_time(linked), images=lambda: wall_time(tree.program),
        )
        ms = {name: 1000 * seconds for name, seconds in medians.items()}
        table.add(
            modules, ms["plain"], ms["host"], medians["host"] / medians["plain"], ms["images"],
            (ms["images"] - ms["plain"]) / modules,
        )
    yield table
