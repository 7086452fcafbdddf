-- SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
-- The string library: patterns, formatting, tables of pieces, sorting.
local total = 0
for round = 1, tonumber(arg[1]) do
  local words = {}
  for i = 1, 2000 do
    words[#words + 1] = string.format("word%04d=%x;", (i * 7919 + round) % 10000, i)
  end
  table.sort(words)
  local text = table.concat(words, " ")
  text = text:gsub("(%a+)(%d+)=(%x+);", "%3:%2"):upper():reverse()
  for number in text:gmatch("%d+") do total = total + #number end
  total = total + (text:find("9999", 1, true) or 0)
end
print(total)
