import { describe, expect, it } from "vitest";
import { formatNumber, formatValue, formatValueShort, parseValue } from "./value.ts";

describe("formatValueShort", () => {
  it.each<[number | null, string]>([
    [null, "–"],
    [0, "0"],
    [-0.5, "−0.5"],
    [0.1 + 0.2, "0.3"],
    [0.000_000_41, "4.1e-7"],
    [0.0032, "0.0032"],
    [1204, "1,204"],
    [9_999.7, "10k"],
    [12_040, "12k"],
    [17_932, "17.9k"],
    [999_999, "1M"],
    [180_250_000, "180M"],
    [1e24, "1e24"],
    [NaN, "NaN"],
    [-Infinity, "−∞"],
  ])("writes %d as %s", (value, text) => {
    expect(formatValueShort(value)).toBe(text);
  });
});

describe("formatNumber", () => {
  it.each<[number, string]>([
    [0, "0"],
    [1_204_331, "1,204,331"],
    [-17_932.4123, "−17,932.4"],
    [0.053_333_333, "0.0533333"],
    [4.1e-7, "4.1e-7"],
    [1e18, "1e18"],
    [Infinity, "∞"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

it.each([0, 1.5, -2e-9, Infinity, -Infinity])("reads back %d", (value) => {
  expect(parseValue(formatValue(value))).toBe(value);
});

it("reads what is no number", () => {
  expect(parseValue("NaN")).toBeNaN();
});
