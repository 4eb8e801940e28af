import { expect, it } from "vitest";
import { formatInstant, formatInstantExact } from "./instant.ts";

it("keeps the digits that a Date would lose", () => {
  expect(formatInstantExact(1_763_632_361_012_345_678n)).toBe("2025-11-20T09:52:41.012345678Z");
  expect(formatInstantExact(1_763_632_361_000_000_001n)).toBe("2025-11-20T09:52:41.000000001Z");
});

it("writes the time of day to the microsecond", () => {
  expect(formatInstant(1_763_632_361_012_345_678n)).toMatch(/^\d\d:\d\d:41\.012 345$/);
});
