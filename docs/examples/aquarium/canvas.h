// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A picture of square pixels: two fit into one character cell of a terminal,
// the upper and the lower half. Each pixel also has a mark, a character that
// stands for it where there are no colours.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

struct Rgb {
  double R = 0, G = 0, B = 0; // 0..255
};

inline Rgb mix(Rgb A, Rgb B, double Share) {
  Share = std::clamp(Share, 0.0, 1.0);
  return {A.R + (B.R - A.R) * Share, A.G + (B.G - A.G) * Share,
          A.B + (B.B - A.B) * Share};
}

class Canvas {
public:
  Canvas(int Width, int Height);

  int width() const { return Width; }
  int height() const { return Height; }
  Rgb at(int X, int Y) const { return Pixels[index(X, Y)]; }

  /// Paints one pixel; Alpha 0 leaves it, 1 covers it. Outside: nothing.
  void paint(int X, int Y, Rgb Colour, double Alpha, char Mark = 0);
  /// Paints a filled ellipse with a soft edge.
  void ellipse(double X, double Y, double RadiusX, double RadiusY, Rgb Colour,
               double Alpha, char Mark = 0);

  std::string inColour() const;
  std::string inMarks() const;

private:
  std::size_t index(int X, int Y) const {
    return static_cast<std::size_t>(Y) * static_cast<std::size_t>(Width) +
           static_cast<std::size_t>(X);
  }

  int Width, Height;
  std::vector<Rgb> Pixels;
  std::vector<char> Marks;
};
