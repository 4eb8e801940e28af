import { describe, expect, it } from "vitest";
import { formatValue, formatValueShort, parseValue } from "./value.ts";

describe("formatValueShort", () => {
  it.each<[number | null, string]>([
    [null, "–"],
    [0, "0"],
    [-0.5, "−0.5"],
    [0.1 + 0.2, "0.3"],
    [0.000_000_41, "4.1e-7"],
    [0.0032, "0.0032"],
    [1204, "1204"],
    [12_040, "12.04k"],
    [999_999, "1M"],
    [180_250_000, "180.3M"],
    [1e24, "1e24"],
    [NaN, "NaN"],
    [-Infinity, "−∞"],
  ])("writes %d as %s", (value, text) => {
    expect(formatValueShort(value)).toBe(text);
  });
});

it.each([0, 1.5, -2e-9, Infinity, -Infinity])("reads back %d", (value) => {
  expect(parseValue(formatValue(value))).toBe(value);
});

it("reads what is no number", () => {
  expect(parseValue("NaN")).toBeNaN();
});
