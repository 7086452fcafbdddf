#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A stand-in for `hcr run` that cheats: the demonstration must notice.

STAND_IN=restart  rebuilds the program after an edit and starts it anew
STAND_IN=ignore   lets the program run on without looking at edits
"""

import os
import signal
import subprocess
import sys
import time

assert sys.argv[1] == "run"
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))


def newest():
    return max(os.stat(f).st_mtime_ns for f in os.listdir(".")
               if f.endswith((".cpp", ".h")))


child = subprocess.Popen(sys.argv[2:])
known = newest()
while not stopped and child.poll() is None:
    time.sleep(0.05)
    if os.environ["STAND_IN"] == "restart" and newest() != known:
        known = newest()
        subprocess.run(["make", f"CXX={os.environ['STAND_IN_CXX']}"], check=True,
                       stdout=subprocess.DEVNULL)
        child.terminate()
        child.wait()
        child = subprocess.Popen(sys.argv[2:])
child.terminate()
sys.exit(child.wait())
