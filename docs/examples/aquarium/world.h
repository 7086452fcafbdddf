// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The state of the aquarium: all of it lives on the heap and in standard
// containers.
#pragma once

#include "creature.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Bubble {
  double X, Y, Radius;
};

class World {
public:
  using Rule = std::function<void(World &)>;

  World(int Width, int Height);
  /// Applies every rule once.
  void step();
  /// Two lines about the world, for under the picture.
  std::string status(Rgb Surface) const;
  /// 0..1, the same sequence in every run.
  double random();

  const int Width, Height;
  long Tick = 0;
  std::vector<std::unique_ptr<Creature>> Creatures;
  std::vector<Bubble> Bubbles;
  std::map<std::string, int> Census;
  std::vector<Rule> Rules;

private:
  std::uint32_t Seed = 2463534242u;
};
