// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "water.h"

#include "world.h"

#include <cmath>

static Rgb waterColour(double Depth) {
  const Rgb Surface{96, 206, 232}, Deep{8, 30, 84};
  return mix(Surface, Deep, std::sqrt(Depth));
}

static double lightAt(double X, double Depth, double Time) {
  double Slant = X + Depth * 14;
  double Rays = std::sin(Slant * 0.21 + Time * 0.9) +
                std::sin(Slant * 0.13 - Time * 0.5) +
                std::sin(Slant * 0.07 + Time * 0.3);
  return std::max(0.0, Rays / 3) * (1 - Depth) * 0.5;
}

static void drawSand(Canvas &Picture) {
  for (int X = 0; X < Picture.width(); ++X) {
    int Top = Picture.height() - 4 -
              static_cast<int>(std::lround(std::sin(X * 0.11) * 1.2 +
                                           std::sin(X * 0.037) * 1.5));
    for (int Y = Top; Y < Picture.height(); ++Y) {
      int Grain = (X * 73 ^ Y * 151) % 23;
      Picture.paint(X, Y, mix({214, 184, 128}, {140, 106, 72}, Grain / 30.0),
                    0.92, Grain == 3 ? ',' : '.');
    }
  }
}

static void drawWeed(Canvas &Picture, double Time) {
  for (int Plant = 0; Plant * 9 < Picture.width(); ++Plant) {
    int Root = 4 + Plant * 9 + Plant * Plant % 5;
    int Length = 7 + Plant * 5 % 9;
    for (int Up = 0; Up < Length; ++Up) {
      double Sway = std::sin(Time * 1.4 + Plant + Up * 0.35) * Up * 0.16;
      int X = static_cast<int>(std::lround(Root + Sway));
      Rgb Green = mix({16, 84, 60}, {120, 220, 110}, Up / 14.0);
      Picture.paint(X, Picture.height() - 4 - Up, Green, 0.9,
                    Sway > 0 ? ')' : '(');
      Picture.paint(X + 1, Picture.height() - 4 - Up, Green, 0.45);
    }
  }
}

void drawWater(Canvas &Picture, World &Sea) {
  double Time = static_cast<double>(Sea.Tick) / 30;
  for (int Y = 0; Y < Picture.height(); ++Y) {
    double Depth = static_cast<double>(Y) / Picture.height();
    Rgb Water = waterColour(Depth);
    for (int X = 0; X < Picture.width(); ++X) {
      Picture.paint(X, Y, Water, 1, Y == 0 ? '~' : 0);
      // The top row stays plain: it is the surface that the status line names.
      if (Y > 0)
        Picture.paint(X, Y, {235, 255, 240}, lightAt(X, Depth, Time));
    }
  }
  drawSand(Picture);
  drawWeed(Picture, Time);
  for (const Bubble &Each : Sea.Bubbles)
    Picture.ellipse(Each.X, Each.Y, Each.Radius, Each.Radius, {225, 250, 255},
                    0.55, 'o');
}
