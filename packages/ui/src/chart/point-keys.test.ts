import { expect, it } from "vitest";
import { pointAfter } from "./point-keys.ts";

it.each([
  ["ArrowLeft", null, 19],
  ["ArrowRight", null, 19],
  ["ArrowLeft", 5, 4],
  ["ArrowDown", 5, 4],
  ["ArrowRight", 5, 6],
  ["ArrowUp", 5, 6],
  ["ArrowLeft", 0, 0],
  ["ArrowRight", 19, 19],
  ["PageDown", 15, 5],
  ["PageUp", 15, 19],
  ["Home", 7, 0],
  ["End", null, 19],
  ["x", 3, null],
] as const)("%s at %s leads to %s", (key, at, to) => {
  expect(pointAfter(key, at, 20)).toBe(to);
});

it("leads nowhere without points", () => {
  expect(pointAfter("ArrowLeft", null, 0)).toBeNull();
});
