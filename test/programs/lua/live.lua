-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- A script that never stops to be told anything: it keeps state of every kind that Lua has, goes round and round, and
-- says a line when something that it computes over and over is not what it was. The test edits the interpreter
-- meanwhile. At the end it says whether all its state is what it has to be.

local rounds, limit = 0, 20000000
local upper, format = string.upper, string.format -- values taken before any edit
local queue = {}                                  -- table in use as an array
local byName = setmetatable({}, {__index = function(_, k) return "no " .. k end})
local file = assert(io.tmpfile())                 -- open file with a buffer
file:setvbuf("full", 4096)

local function counter()
  local n = 0
  return function() n = n + 1; return n end
end
local count = counter()

local steps = coroutine.wrap(function()
  local n = 0
  while true do n = n + 1; coroutine.yield(n) end
end)

-- A C frame (the sort) and Lua frames above it in every round.
local function order(a, b) return a > b end

local function round()
  rounds = rounds + 1
  local c, s = count(), steps()
  assert(c == rounds and s == rounds)
  queue[#queue + 1] = rounds
  if #queue > 100 then queue = {table.unpack(queue, 51)} end
  byName["round" .. rounds % 10] = rounds
  if rounds % 1000 == 0 then file:write(format("%d\n", rounds)) end
  table.sort(queue, order)
  table.sort(queue)
  return upper("hot code"), ~rounds + rounds -- the second: -1, whatever the round
end

local before = {}
local function changed(name, value)
  if before[name] ~= value then
    before[name] = value
    io.write(name, " ", tostring(value), " after some rounds\n")
    io.flush()
  end
end

-- The main chunk's frame runs the old interpreter loop until it ends; pcall enters the current one.
repeat
  local ok, text, number = pcall(round)
  if not ok then
    print("error", text)
    os.exit(9)
  end
  changed("upper", text)
  changed("number", number)
until number == -2 and text == "HOT CODE" or rounds == limit

-- Nothing was lost, nothing done twice.
file:seek("set")
local written, last = 0, 0
for line in file:lines() do
  written = written + 1
  assert(tonumber(line) == last + 1000)
  last = last + 1000
end
assert(written == rounds // 1000, "lines in the file")
assert(queue[#queue] == rounds and queue[1] == rounds - #queue + 1, "queue")
for i = 2, #queue do assert(queue[i] == queue[i - 1] + 1) end
assert(byName["round" .. rounds % 10] == rounds and byName.x == "no x", "names")
print(rounds > 1 and rounds < limit and "kept everything" or "kept nothing")
os.exit(7, true)
