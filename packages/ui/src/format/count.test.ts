import { describe, expect, it } from "vitest";
import {
  countOf,
  formatBytes,
  formatChange,
  formatCount,
  formatCountShort,
  formatRatio,
  formatSigned,
} from "./count.ts";

describe("counts", () => {
  it.each([
    [null, "–"],
    [0, "0"],
    [1_204_331, "1,204,331"],
    [-212, "−212"],
  ])("writes %s whole as %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it.each([
    [null, "–"],
    [9_999, "9,999"],
    [12_345, "12.3k"],
    [999_499, "999k"],
    [999_500, "1M"],
    [48_300_000, "48.3M"],
    [2_400_000_000, "2.4B"],
    [999_500_000_000, "1T"],
    [1e15, "1,000T"],
    [-12_345, "−12.3k"],
  ])("writes %s short as %s", (count, text) => {
    expect(formatCountShort(count)).toBe(text);
  });

  it.each([
    [null, "–"],
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1 kB"],
    [1_234_567, "1.2 MB"],
    [999_700, "1 MB"],
  ])("writes %s bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("never rounds to 100 % what is not whole", () => {
    expect(formatRatio(1)).toBe("100 %");
    expect(formatRatio(0.99999)).toBe("99.9 %");
    expect(formatRatio(0.985)).toBe("98.5 %");
    expect(formatRatio(0.034)).toBe("3.4 %");
    expect(formatRatio(0)).toBe("0 %");
    expect(formatRatio(null)).toBe("–");
  });

  it.each([
    [null, "–"],
    [0, "0 %"],
    [-0.49, "−49 %"],
    [-1, "−100 %"],
    [0.034, "+3.4 %"],
    [1, "+100 %"],
    [2.4, "+240 %"],
    [11, "×12"],
    [1e9, "×1B"],
  ])("writes a change of %s as %s", (ratio, text) => {
    expect(formatChange(ratio)).toBe(text);
  });

  it("counts things", () => {
    expect(countOf(1, "row")).toBe("1 row");
    expect(countOf(0, "row")).toBe("0 rows");
    expect(countOf(2, "query", "queries")).toBe("2 queries");
  });

  it("signs a difference", () => {
    expect([212, -212, 0].map((value) => formatSigned(value, formatCount))).toEqual(["+212", "−212", "0"]);
  });
});
