import { expect, it } from "vitest";
import { plannedSelectors } from "./pushed-plan.ts";

const range = { startMs: 0, endMs: 3_600_000, stepMs: 15_000 };

it.each([
  ["up", [["up", "last value"]]],
  ["sum(up)", [["up", "sum"]]],
  [
    'sum by (path, job) (rate(http_requests_total{status=~"5.."}[5m])) / avg without (x) (up)',
    [
      ['http_requests_total{status=~"5.."}[5m]', "sum by (path, job) of rate"],
      ["up", "avg without (x)"],
    ],
  ],
  ["timestamp(up)", [["up", null]]],
  ['{__name__=~"a.*"}', [['{__name__=~"a.*"}', "last value"]]],
  ["1 + 1", []],
])("plans %s", (expr, expected) => {
  expect(plannedSelectors(expr, range).map(({ selector, computable }) => [selector, computable])).toEqual(expected);
});
