// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whatever lives in the aquarium.
#pragma once

#include "canvas.h"

#include <string>
#include <utility>

class World;

class Creature {
public:
  Creature(int Id, std::string Name, double X, double Y)
      : Id(Id), Name(std::move(Name)), X(X), Y(Y) {}
  virtual ~Creature() = default;

  virtual const char *kind() const = 0;
  /// Length from nose to tail, in pixels.
  virtual double length() const = 0;
  virtual void swim(World &Sea) = 0;
  virtual void draw(Canvas &Picture, long Tick) const = 0;

  const int Id;
  const std::string Name;
  double X, Y;
  long Age = 0;
};
