import { describe, expect, it } from "vitest";
import { parse } from "../parse/parse.ts";
import { print } from "./print.ts";

describe("print", () => {
  it.each([
    ["sum(rate(x[5m]))by(a,b)", "sum by (a, b) (rate(x[5m]))"],
    ["sum without() (x)", "sum without () (x)"],
    ["topk(2,x) without(y)", "topk without (y) (2, x)"],
    ["a*on(x,y)group_left(z)b", "a * on (x, y) group_left (z) b"],
    ["a == bool ignoring(x) b", "a == bool ignoring (x) b"],
    ["a + fill(0) b", "a + fill (0) b"],
    ["a + fill_right(-1) b", "a + fill_right (-1) b"],
    ["x[90m:]", "x[1h30m:]"],
    ["x[5m:30s] @ 10 offset -1h", "x[5m:30s] @ 10.000 offset -1h"],
    ["x @ start()", "x @ start()"],
    ["x[(1m+2m)*3]", "x[(1m + 2m) * 3s]"],
    ["x[5m] smoothed offset 1m", "x[5m] smoothed offset 1m"],
    ['{__name__=~"a.*",b!="c"}', '{__name__=~"a.*",b!="c"}'],
    ["'it''s'", undefined],
    ["-(-x)", "-(-x)"],
    ["1e-9 + Inf", "0.000000001 + +Inf"],
  ])("%s", (query, printed) => {
    if (printed === undefined) expect(() => parse(query)).toThrow();
    else {
      expect(print(parse(query))).toBe(printed);
      expect(print(parse(printed))).toBe(printed);
    }
  });
});
