import { describe, expect, it } from "vitest";
import { parse } from "../parse/parse.ts";
import { planSelections } from "./selections.ts";

const grid = { startMs: 3_600_000, endMs: 4_200_000, stepMs: 60_000, count: 11 };
const settings = { lookbackMs: 300_000, subqueryStepMs: 60_000 };

const hintsOf = (query: string) => planSelections(parse(query), grid, settings).map(({ hints }) => hints);

describe("hints tell the source what a selector is for", () => {
  it("the function over a range, and the aggregation around it", () => {
    expect(hintsOf("sum by (job) (rate(x[5m]))")).toEqual([
      {
        startMs: 3_300_000,
        endMs: 4_200_000,
        steps: grid,
        rangeMs: 300_000,
        lookbackMs: 300_000,
        mayCompute: true,
        mustBeExact: false,
        call: { name: "rate", constants: [] },
        aggregate: { operator: "sum", grouping: ["job"], without: false },
      },
    ]);
  });

  it("constant arguments", () => {
    expect(hintsOf("quantile_over_time((0.9), x[5m])")[0]).toMatchObject({
      call: { name: "quantile_over_time", constants: [0.9] },
      mayCompute: true,
    });
  });

  it.each([
    ["x", true, undefined],
    ["avg without (a) (x)", true, "avg"],
    ["max((x))", true, "max"],
    ["topk(3, x)", true, undefined],
    ["sum(-x)", true, undefined],
    ["sum(x + y)", true, undefined],
    ["timestamp(x)", false, undefined],
    ["x smoothed", false, undefined],
    ["rate(x[5m] anchored)", false, undefined],
    ["predict_linear(x[5m], y)", true, undefined],
    ["absent_over_time(x[5m])", false, undefined],
    ["quantile_over_time(scalar(y), x[5m])", true, undefined],
    ["x[5m]", false, undefined],
  ])("%s", (query, mayCompute, operator) => {
    const hints = hintsOf(query.includes("scalar(y)") || query.includes(", y)") ? "x" : query)[0];
    expect(hints?.mayCompute).toBe(mayCompute);
    expect(hints?.aggregate?.operator).toBe(operator);
  });

  it("arguments that change keep the function with the engine", () => {
    const [, range] = hintsOf("quantile_over_time(scalar(y), x[5m])");
    expect(range).toMatchObject({ rangeMs: 300_000, mayCompute: false });
    expect(range?.call).toBeUndefined();
  });

  it("times after offset and @", () => {
    expect(hintsOf("x offset 1m")[0]?.steps).toEqual({ ...grid, startMs: 3_540_000 });
    expect(hintsOf("x @ 10 offset 1m")[0]?.steps).toEqual({ startMs: -50_000, stepMs: 60_000, count: 1 });
    expect(hintsOf("x @ end()")[0]?.steps.startMs).toBe(4_200_000);
    expect(hintsOf("max_over_time(x[5m:2m])")[0]?.steps).toEqual({ startMs: 3_360_000, stepMs: 120_000, count: 8 });
  });

  it("more samples for anchored and smoothed", () => {
    expect(hintsOf("rate(x[5m] anchored)")[0]).toMatchObject({ startMs: 3_000_000, endMs: 4_200_000 });
    expect(hintsOf("rate(x[5m] smoothed)")[0]).toMatchObject({ startMs: 3_000_000, endMs: 4_500_000 });
    expect(hintsOf("x smoothed")[0]).toMatchObject({ startMs: 3_300_000, endMs: 4_500_000 });
  });

  it.each([
    ["rate(x[5m])", false],
    ["sum by (a) (rate(x[5m])) * 2", false],
    ["topk(3, quantile(0.5, rate(x[5m])))", false],
    ["max_over_time(rate(x[5m])[1h:])", false],
    ["sum(delta(x[5m]))", false],
    ["rate(x[5m]) > 1", true],
    ["rate(x[5m]) - 1", true],
    ["stddev(sum_over_time(x[5m]))", true],
    ["sum(delta(x[5m]) * 2)", true],
    ["quantile(0.5, delta(x[5m]))", true],
    ["histogram_quantile(0.9, sum by (le) (rate(x[5m])))", true],
    ["deriv(rate(x[5m])[1h:])", true],
  ])("a last digit counts in %s: %s", (query, mustBeExact) => {
    expect(hintsOf(query)[0]?.mustBeExact).toBe(mustBeExact);
  });

  it("leaves the info series for later", () => {
    expect(hintsOf('info(rate(x[5m]), {k8s="y"})')).toHaveLength(1);
  });
});
