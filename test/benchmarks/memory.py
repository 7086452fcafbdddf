# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What each reload leaves in memory: retired images stay mapped while their code may be in use."""

import pathlib

from generated import host
from live import Hcr
from measure import Table

RELOADS = 60


def status(pid):
    """Resident kilobytes (private and shared), and the number of mappings."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    kilobytes = {line.split()[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    private = kilobytes["Private_Clean:"] + kilobytes["Private_Dirty:"]
    return kilobytes["Rss:"], private, len(pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines())


def run(options):
    table = Table(
        "Memory",
        f"One small module is reloaded {RELOADS} times under `hcr run`; what the process grew by, divided by the number of reloads (the first, "
        "which loads the runtime's tables, is not counted). The image's file is what `hcr build` wrote.",
        ["modules", "image, KiB", "resident, KiB a reload", "of it private", "mappings a reload"],
    )
    modules = options.modules[0]
    tree = host(options, modules)
    hcr = Hcr(options.hcr, tree.program)
    before = None
    with hcr.run("stay", cwd=tree.directory) as live:
        pid = hcr.watching(live)["pid"]
        for n in range(RELOADS + 1):
            tree.write(1, str(n + 100))
            hcr.reloaded(live, "m1.c")
            # The program runs the new code once, so that its pages are there.
            live.ask("step", r"^\d+$")
            if n == 0:
                before = status(pid)
        after = status(pid)
    image = next(hcr.directory.rglob("m1.c.so")).stat().st_size / 1024
    table.add(modules, image, *((a - b) / RELOADS for a, b in zip(after, before)))
    yield table
