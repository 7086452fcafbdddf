// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "canvas.h"

#include <cmath>

Canvas::Canvas(int Width, int Height)
    : Width(Width), Height(Height),
      Pixels(static_cast<std::size_t>(Width * Height)),
      Marks(Pixels.size(), ' ') {}

void Canvas::paint(int X, int Y, Rgb Colour, double Alpha, char Mark) {
  if (X < 0 || X >= Width || Y < 0 || Y >= Height)
    return;
  Rgb &Pixel = Pixels[index(X, Y)];
  Pixel = mix(Pixel, Colour, Alpha);
  if (Mark && Alpha > 0.4)
    Marks[index(X, Y)] = Mark;
}

void Canvas::ellipse(double X, double Y, double RadiusX, double RadiusY,
                     Rgb Colour, double Alpha, char Mark) {
  int Left = static_cast<int>(std::floor(X - RadiusX));
  int Right = static_cast<int>(std::ceil(X + RadiusX));
  int Top = static_cast<int>(std::floor(Y - RadiusY));
  int Bottom = static_cast<int>(std::ceil(Y + RadiusY));
  for (int PY = Top; PY <= Bottom; ++PY)
    for (int PX = Left; PX <= Right; ++PX) {
      double Distance = std::hypot((PX - X) / RadiusX, (PY - Y) / RadiusY);
      double Edge = (1 - Distance) * std::min(RadiusX, RadiusY) + 0.5;
      paint(PX, PY, Colour, Alpha * std::clamp(Edge, 0.0, 1.0), Mark);
    }
}

static void appendColour(std::string &Out, const char *Layer, Rgb Colour) {
  Out += Layer;
  Out += std::to_string(static_cast<int>(Colour.R)) + ';';
  Out += std::to_string(static_cast<int>(Colour.G)) + ';';
  Out += std::to_string(static_cast<int>(Colour.B)) + 'm';
}

std::string Canvas::inColour() const {
  std::string Out;
  Out.reserve(Pixels.size() * 20);
  for (int Y = 0; Y + 1 < Height; Y += 2) {
    for (int X = 0; X < Width; ++X) {
      appendColour(Out, "\x1b[38;2;", at(X, Y));
      appendColour(Out, "\x1b[48;2;", at(X, Y + 1));
      Out += "▀";
    }
    Out += "\x1b[0m\n";
  }
  return Out;
}

std::string Canvas::inMarks() const {
  std::string Out;
  for (int Y = 0; Y + 1 < Height; Y += 2) {
    for (int X = 0; X < Width; ++X) {
      char Upper = Marks[index(X, Y)], Lower = Marks[index(X, Y + 1)];
      Out += Upper != ' ' ? Upper : Lower;
    }
    Out += '\n';
  }
  return Out;
}
