import { describe, expect, it } from "vitest";
import { formatDuration, formatDurationShort, formatRough } from "./duration.ts";

describe("formatDuration", () => {
  it.each([
    [null, "–"],
    [Number.NaN, "–"],
    [0, "0 ms"],
    [0.0005, "500 ns"],
    [0.82, "820 µs"],
    [1, "1 ms"],
    [12.34, "12.3 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [4_200, "4.2 s"],
    [41_040, "41 s"],
    [59_949, "59.9 s"],
    [59_960, "1 min 00 s"],
    [192_000, "3 min 12 s"],
    [3_599_600, "1 h 00 min"],
    [7_500_000, "2 h 05 min"],
    [273_600_000, "3 d 4 h"],
    [-4_200, "−4.2 s"],
  ])("writes %s ms as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("formatRough", () => {
  it.each([
    [15_200, "15 s"],
    [1_803_000, "30 min"],
    [86_380_000, "24 h"],
    [604_800_000, "7 d"],
  ])("writes %s ms as %s", (ms, text) => {
    expect(formatRough(ms)).toBe(text);
  });
});

describe("formatDurationShort", () => {
  it.each([
    [null, "–"],
    [0, "0"],
    [0.4, "400µs"],
    [250, "250ms"],
    [4_200, "4.2s"],
    [90_000, "1.5m"],
    [7_200_000, "2h"],
    [172_800_000, "2d"],
  ])("writes %s ms as %s", (ms, text) => {
    expect(formatDurationShort(ms)).toBe(text);
  });
});
