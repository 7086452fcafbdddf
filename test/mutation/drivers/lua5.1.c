/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * Lua: a new state each round, and a script that uses all of its libraries. */
#include "driver.h"
#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

static const char Script[] =
    "local function show(...) io.write(table.concat({...}, ' '), '\\n') end\n"
    "local t = {}\n"
    "for i = 1, 300 do t[i] = (i * 7919) % 301 end\n"
    "table.sort(t); show(t[1], t[150], t[300], #t, table.maxn(t))\n"
    "table.sort(t, function(a, b) return a > b end)\n"
    "table.insert(t, 5, 'x'); show(table.remove(t, 5), table.remove(t))\n"
    "show(('%5d|%-8s|%q|%x|%5.2f|%g'):format(42, 'left', 'a\"b\\n', 255, 2 / "
    "3, 1e20))\n"
    "show(('hot code reloading'):gsub('(%w+)', '<%1>'), ('abc'):rep(3), "
    "('abc'):reverse():upper())\n"
    "for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do show(k, v) end\n"
    "show(('x'):byte(), string.char(72, 105), ('hello'):find('l+'), "
    "('hello'):sub(-3))\n"
    "show(math.floor(3.7), math.max(1, 5, 2), math.fmod(7, 3), math.sqrt(2), "
    "math.huge)\n"
    "local function fib(n) if n < 2 then return n end return fib(n - 1) + "
    "fib(n - 2) end\n"
    "show(fib(15))\n"
    "local c = coroutine.wrap(function(a) for i = 1, 3 do a = "
    "coroutine.yield(a * i) end return 'done' end)\n"
    "show(c(2), c(3), c(4), c(5))\n"
    "show(pcall(function() error({}) end) and 'no' or 'yes', select(2, "
    "pcall(error, 'message', 0)))\n"
    "local m = setmetatable({}, {__index = function(_, k) return k .. '!' end, "
    "__add = function() return 'sum' end,\n"
    "  __call = function(_, x) return x end, __concat = function() return "
    "'cat' end, __len = function() return 3 end})\n"
    "show(m.key, m + 1, m(7), m .. 'a')\n"
    "local f = loadstring('local a, b = ... ; local s = 0; for i = a, b do if "
    "i % 2 == 0 then s = s + i elseif i > 90 then break end end return s')\n"
    "show(f(1, 100), tostring(loadstring('x = = 1')), select(2, loadstring('x "
    "= = 1', '=s')))\n"
    "local up = 0; local function count() up = up + 1; return up end; count(); "
    "show(count())\n"
    "local big = {}; for i = 1, 2000 do big['k' .. i] = {i} end; local n = 0\n"
    "for _ in pairs(big) do n = n + 1 end; big = nil; collectgarbage(); "
    "show(n)\n"
    "show(tostring(nil), tostring(true), tonumber('0x10'), tonumber('z', 36), "
    "type(show))\n"
    "show(unpack({1, 2, 3})); show(os.date('!%Y-%m-%d', 0), os.getenv('NONE') "
    "or 'none')\n"
    "repeat local x = 1; while x < 10 do x = x * 2 end; show(x) until true\n";

void workload(void) {
  lua_State *L = luaL_newstate();
  if (!L)
    return;
  luaL_openlibs(L);
  if (luaL_loadbuffer(L, Script, sizeof(Script) - 1, "=script") ||
      lua_pcall(L, 0, 0, 0))
    printf("error: %s\n", lua_tostring(L, -1));
  lua_close(L);
}
