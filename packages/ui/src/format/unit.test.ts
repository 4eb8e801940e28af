import { describe, expect, it } from "vitest";
import { formatUnit, formatUnitRounded, formatUnitShort, type Unit } from "./unit.ts";

const unit = (of: Unit["of"], isPerSecond = false): Unit => ({ of, isPerSecond });

describe("formatUnit and formatUnitShort", () => {
  it.each<[number | null, Unit, long: string, short: string]>([
    [17_932.4123, unit("number", true), "17,932.4/s", "17.9k/s"],
    [0, unit("number", true), "0", "0"],
    [4.2123, unit("seconds"), "4.21 s", "4.2s"],
    [250, unit("milliseconds"), "250 ms", "250ms"],
    [436_000_000, unit("bytes"), "436 MB", "436 MB"],
    [1_500, unit("bytes", true), "1.5 kB /s", "1.5 kB /s"],
    [0.984, unit("ratio"), "98.4 %", "98.4 %"],
    [1.2, unit("ratio"), "120 %", "120 %"],
    [1_234_567, unit("number"), "1,234,567", "1.23M"],
    [null, unit("seconds"), "–", "–"],
    [NaN, unit("bytes"), "NaN", "NaN"],
    [Infinity, unit("seconds"), "∞", "∞"],
  ])("%s %o", (value, of, long, short) => {
    expect(formatUnit(value, of)).toBe(long);
    expect(formatUnitShort(value, of)).toBe(short);
  });

  it.each([
    [17_932.4123, "17,932/s"],
    [9.350_88, "9.351/s"],
    [0.673_684, "0.6737/s"],
    [-157.912, "−157.9/s"],
  ])("rounds %s to %s", (value, text) => {
    expect(formatUnitRounded(value, unit("number", true))).toBe(text);
  });

  it("writes a timestamp as a moment", () => {
    const at = new Date(2026, 2, 14, 2, 10, 7).getTime() / 1000;
    expect(formatUnit(at, unit("timestamp"))).toBe("14 Mar 2026, 02:10:07".replace(",", ""));
  });
});
