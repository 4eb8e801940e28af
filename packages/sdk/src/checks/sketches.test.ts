import { describe, expect, it } from "vitest";
import { ColumnProfile } from "./column-profile.ts";
import { DistinctSketch } from "./distinct-sketch.ts";
import { QuantileSketch } from "./quantile-sketch.ts";

/** Random numbers that are the same each time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("quantiles", () => {
  it.each([
    ["even", (r: number) => r * 1000],
    ["skewed", (r: number) => Math.exp(r * 20)],
    ["negative", (r: number) => r * 2000 - 1000],
    ["tiny", (r: number) => r * 1e-9],
  ])("of %s values are within 1 %", (_name, shape) => {
    const next = random(1);
    const values = Array.from({ length: 50_000 }, () => shape(next()));
    const sketch = new QuantileSketch();
    for (const value of values) sketch.add(value);
    values.sort((a, b) => a - b);
    for (const quantile of [0, 0.01, 0.25, 0.5, 0.75, 0.95, 0.99, 1]) {
      const exact = values[Math.floor(quantile * (values.length - 1))] ?? 0;
      expect(Math.abs((sketch.quantile(quantile) ?? 0) - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.0101);
    }
  });

  it("of nothing, of zeros, and of the widest range", () => {
    expect(new QuantileSketch().quantile(0.5)).toBeUndefined();
    const zeros = new QuantileSketch();
    zeros.add(0);
    expect(zeros.quantile(0.9)).toBe(0);
    const wide = new QuantileSketch();
    for (let exponent = -300; exponent <= 300; exponent += 0.01) wide.add(10 ** exponent);
    expect(wide.quantile(0.99)).toBeGreaterThan(1e290);
  });
});

describe("distinct values", () => {
  it.each([
    [0, 1],
    [10_000, 1],
    [50_000, 3],
    [300_000, 1],
    [1_000_000, 1],
  ])("of %i, each %i times", (distinct, times) => {
    const sketch = new DistinctSketch();
    for (let time = 0; time < times; time++) for (let i = 0; i < distinct; i++) sketch.add(`value ${i}`);
    expect(sketch.isExact).toBe(distinct <= 10_000);
    expect(Math.abs(sketch.distinct - distinct)).toBeLessThanOrEqual(sketch.isExact ? 0 : distinct * 0.025);
  });
});

describe("a column", () => {
  it("is summed up", () => {
    const profile = new ColumnProfile();
    for (const value of [1, 2, 2, 3, null, undefined, "", Number.NaN, 12n]) profile.add(value);
    const summary = profile.summary();
    expect(summary).toMatchObject({ rows: 9, missing: 4, distinct: 4, min: 1, max: 12, mean: 4 });
    expect(summary.standardDeviation).toBeCloseTo(Math.sqrt(16.4));
    expect(summary.top[0]).toEqual(["2", 2]);
  });

  it("of anything else has no numbers", () => {
    const profile = new ColumnProfile();
    for (const value of ["a", true, { b: 1 }, ["c"], Symbol("d")]) profile.add(value);
    expect(profile.summary()).toEqual({ rows: 5, missing: 0, distinct: 5, top: expect.any(Array) as unknown });
  });

  it("takes bounded memory", () => {
    const profile = new ColumnProfile();
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 200_000; i++) profile.add(`value number ${i}`);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60e6);
    expect(profile.summary().top).toHaveLength(5);
  });
});
