import { describe, expect, it } from "vitest";
import { ColumnProfile } from "./column-profile.ts";
import { DistinctCounter } from "./distinct-counter.ts";
import { FrequentValues } from "./frequent-values.ts";

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
  const order: [string, (a: number, b: number) => number][] = [
    ["as they come", () => 0],
    ["ascending", (a, b) => a - b],
    ["descending", (a, b) => b - a],
  ];
  it.each(
    [
      ["even", (r: number) => r * 1000],
      ["skewed", (r: number) => Math.exp(r * 20)],
      ["negative", (r: number) => r * 2000 - 1000],
      ["tiny", (r: number) => r * 1e-9],
      ["of many magnitudes", (r: number) => 10 ** (r * 40 - 20)],
    ].flatMap(([name, shape]) => order.map(([how, compare]) => [name, how, shape, compare])) as [
      string,
      string,
      (r: number) => number,
      (a: number, b: number) => number,
    ][],
  )("%s, %s: within 1 %%", (_name, _how, shape, compare) => {
    const next = random(1);
    const values = Array.from({ length: 20_000 }, () => shape(next())).sort(compare);
    const profile = new ColumnProfile();
    for (const value of values) profile.add(value);
    values.sort((a, b) => a - b);
    for (const [name, value] of Object.entries(profile.summary().numbers?.quantiles ?? {})) {
      const exact = values[Math.floor((Number(name.slice(1)) / 100) * (values.length - 1))] ?? 0;
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.0101);
    }
  });
});

describe("distinct values", () => {
  it.each([
    [0, 1],
    [10_000, 2],
    [50_000, 3],
    [300_000, 1],
    [1_000_000, 1],
  ])("of %i, each %i times", (distinct, times) => {
    const counter = new DistinctCounter(16_384);
    for (let time = 0; time < times; time++) for (let i = 0; i < distinct; i++) counter.add(`value ${i}`);
    expect(counter.isExact).toBe(distinct <= 16_384);
    expect(Math.abs(counter.distinct - distinct)).toBeLessThanOrEqual(counter.isExact ? 0 : distinct * 0.025);
    if (counter.isExact) expect(counter.duplicates).toBe(distinct * (times - 1));
  });

  it("see one repetition among a million keys", () => {
    const counter = new DistinctCounter(1_000_000);
    for (let i = 0; i < 900_000; i++) counter.add(`https://example.org/a/long/common/path/order-${i}`);
    expect(counter).toMatchObject({ isExact: true, duplicates: 0, distinct: 900_000 });
    counter.add("https://example.org/a/long/common/path/order-123456");
    expect(counter.duplicates).toBe(1);
  });
});

describe("frequent values", () => {
  it("are found among many that come once, wherever they come", () => {
    const frequent = new FrequentValues();
    for (let i = 0; i < 100_000; i++) {
      frequent.add(`once ${i}`);
      if (i % 4 === 0) frequent.add("often");
      if (i > 50_000 && i % 10 === 0) frequent.add("late");
    }
    const [first, second] = frequent.top(2);
    expect([first?.[0], second?.[0]]).toEqual(["often", "late"]);
    // At most a thousandth of the stream too low.
    expect(Math.abs((first?.[1] ?? 0) - 25_000)).toBeLessThanOrEqual(130);
  });
});

describe("a column", () => {
  it("is summed up", () => {
    const profile = new ColumnProfile();
    for (const value of [1, 2, 2, 3, null, undefined, "", Number.NaN, 12n]) profile.add(value);
    const summary = profile.summary();
    expect(summary).toMatchObject({ rows: 9, missing: 4, distinct: 4, numbers: { min: 1, max: 12, mean: 4 } });
    expect(summary.numbers?.standardDeviation).toBeCloseTo(Math.sqrt(16.4));
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
