# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The demonstration behind utils/demo.

Builds a copy of the aquarium with hcr-c++, runs it under `hcr run`, edits its
sources and watches what it draws. Nothing is taken on trust: the program
prints its process id, its tick and its oldest fish's age under every picture,
and each of them is followed from the first frame to the last.
"""

import argparse
import collections
import difflib
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PANEL = 14  # terminal rows under the aquarium

Status = collections.namedtuple(
    "Status", "process tick eldest age length surface census")


class Failure(Exception):
    """What the person is told when the demonstration did not work."""


def changedLines(old, new):
    """The lines that went and came, in order, with - and + before them."""
    lines = []
    for _, a, b, c, d in (op for op in difflib.SequenceMatcher(
            None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"):
        # What was inserted may begin with the "}" before it or end with its
        # own; people expect the latter.
        while a == b and d < len(new) and new[c] == new[d]:
            c, d = c + 1, d + 1
        lines += ["-" + line for line in old[a:b]]
        lines += ["+" + line for line in new[c:d]]
    return lines


class Edit:
    """One change to one file, and how to recognise its effect."""

    def __init__(self, title, path, changes, effect, seen):
        self.title = title
        self.path = path
        self.changes = changes
        self.effect = effect
        self.seen = seen

    def apply(self, directory):
        """Replaces the file by its edited version, in one step as editors do.
        Returns the difference and when it was saved."""
        path = os.path.join(directory, self.path)
        with open(path, encoding="utf-8") as file:
            old = new = file.read()
        for before, after in self.changes:
            if new.count(before) != 1:
                raise Failure(f"{self.path} does not contain exactly once: {before}")
            new = new.replace(before, after)
        aside = path + ".new"
        with open(aside, "w", encoding="utf-8") as file:
            file.write(new)
        saved = time.monotonic()
        os.rename(aside, path)
        return changedLines(old.splitlines(), new.splitlines()), saved


EDITS = [
    Edit("a constant in a function", "water.cpp",
         [("Surface{96, 206, 232}, Deep{8, 30, 84}",
           "Surface{255, 168, 104}, Deep{58, 20, 88}")],
         "the water turns to evening",
         lambda status: status.surface == "255/168/104"),
    Edit("a new function with a new global", "water.cpp",
         [("static void drawSand(Canvas &Picture) {",
           """static std::vector<Bubble> Plankton;

static void drawPlankton(Canvas &Picture, World &Sea, double Time) {
  if (Plankton.size() < 120)
    Plankton.push_back({Sea.random() * Sea.Width, Sea.random() * Sea.Height, 1});
  for (Bubble &Each : Plankton) {
    Each.X += std::sin(Time + Each.Y) * 0.1;
    Picture.paint(static_cast<int>(Each.X), static_cast<int>(Each.Y),
                  {190, 255, 150}, 0.6 + 0.4 * std::sin(Time * 2 + Each.Y), '*');
  }
  Sea.Census["plankton"] = static_cast<int>(Plankton.size());
}

static void drawSand(Canvas &Picture) {"""),
          ("  drawSand(Picture);\n",
           "  drawSand(Picture);\n  drawPlankton(Picture, Sea, Time);\n")],
         "plankton begins to glow",
         lambda status: status.census.get("plankton", 0) >= 1),
    Edit("a change in a header", "fish.h",
         [("double length() const override { return 7.0; }",
           "double length() const override { return 12.0; }")],
         "every fish that already swims there is bigger",
         lambda status: status.length == 12.0),
]

STATUS = re.compile(
    r"process (\d+)  tick (\d+)  eldest (\w+): age (\d+), length ([\d.]+)"
    r"  surface (\S+)\n(.*)")


def parseStatus(frame):
    found = STATUS.search(frame)
    if not found:
        return None
    process, tick, eldest, age, length, surface, census = found.groups()
    return Status(int(process), int(tick), eldest, int(age), float(length),
                  surface, {kind: int(count) for kind, count in
                            re.findall(r"(\w+) (\d+)", census)})


class Aquarium:
    """The running program: its frames, and what `hcr run` says about it."""

    def __init__(self, hcr, directory, columns, rows, plain):
        arguments = [hcr, "run", "./aquarium", f"--size={columns}x{rows}"]
        self.plain = plain
        self.child = subprocess.Popen(
            arguments + (["--plain"] if plain else []), cwd=directory,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.frames = queue.Queue()
        self.messages = []
        self.last = None
        self.threads = [threading.Thread(target=self.readFrames, daemon=True),
                        threading.Thread(target=self.readMessages, daemon=True)]
        for thread in self.threads:
            thread.start()

    def readFrames(self):
        end = b"\n\n" if self.plain else b"\r"
        pending = b""
        while chunk := os.read(self.child.stdout.fileno(), 1 << 16):
            now = time.monotonic()
            *whole, pending = (pending + chunk).split(end)
            for frame in whole:
                self.frames.put((frame.decode(errors="replace"), now))
        self.frames.put((None, time.monotonic()))

    def readMessages(self):
        for line in self.child.stderr:
            self.messages.append(line.decode(errors="replace").rstrip())

    def nextFrame(self, timeout):
        """The next frame's text and status and when it came; checks that it
        follows the frame before in the same process."""
        try:
            frame, came = self.frames.get(timeout=timeout)
        except queue.Empty:
            raise Failure("the program draws nothing any more") from None
        if frame is None:
            raise Failure(f"the program ended (exit code {self.child.wait()})")
        status = parseStatus(frame)
        if not status:
            raise Failure(f"a frame without a status line: {frame[-200:]!r}")
        if self.last:
            self.compare(self.last, status)
        self.last = status
        return frame, status, came

    @staticmethod
    def compare(old, new):
        if new.process != old.process:
            raise Failure(f"process {old.process} became {new.process}")
        if new.tick != old.tick + 1:
            raise Failure(f"tick {new.tick} after tick {old.tick}")
        if (new.eldest, new.age) != (old.eldest, old.age + 1):
            raise Failure(f"after {old.eldest}, age {old.age}, came "
                          f"{new.eldest}, age {new.age}")
        for kind in ("fish", "jellyfish"):
            if new.census[kind] != old.census[kind]:
                raise Failure(f"{old.census[kind]} {kind} became "
                              f"{new.census[kind]}")
        if new.census.get("plankton", 0) < old.census.get("plankton", 0):
            raise Failure("the plankton that an edit brought was lost")

    def stop(self):
        """Asks the program to end, as Ctrl-C would; returns its exit code."""
        self.child.send_signal(signal.SIGTERM)
        try:
            code = self.child.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.child.kill()
            raise Failure("the program did not end when asked to") from None
        for thread in self.threads:
            thread.join(timeout=5)
        return code


class Letters:
    """Where there is no terminal: now and then a picture, made of letters."""

    interactive = False

    def __init__(self):
        self.columns, self.rows, self.plain = 78, 22, True
        self.pause = 10  # frames to look at before the next edit

    def diffLines(self, lines):
        return lines

    def frame(self, text):
        self.text = text

    def picture(self):
        print(self.text, end="\n\n", flush=True)

    def pin(self, text):
        print(text, flush=True)

    def say(self, text="", colour=None):
        print(text, flush=True)

    def clear(self):
        pass

    def close(self):
        pass


class Screen:
    """A terminal: the aquarium above, the panel with the edits below."""

    colours = {"+": "32", "-": "31", "title": "1;36", "hcr": "33", "good": "1;32"}

    def __init__(self):
        self.columns, terminalRows = shutil.get_terminal_size()
        self.rows, self.plain = terminalRows - PANEL, False
        self.pause = 75
        self.panel = []
        self.pinned = None  # a line that stays on top
        sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[2J")

    def diffLines(self, lines):
        return lines[:PANEL - 8]

    def frame(self, text):
        begin = text.rfind("\x1b[H")
        sys.stdout.write(text[begin:] + "\x1b[K")
        sys.stdout.flush()

    def picture(self):
        pass

    def pin(self, text):
        self.pinned = text
        self.draw()

    def say(self, text="", colour=None):
        self.panel.append((text, colour))
        self.draw()

    def clear(self):
        self.panel = []
        self.draw()

    def draw(self):
        rows = []
        for text, colour in self.panel:
            cut = [text[:self.columns - 1]]
            if colour in ("title", "hcr", "good"):
                cut = textwrap.wrap(text, self.columns - 1,
                                    subsequent_indent="    ")
            rows += [(row, self.colours.get(colour, "0")) for row in cut]
        out = f"\x1b[{self.rows + 2};1H\x1b[J"
        top = [(self.pinned[:self.columns - 1], "1;36")] if self.pinned else []
        for row, code in top + rows[len(top) - PANEL + 2:]:
            out += f"\x1b[{code}m{row}\x1b[0m\r\n"
        sys.stdout.write(out)
        sys.stdout.flush()

    def close(self):
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()


def watch(aquarium, view, until, timeout):
    """Shows frames until one satisfies `until`; returns when it came."""
    deadline = time.monotonic() + timeout
    while True:
        frame, status, came = aquarium.nextFrame(timeout)
        view.frame(frame)
        if until(status):
            return came
        if time.monotonic() > deadline:
            raise Failure(f"not seen within {timeout:g} s; last: {status}")


def look(aquarium, view, frames):
    last = aquarium.last.tick + frames if aquarium.last else frames
    watch(aquarium, view, lambda status: status.tick >= last, 60)


def showEdit(number, edit, aquarium, view, directory, patience):
    """Makes one edit and waits for its effect; returns the line to remember."""
    said = len(aquarium.messages)
    view.clear()
    view.say(f"Edit {number}: {edit.title} ({edit.path})", "title")
    if edit.seen(aquarium.last):
        raise Failure(f"edit {number} is seen before it is made")
    before = aquarium.last
    difference, saved = edit.apply(directory)
    shown = view.diffLines(difference)
    for line in shown:
        view.say("  " + line, line[0])
    if len(difference) > len(shown):
        view.say(f"  … {len(difference) - len(shown)} more lines")
    came = watch(aquarium, view, edit.seen, patience)
    milliseconds = (came - saved) * 1000
    look(aquarium, view, view.pause)
    for line in aquarium.messages[said:]:
        view.say(line, "hcr")
    after = aquarium.last
    result = (f"Seen {milliseconds:.0f} ms after saving: {edit.effect}. Same "
              f"process ({after.process}), tick {before.tick} → {after.tick}.")
    view.say(result, "good")
    view.picture()
    look(aquarium, view, view.pause)
    return f"Edit {number}, {edit.title}: {edit.effect} ({milliseconds:.0f} ms)"


def showEdits(aquarium, view, directory, patience):
    view.say("An aquarium, running. Its sources are about to be edited.", "title")
    look(aquarium, view, view.pause)
    view.picture()
    first = aquarium.last
    lines = [showEdit(number, edit, aquarium, view, directory, patience)
             for number, edit in enumerate(EDITS, 1)]
    lines.append(f"One process, {first.process}, for "
                 f"{aquarium.last.tick} ticks; nothing was lost.")
    return lines


def leaveEditsToPerson(aquarium, view, directory, _patience):
    """Shows the aquarium and what `hcr run` says until the person has enough."""
    view.pin(f"Edit the files in {directory}; Ctrl-C ends")
    said = 0
    try:
        while True:
            view.frame(aquarium.nextFrame(3600)[0])
            for line in aquarium.messages[said:]:
                view.say(line, "hcr")
                said += 1
    except KeyboardInterrupt:
        return []


def build(hcrBuild, directory):
    """Builds the copy the way its owner would: make, with another compiler."""
    command = ["make", f"-j{os.cpu_count()}",
               f"CXX={os.path.join(hcrBuild, 'bin', 'hcr-c++')}"]
    print("Building the aquarium: make CXX=hcr-c++ … ", end="", flush=True)
    start = time.monotonic()
    result = subprocess.run(command, cwd=directory, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise Failure(f"make failed\n{result.stdout}")
    print(f"{time.monotonic() - start:.0f} s", flush=True)


def demonstrate(options, directory):
    hcrBuild = os.path.abspath(options.build)
    build(hcrBuild, directory)
    terminal = (sys.stdout.isatty() and
                shutil.get_terminal_size().lines >= PANEL + 12 and
                shutil.get_terminal_size().columns >= 60)
    view = Screen() if terminal else Letters()
    aquarium = None
    try:
        aquarium = Aquarium(os.path.join(hcrBuild, "bin", "hcr"), directory,
                            view.columns, view.rows, view.plain)
        show = leaveEditsToPerson if options.interactive else showEdits
        lines = show(aquarium, view, directory, options.patience)
        # In a terminal Ctrl-C has already reached the program.
        code = aquarium.stop()
        if code != 0:
            raise Failure(f"the program ended with exit code {code}")
    except Failure as failure:
        said = "\n".join(aquarium.messages[-30:]) if aquarium else ""
        raise Failure(f"{failure}\nhcr run said:\n{said}") from None
    finally:
        if aquarium and aquarium.child.poll() is None:
            aquarium.child.terminate()
            aquarium.child.wait()
        view.close()
    for line in lines:
        print(line)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--interactive", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--patience", type=float, default=60, metavar="SECONDS",
                        help="until an edit must show")
    options = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="hcr-demo-")
    directory = os.path.join(scratch, "aquarium")
    shutil.copytree(os.path.join(HERE, "aquarium"), directory)
    try:
        demonstrate(options, directory)
    except Failure as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if options.keep:
            print(f"The edited sources are in {directory}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
