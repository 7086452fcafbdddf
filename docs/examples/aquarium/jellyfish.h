// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "creature.h"

class Jellyfish : public Creature {
public:
  using Creature::Creature;

  const char *kind() const override { return "jellyfish"; }
  double length() const override { return 6.0; }
  void swim(World &Sea) override;
  void draw(Canvas &Picture, long Tick) const override;
};
