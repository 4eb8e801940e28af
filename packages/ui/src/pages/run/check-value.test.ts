import { expect, it } from "vitest";
import { checkValue } from "./check-value.ts";

it.each([
  ["completeness", 0.5842, "58 %"],
  ["uniqueness", 1, "100 %"],
  ["row_count", 16_948, "16,948"],
  ["freshness", 30, "30 s"],
  ["distribution", 41.71234, "41.7"],
  ["of somebody's own", 3, "3"],
  ["freshness", null, "–"],
])("a check of %s that found %j shows %s", (kind, value, text) => {
  expect(checkValue({ kind, value })).toBe(text);
});
