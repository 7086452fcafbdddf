// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "jellyfish.h"

#include "world.h"

#include <cmath>

static double pulse(long Tick, int Id) {
  return std::sin(static_cast<double>(Tick) * 0.09 + Id * 2.1);
}

void Jellyfish::swim(World &Sea) {
  Y += pulse(Age, Id) > 0.3 ? -0.14 : 0.07;
  X += std::sin(static_cast<double>(Age) * 0.013 + Id) * 0.09;
  Y = std::clamp(Y, 6.0, Sea.Height - 16.0);
  X = std::clamp(X, 6.0, Sea.Width - 6.0);
}

void Jellyfish::draw(Canvas &Picture, long Tick) const {
  const Rgb Bell{236, 170, 255}, Glow{255, 220, 255};
  double Squeeze = pulse(Age, Id) * 0.5, Half = length() / 2;

  for (int Arm = -2; Arm <= 2; ++Arm)
    for (int Down = 0; Down < 9; ++Down) {
      double Wave =
          std::sin(static_cast<double>(Tick) * 0.12 + Down * 0.7 + Id);
      Picture.paint(
          static_cast<int>(std::lround(X + Arm * 1.3 + Wave * Down * 0.12)),
          static_cast<int>(std::lround(Y + 2 + Down)), Bell, 0.55 - Down * 0.05,
          Down % 2 ? ')' : '(');
    }
  Picture.ellipse(X, Y, Half + 3, Half + 3, Glow, 0.12);
  Picture.ellipse(X, Y, Half - Squeeze, Half * 0.8 + Squeeze, Bell, 0.75, 'n');
  Picture.ellipse(X - 0.8, Y - 0.9, Half * 0.4, Half * 0.3, Glow, 0.8);
}
