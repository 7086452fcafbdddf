/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 * SQLite: a new database in memory each round; the library starts and ends with
 * the round. */
#include "sqlite3.h"
#include "driver.h"

static const char *const Script[] = {
    "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT UNIQUE, weight REAL, "
    "data BLOB)",
    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < "
    "500) INSERT INTO item "
    "SELECT i, 'item ' || i, i * 0.5, zeroblob(i % 50) FROM n",
    "CREATE INDEX heavy ON item(weight DESC)",
    "CREATE TABLE log(text)",
    "CREATE TRIGGER removed AFTER DELETE ON item BEGIN INSERT INTO log "
    "VALUES(old.name); END",
    "DELETE FROM item WHERE id % 100 = 0",
    "SELECT count(*), sum(id), total(weight), avg(weight), sum(length(data)), "
    "max(name), min(name), group_concat(id % 7) FROM item",
    "SELECT * FROM log",
    "SELECT upper('abc'), lower('ABC'), substr('hello', 2, 3), instr('hello', "
    "'l'), replace('aXbX', 'X', 'y'), trim('  x '), "
    "round(2.567, 2), abs(-5), hex('abc'), quote('it''s'), char(72, 105), "
    "unicode('A'), typeof(1.5), length('xyz'), "
    "coalesce(NULL, 2), ifnull(NULL, 3), nullif(1, 1), "
    "printf('%05d|%-5s|%x|%.3f|%,d', 42, 'ab', 255, 3.14159, 1234567)",
    "SELECT 'abcdef' LIKE 'A%F', 'abcdef' GLOB 'a*f', 'x' IN ('x', 'y'), 5 "
    "BETWEEN 1 AND 9, CAST('12abc' AS INTEGER), '3' + 4",
    "SELECT date('2024-02-29', '+1 year'), time('12:34:56', '-90 minutes'), "
    "julianday('2000-01-01'), strftime('%Y %j %W %s', '2024-07-01'), "
    "datetime(86400, 'unixepoch'), date('2024-01-31', 'start of month', '+1 "
    "month', '-1 day', 'weekday 3')",
    "SELECT name FROM item WHERE weight > 240 ORDER BY name DESC LIMIT 5",
    "SELECT a.id, b.id FROM item a JOIN item b ON a.id = b.id * 50 ORDER BY 1",
    "SELECT id % 3 AS g, count(*), sum(weight) FROM item GROUP BY g HAVING "
    "count(*) > 1",
    "SELECT id, sum(id) OVER (ORDER BY id ROWS 2 PRECEDING) FROM item WHERE id "
    "< 8",
    "BEGIN",
    "UPDATE item SET name = name || '!' WHERE id < 20",
    "SAVEPOINT s",
    "DELETE FROM item",
    "ROLLBACK TO s",
    "COMMIT",
    "SELECT * FROM item WHERE id < 5",
    "PRAGMA integrity_check",
    "SELECT nothing FROM item",
    "SELECT 1 FROM none",
    "SYNTAX error",
    "EXPLAIN QUERY PLAN SELECT * FROM item WHERE weight = 3 AND name > 'a'",
};

static int row(void *Context, int Count, char **Values, char **Names) {
  (void)Context;
  for (int I = 0; I < Count; ++I)
    printf("%s=%s%s", Names[I], Values[I] ? Values[I] : "NULL",
           I + 1 < Count ? "|" : "\n");
  return 0;
}

void workload(void) {
  sqlite3 *Database = 0;
  printf("open %d\n", sqlite3_open(":memory:", &Database));
  for (unsigned I = 0; I < sizeof(Script) / sizeof(Script[0]); ++I) {
    char *Message = 0;
    int Code = sqlite3_exec(Database, Script[I], row, 0, &Message);
    if (Code)
      printf("%d: %s\n", Code, Message ? Message : "");
    sqlite3_free(Message);
  }
  printf("complete %d %d\n", sqlite3_complete("SELECT 1;"),
         sqlite3_complete("SELECT 'a;"));
  printf("close %d\n", sqlite3_close(Database));
  printf("shutdown %d\n", sqlite3_shutdown());
}
