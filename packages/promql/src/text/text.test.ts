import { describe, expect, it } from "vitest";
import { formatDurationMs, parseDurationMs } from "./duration.ts";
import { formatFloat, formatFloatDigits, formatOpenMetricsFloat, formatSampleValue, quote } from "./go-format.ts";
import { compileAnchored, expandTemplate } from "./go-regexp.ts";
import { unquote } from "./go-string.ts";
import { compareNatural } from "./natural-order.ts";
import { parseFloatText, parseGoNumber } from "./parse-float.ts";
import { positionText } from "./position.ts";

describe("floats as Go writes them", () => {
  it.each([
    [1, "1", "1", "1.0"],
    [0.1, "0.1", "0.1", "0.1"],
    [-0, "-0", "-0", "0.0"],
    [1e21, "1e+21", "1000000000000000000000", "1e+21"],
    [1.5e-7, "1.5e-07", "0.00000015", "1.5e-07"],
    [0.00001, "1e-05", "0.00001", "1e-05"],
    [999999, "999999", "999999", "999999.0"],
    [1e6, "1e+06", "1000000", "1e+06"],
    [123456789, "1.23456789e+08", "123456789", "1.23456789e+08"],
    [Infinity, "+Inf", "+Inf", "+Inf"],
    [-Infinity, "-Inf", "-Inf", "-Inf"],
    [NaN, "NaN", "NaN", "NaN"],
  ])("%d", (value, general, plain, openMetrics) => {
    expect(formatFloat(value)).toBe(general);
    expect(formatSampleValue(value)).toBe(plain);
    expect(formatOpenMetricsFloat(value)).toBe(openMetrics);
  });

  it.each([
    ["+Inf", Infinity],
    ["-inf", -Infinity],
    [".2", 0.2],
    ["2.", 2],
    ["1e0", 1],
    ["0x10", 16],
    ["", undefined],
    ["Hello", undefined],
    ["1e", undefined],
  ])("reads %j", (text, value) => {
    expect(parseFloatText(text)).toBe(value);
  });
});

describe("floats of two digits", () => {
  it.each([
    [230, "2.3e+02"],
    [23, "23"],
    [0.00012, "0.00012"],
    [0.00001234, "1.2e-05"],
    [99.6, "1e+02"],
    [0, "0"],
    [Infinity, "+Inf"],
  ])("%d", (value, text) => {
    expect(formatFloatDigits(value, 2)).toBe(text);
  });
});

describe("numbers in scripts", () => {
  it.each([
    ["017", 15],
    ["-0o17", -15],
    ["0b101", 5],
    ["0x1F", 31],
    ["08", 8],
    ["0", 0],
    ["1_000", 1000],
    ["0b12", undefined],
    ["m", undefined],
  ])("%s", (text, value) => {
    expect(parseGoNumber(text)).toBe(value);
  });
});

describe("durations", () => {
  it.each([
    ["1h30m", 5_400_000, "1h30m"],
    ["90m", 5_400_000, "1h30m"],
    ["1500ms", 1500, "1s500ms"],
    ["7d", 604_800_000, "1w"],
    ["8d", 691_200_000, "8d"],
    ["0", 0, "0s"],
  ])("%s", (text, durationMs, printed) => {
    expect(parseDurationMs(text)).toBe(durationMs);
    expect(formatDurationMs(durationMs)).toBe(printed);
  });

  it.each(["", "5", "m", "5m1h", "1.5h", "5x"])("refuses %j", (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  });
});

describe("regular expressions", () => {
  it.each([
    ["a.c", "a\nc", true],
    ["abc", "abcd", false],
    ["(?i)PRO.*", "production", true],
    [".*(?i:TION)", "production", true],
    [".*(?i:TION)", "PRODUCTIOn", true],
    ["(?i:a)b", "Ab", true],
    ["(?i:a)b", "AB", false],
    ["(?i)[a-c]+", "aBC", true],
    ["[[:alpha:]]+", "abc", true],
    [String.raw`\Qa.b\E`, "a.b", true],
    [String.raw`\Qa.b\E`, "axb", false],
    [String.raw`\d{2,3}`, "12", true],
    ["a{b", "a{b", true],
    ["(?P<x>a)(?<y>b)", "ab", true],
    [String.raw`\pL+`, "äb", true],
  ])("%s on %j", (source, text, matches) => {
    expect(compileAnchored(source).test(text)).toBe(matches);
  });

  it.each(["(", "a)", "[a", "a**", "(?=a)", String.raw`(a)\1`, "\\"])("refuses %s", (source) => {
    expect(() => compileAnchored(source)).toThrow();
  });

  it("says what is wrong in Go's words", () => {
    expect(() => compileAnchored("(ab")).toThrow("error parsing regexp: missing closing ): `(ab`");
    expect(() => compileAnchored("a**")).toThrow("error parsing regexp: invalid nested repetition operator: `**`");
    expect(() => compileAnchored("a{1001}")).toThrow("error parsing regexp: invalid repeat count: `{1001}`");
  });

  it("takes time in proportion to the text", () => {
    // A backtracking matcher takes 2^64 steps, and blocks the process for good.
    expect(compileAnchored("(a+)+").test(`${"a".repeat(64)}!`)).toBe(false);
    expect(compileAnchored("(a|a)*b").test("a".repeat(64))).toBe(false);
  });

  it("expands templates", () => {
    const match = compileAnchored("(?P<name>[a-z]+)-(\\d+)").exec("abc-12");
    expect(match).not.toBeNull();
    if (match !== null) expect(expandTemplate("$2/${name}/$1x/$$/${9}", match)).toBe("12/abc//$/");
  });
});

describe("strings", () => {
  it("keeps bytes that are no UTF-8 apart, and writes them back", () => {
    const text = unquote(String.raw`"a\xc5z"`);
    expect(text).toHaveLength(3);
    expect(quote(text)).toBe(String.raw`"a\xc5z"`);
  });

  it.each([String.raw`"\q"`, String.raw`"\400"`, String.raw`"\ud800"`, '"a\nb"', "'x"])("refuses %j", (literal) => {
    expect(() => unquote(literal)).toThrow();
  });
});

it("sorts numbers in names by their value", () => {
  expect(["a10", "a9", "a", "b1", "a9b", "a09"].sort(compareNatural)).toEqual(["a", "a9", "a09", "a9b", "a10", "b1"]);
});

it("counts lines and columns from 1", () => {
  expect(positionText("ab\ncd", 0)).toBe("1:1");
  expect(positionText("ab\ncd", 4)).toBe("2:2");
});
