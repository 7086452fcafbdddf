// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "creature.h"

class Fish : public Creature {
public:
  Fish(int Id, std::string Name, double X, double Y, Rgb Colour, double Speed)
      : Creature(Id, std::move(Name), X, Y), Colour(Colour), VelocityX(Speed) {}

  const char *kind() const override { return "fish"; }
  double length() const override { return 7.0; }
  void swim(World &Sea) override;
  void draw(Canvas &Picture, long Tick) const override;

private:
  Rgb Colour;
  double VelocityX, VelocityY = 0;
};
