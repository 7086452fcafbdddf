// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An aquarium in the terminal. Ordinary C++: nothing in these files knows that
// it can be changed while it runs.
#include "canvas.h"
#include "water.h"
#include "world.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

struct Options {
  int Columns = 80, Rows = 24; // of the terminal, status lines included
  long Ticks = 0;              // 0: until interrupted
  bool Plain = false;
};

static volatile std::sig_atomic_t Interrupted = 0;

static bool parse(int Count, char **Arguments, Options &Out) {
  winsize Terminal;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &Terminal) == 0 && Terminal.ws_col) {
    Out.Columns = Terminal.ws_col;
    Out.Rows = Terminal.ws_row;
  }
  for (int I = 1; I < Count; ++I) {
    if (!std::strcmp(Arguments[I], "--plain"))
      Out.Plain = true;
    else if (std::sscanf(Arguments[I], "--size=%dx%d", &Out.Columns,
                         &Out.Rows) != 2 &&
             std::sscanf(Arguments[I], "--ticks=%ld", &Out.Ticks) != 1)
      return false;
  }
  return Out.Columns >= 40 && Out.Rows >= 12 && Out.Columns <= 1000 &&
         Out.Rows <= 1000 && Out.Ticks >= 0;
}

static void frame(World &Sea, const Options &Chosen) {
  Sea.step();
  Canvas Picture(Sea.Width, Sea.Height);
  drawWater(Picture, Sea);
  for (const auto &Each : Sea.Creatures)
    Each->draw(Picture, Sea.Tick);

  std::string Status = Sea.status(Picture.at(0, 0));
  std::string Text = Chosen.Plain
                         ? Picture.inMarks() + Status + "\n\n"
                         : "\x1b[H" + Picture.inColour() + Status + "\r";
  std::fwrite(Text.data(), 1, Text.size(), stdout);
  std::fflush(stdout);
}

int main(int Count, char **Arguments) {
  Options Chosen;
  if (!parse(Count, Arguments, Chosen)) {
    std::fprintf(stderr,
                 "usage: %s [--size=COLUMNSxROWS] [--ticks=N] [--plain]\n"
                 "at least 40x12\n",
                 Arguments[0]);
    return 2;
  }
  std::signal(SIGINT, [](int) { Interrupted = 1; });
  std::signal(SIGTERM, [](int) { Interrupted = 1; });

  World Sea(Chosen.Columns, (Chosen.Rows - 2) * 2);
  if (!Chosen.Plain)
    std::fputs("\x1b[?25l\x1b[2J", stdout);
  auto Next = std::chrono::steady_clock::now();
  while (!Interrupted && (!Chosen.Ticks || Sea.Tick < Chosen.Ticks)) {
    frame(Sea, Chosen);
    Next += std::chrono::milliseconds(33);
    std::this_thread::sleep_until(Next);
  }
  if (!Chosen.Plain)
    std::fputs("\x1b[?25h\n", stdout);
}
