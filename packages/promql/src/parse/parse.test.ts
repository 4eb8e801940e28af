import { describe, expect, it } from "vitest";
import { PromqlError } from "../errors.ts";
import { print } from "../print/print.ts";
import { parse } from "./parse.ts";

function messageOf(query: string): string {
  try {
    parse(query);
  } catch (thrown) {
    if (thrown instanceof PromqlError) return thrown.message;
    throw thrown;
  }
  return "no error";
}

describe("long queries", () => {
  const chain = (count: number, operator: string) =>
    Array.from({ length: count }, (_, index) => `up{job="job ${index}"}`).join(` ${operator} `);

  it.each(["or", "+", "^", "== bool", "* on (job) group_left ()"])("have 890 operators: %s", (operator) => {
    const query = chain(891, operator);
    const printed = print(parse(query));
    expect(printed.match(/job \d+/g)).toHaveLength(891);
    expect(print(parse(printed))).toBe(printed);
  });

  it("have 890 brackets", () => {
    expect(print(parse(`${"(".repeat(890)}up${")".repeat(890)}`))).toContain("up");
  });

  it.each([
    ["operators", chain(902, "or")],
    ["brackets", `${"(".repeat(901)}up${")".repeat(901)}`],
    ["both", `${"sum(".repeat(451)}${chain(451, "or")}${")".repeat(451)}`],
    ["brackets that are never closed", "(".repeat(100_000)],
  ])("with more %s are refused with the reason", (_name, query) => {
    expect(messageOf(query)).toMatch(/^1:\d+: parse error: more than 900 operators after one another and brackets/);
  });

  it("count only what lies within one another", () => {
    const query = Array.from({ length: 2000 }, () => "(up) + 1").join(", ");
    expect(messageOf(`vector(${query})`)).not.toContain("more than");
  });
});

describe("what the grammar package misreads", () => {
  it.each([
    // The sign binds looser than `^`.
    ["-1 ^ 2", { kind: "unary" }],
    ["-foo ^ 2", { kind: "unary" }],
    ["-(1) ^ 2", { kind: "unary" }],
    // Postfix modifiers bind tighter than operators.
    ["a + b offset 5m", { kind: "binary", operator: "+", right: { kind: "vectorSelector", name: "b" } }],
    ["a + b offset 5m * c", { kind: "binary", operator: "+", right: { kind: "binary", operator: "*" } }],
    ["-foo offset 5m", { kind: "unary", expr: { kind: "vectorSelector" } }],
    ["a ^ b @ 5", { kind: "binary", right: { kind: "vectorSelector" } }],
    ["2 ^ -1 ^ 2", { kind: "binary", right: { kind: "unary", expr: { kind: "binary" } } }],
    // Names and numbers that it refuses.
    ["min_of(1, 2)", { kind: "call", name: "min_of" }],
    ["max_of(min_of(1, 2), 3)", { kind: "call", name: "max_of" }],
    ["2.", { kind: "number", value: 2 }],
    ["1. / 6.", { kind: "binary" }],
    ["0X1F", { kind: "number", value: 31 }],
    ["offset", { kind: "vectorSelector", name: "offset" }],
    ["offset offset 5m", { kind: "vectorSelector", name: "offset" }],
    ["foo[5m + STEP()]", { kind: "matrixSelector" }],
    // Comments between tokens are no operators.
    ["foo # why\n + bar", { kind: "binary", operator: "+" }],
  ])("%s", (query, shape) => {
    expect(parse(query)).toMatchObject(shape);
  });
});

describe("numbers", () => {
  it.each([
    ["1_000", 1000],
    ["010", 8],
    ["0x1f", 31],
    ["1e3", 1000],
    [".5", 0.5],
    ["1h30m", 5400],
    ["- 5", -5],
    ["-5m", -300],
    ["InF", Infinity],
  ])("%s is %d", (query, value) => {
    expect(parse(query)).toMatchObject({ kind: "number", value });
  });
});

describe("strings", () => {
  it.each([
    [String.raw`"a\n\t\"'"`, "a\n\t\"'"],
    [String.raw`'\x41Ä\u00c4\U0001F600\101'`, "AÄÄ😀A"],
    ["`raw \\n`", "raw \\n"],
    [String.raw`"\xc3\x84"`, "Ä"],
  ])("%s", (query, value) => {
    expect(parse(query)).toMatchObject({ kind: "string", value });
  });
});

describe("names in UTF-8", () => {
  it("reads a quoted metric and quoted labels", () => {
    const expr = parse('sum by ("service.name") ({"http.requests", "service.name"=~"a|b", job="x"})');
    expect(print(expr)).toBe('sum by ("service.name") ({"service.name"=~"a|b",job="x",__name__="http.requests"})');
  });
});

describe("errors have a position and Prometheus' words", () => {
  it.each([
    ["", "1:1: parse error: no expression found in input"],
    ["# nothing", "1:1: parse error: no expression found in input"],
    ["1 +", "1:4: parse error: unexpected end of input"],
    ["foo bar", '1:5: parse error: unexpected identifier "bar"'],
    ["foo{a=b}", '1:7: parse error: unexpected identifier "b" in label matching, expected string'],
    ['foo{a="b', "1:7: parse error: unterminated quoted string"],
    ["nope(x)", '1:1: parse error: unknown function with name "nope"'],
    ["sum(1)", "1:5: parse error: expected type instant vector in aggregation expression, got scalar"],
    ["rate(foo)", '1:6: parse error: expected type range vector in call to function "rate", got instant vector'],
    ["\n  rate(foo)", '2:8: parse error: expected type range vector in call to function "rate", got instant vector'],
    ["{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"],
    ['{a=~".*"}', "1:1: parse error: vector selector must contain at least one non-empty matcher"],
    ['foo{__name__="bar"}', '1:1: parse error: metric name must not be set twice: "foo" or "bar"'],
    ["foo and 1", '1:1: parse error: set operator "and" not allowed in binary scalar expression'],
    ["1 > 2", "1:3: parse error: comparisons between scalars must use BOOL modifier"],
    ["foo + bool bar", "1:5: parse error: bool modifier can only be used on comparison operators"],
    ["a + on(x) group_left(x) b", '1:3: parse error: label "x" must not occur in ON and GROUP clause at once'],
    ["a and on(x) group_left b", '1:1: parse error: no grouping allowed for "and" operation'],
    ["a or fill(0) b", "1:1: parse error: filling in missing series not allowed for set operators"],
    ["sum(foo, 1)", "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 1, got 2"],
    ["topk(foo)", "1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1"],
    ["sum()", "1:1: parse error: no arguments for aggregate expression provided"],
    ["abs()", '1:1: parse error: expected 1 argument(s) in call to "abs", got 0'],
    ["label_join(foo)", '1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 1'],
    ["round(foo, 1, 2)", '1:1: parse error: expected at most 2 argument(s) in call to "round", got 3'],
    ['"a" + "b"', "1:1: parse error: binary expression must contain only scalar and instant vector types"],
    ["foo offset 5m offset 5m", "1:1: parse error: offset may not be set multiple times"],
    ["foo @ 1 @ 2", "1:1: parse error: @ <timestamp> may not be set multiple times"],
    [
      "sum(foo) offset 5m",
      "1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery",
    ],
    ["(foo)[5m]", "1:6: parse error: ranges only allowed for vector selectors"],
    ["foo[5s / 0]", "1:8: parse error: division by zero"],
    ["foo[step() % 0s]", "1:12: parse error: modulo by zero"],
    ["sum by (a, NaN ^ b) (c)", '1:12: parse error: unexpected number "NaN" in grouping opts, expected label'],
    ["foo[0s]", "1:5: parse error: duration must be greater than 0"],
    [
      "-foo[5m]",
      '1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector"',
    ],
    ["foo[5m][5m:1m]", "1:1: parse error: subquery is only allowed on instant vector, got matrix instead"],
    ["foo[5m:1m] smoothed", "1:1: parse error: smoothed modifier is not supported for subqueries"],
    ["foo[5m] anchored smoothed", "1:1: parse error: anchored and smoothed modifiers cannot be used together"],
    ["info(foo, bar)", "1:11: parse error: expected label selectors only, got vector selector instead"],
    ["sum(foo", "1:8: parse error: unclosed left parenthesis"],
    ["foo)", "1:5: parse error: unexpected right parenthesis ')'"],
    ["clamp(foo, 1,)", "1:13: parse error: trailing commas not allowed in function call args"],
    ["a == 1or b", '1:6: parse error: bad number or duration syntax: "1"'],
    ["sum by (a b) (c)", '1:11: parse error: unexpected identifier "b" in grouping opts, expected "," or ")"'],
    ["foo @ Inf", "1:1: parse error: timestamp out of bounds for @ modifier: +Inf"],
  ])("%s", (query, message) => {
    expect(messageOf(query)).toBe(message);
  });

  it("reports bad escapes and regular expressions", () => {
    expect(messageOf(String.raw`foo{a="\x"}`)).toMatch(/^1:7: parse error: error unquoting string/);
    expect(messageOf('foo{a=~"("}')).toMatch(/^1:5: parse error: .*missing closing \)/);
  });

  it("refuses experimental parts that are switched off", () => {
    const off = { experimentalFunctions: false, extendedRangeSelectors: false, fillModifiers: false };
    for (const query of ["limitk(1, a)", "mad_over_time(a[5m])", "rate(a[5m] anchored)", "a + fill(0) b"])
      expect(() => parse(query, off)).toThrow(/experimental|not enabled/);
  });
});
