import { describe, expect, it } from "vitest";
import { quickDaysFrom } from "./schedule.ts";

describe("the first weeks", () => {
  it.each([
    ["all of them at first", 0, false, 28],
    ["the rest of them when they were broken off", 2, false, 26],
    ["none when they are there", 28, false, 0],
    ["none long after", 400, false, 0],
    ["as many as asked for when it is to end then", 28, true, 28],
  ])("run quickly: %s", (_when, first, once, days) => {
    expect(quickDaysFrom(first, { once, quickDays: 28 })).toBe(days);
  });
});
