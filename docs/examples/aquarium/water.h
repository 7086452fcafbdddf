// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include "canvas.h"

class World;

/// Everything that is not alive: water, light, sand, weed and bubbles.
void drawWater(Canvas &Picture, World &Sea);
