-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- Floating point and table access: bodies that attract each other in a plane.
local steps, count = tonumber(arg[1]), 4
local bodies = {}
for i = 1, count do
  bodies[i] = {x = i * 1.5, y = (i % 3) - 1.0, vx = 0.1 * i, vy = -0.05 * i, mass = 1.0 / i}
end
for _ = 1, steps do
  for i = 1, count do
    local a = bodies[i]
    for j = i + 1, count do
      local b = bodies[j]
      local dx, dy = a.x - b.x, a.y - b.y
      local square = dx * dx + dy * dy + 0.01
      local pull = 0.001 / (square * square ^ 0.5)
      a.vx, a.vy = a.vx - dx * b.mass * pull, a.vy - dy * b.mass * pull
      b.vx, b.vy = b.vx + dx * a.mass * pull, b.vy + dy * a.mass * pull
    end
  end
  for i = 1, count do
    local a = bodies[i]
    a.x, a.y = a.x + 0.001 * a.vx, a.y + 0.001 * a.vy
  end
end
print(string.format("%.9f %.9f", bodies[1].x, bodies[count].y))
