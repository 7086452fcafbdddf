// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "fish.h"

#include "world.h"

#include <cmath>

void Fish::swim(World &Sea) {
  // Fish like the height of the fish near them, but not each other's place.
  double Rise = 0;
  for (const auto &Other : Sea.Creatures) {
    double DX = Other->X - X, DY = Other->Y - Y;
    if (Other.get() == this || std::hypot(DX, DY) > 18)
      continue;
    Rise += std::abs(DY) < 6 ? -DY * 0.004 : DY * 0.001;
  }
  VelocityY = VelocityY * 0.96 + Rise + (Sea.random() - 0.5) * 0.03;
  X += VelocityX;
  Y += VelocityY;

  double Turn = length();
  if ((X > Sea.Width - Turn && VelocityX > 0) || (X < Turn && VelocityX < 0))
    VelocityX = -VelocityX;
  double Floor = Sea.Height - 10, Ceiling = 6;
  if (Y > Floor)
    VelocityY -= 0.05;
  if (Y < Ceiling)
    VelocityY += 0.05;
}

void Fish::draw(Canvas &Picture, long Tick) const {
  double Ahead = VelocityX > 0 ? 1 : -1;
  double Half = length() / 2;
  char Body = VelocityX > 0 ? '>' : '<';
  Rgb Belly = mix(Colour, {255, 250, 235}, 0.6);
  Rgb Fin = mix(Colour, {20, 10, 40}, 0.25);

  // The tail beats faster than the fish swims.
  double Beat = std::sin(static_cast<double>(Tick + Id * 7) * 0.5) * 0.8;
  for (double Along = 0; Along < Half * 0.9; Along += 0.5)
    Picture.ellipse(X - Ahead * (Half + Along), Y + Beat * Along / Half, 0.7,
                    0.4 + Along * 0.7, Fin, 0.9, Body);
  Picture.ellipse(X, Y, Half, Half * 0.55, Colour, 1, Body);
  Picture.ellipse(X + Ahead * 0.3, Y + Half * 0.25, Half * 0.7, Half * 0.22,
                  Belly, 0.7);
  for (int Stripe = 0; Stripe < 2; ++Stripe)
    Picture.ellipse(X + Ahead * Half * (0.25 - Stripe * 0.55), Y, 0.5,
                    Half * 0.45, Fin, 0.55);
  Picture.paint(static_cast<int>(std::lround(X + Ahead * Half * 0.65)),
                static_cast<int>(std::lround(Y - Half * 0.12)), {15, 15, 25}, 1,
                'o');
}
