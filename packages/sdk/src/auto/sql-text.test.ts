import { describe, expect, it } from "vitest";
import { type SqlDialect, withoutValues } from "./sql-text.ts";

const both: [string, string][] = [
  ["select * from t where id = 42", "select * from t where id = ?"],
  ["select 1, -1.5, .5, 1e10, 0xFF", "select ?, -?, ?, ?, ?"],
  ["insert into t1 (a2, b) values ('x', 'it''s'), ('', NULL)", "insert into t1 (a2, b) values (?, ?), (?, NULL)"],
  ["select a -- the secret is 'x'\nfrom t /* and 5 */ where b = 'y'", "select a from t where b = ?"],
  ["update t\n   set a = 'x\ny'", "update t set a = ?"],
  ["select 'never ends", "select ?"],
  ["select /* never ends 'x'", "select"],
  ["select x'1F', b'101', N'text'", "select ?, ?, ?"],
  ["where a in('x','y')", "where a in(?,?)"],
  ["select größe from t where ä = 'ö'", "select größe from t where ä = ?"],
  ["select date '2001-01-13', interval '1 day'", "select date ?, interval ?"],
  ["", ""],
];
const postgresql: [string, string][] = [
  ["select * from t where id = $1 and b = $2::int", "select * from t where id = $1 and b = $2::int"],
  [`select "Column 1", "a""b" from "T2" where c = 3`, `select "Column 1", "a""b" from "T2" where c = ?`],
  [String.raw`select E'it\'s a \\ secret', 'back\', c`, "select ?, ?, c"],
  ["select $$it's$$, $tag$ $$ 'x' $tag$, d", "select ?, ?, d"],
  ["select U&'d\\0061t'", "select ?"],
  ["select 1_000_000", "select ?"],
];
const mysql: [string, string][] = [
  ["select * from t where id = ?", "select * from t where id = ?"],
  ['select `Column 1`, `a``b` from t where c = "secret ""word"""', "select `Column 1`, `a``b` from t where c = ?"],
  [String.raw`select 'it\'s', "a\"b", c`, "select ?, ?, c"],
  ["select a # the secret\nfrom t", "select a from t"],
  ["select 5--1", "select ?--?"],
  ["select _utf8mb4 'x', @variable1", "select ?, @variable1"],
];

describe.each<[SqlDialect, [string, string][]]>([
  ["postgresql", [...both, ...postgresql]],
  ["mysql", [...both, ...mysql]],
])("%s without values", (dialect, cases) => {
  it.each(cases)("%s", (sql, expected) => {
    expect(withoutValues(sql, dialect)).toBe(expected);
  });

  it("is quick and bounded, whatever it gets", () => {
    for (const piece of ["'", "$a$", "/*", '"', "\\'", "e'\\", "1.", "$1$"])
      expect(withoutValues(piece.repeat(1_000_000), dialect).length).toBeLessThanOrEqual(8192);
  });
});
