import { assert, integer, property } from "fast-check";
import { expect, it } from "vitest";
import { elapsedMs } from "./elapsed.ts";

it("gives the microseconds that were measured, without noise", () => {
  const epochMicros = integer({ min: 0, max: 4_102_444_800_000_000 });
  const durationMicros = integer({ min: 0, max: 86_400_000_000 });
  assert(
    property(epochMicros, durationMicros, (start, duration) => {
      expect(elapsedMs(start / 1000, (start + duration) / 1000)).toBe(duration / 1000);
    }),
    { seed: 1 },
  );
});
