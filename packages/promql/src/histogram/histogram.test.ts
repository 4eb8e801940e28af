import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addHistograms, multiplyHistogram, reduceToSchema, subtractHistograms } from "./arithmetic.ts";
import { allBuckets, exponentialBound } from "./bucket-bounds.ts";
import { detectReset } from "./counter-reset.ts";
import {
  compactHistogram,
  customBucketsSchema,
  emptyHistogram,
  equalHistograms,
  type Buckets,
  type FloatHistogram,
} from "./float-histogram.ts";
import { histogramFraction } from "./fraction.ts";
import { HistogramAccumulator } from "./kahan.ts";
import { commonLayout, toLayout } from "./layout.ts";
import { histogramQuantile } from "./quantile.ts";
import { histogramText } from "./text.ts";
import { trimHistogram } from "./trim.ts";

const side: fc.Arbitrary<Buckets> = fc
  .uniqueArray(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 50 })), {
    selector: ([index]) => index,
    maxLength: 8,
  })
  .map((pairs) => {
    const sorted = pairs.toSorted(([a], [b]) => a - b);
    return { indexes: sorted.map(([index]) => index), counts: sorted.map(([, count]) => count) };
  });

const total = ({ counts }: Buckets): number => counts.reduce((sum, count) => sum + count, 0);

const exponential: fc.Arbitrary<FloatHistogram> = fc
  .record({
    schema: fc.integer({ min: -2, max: 4 }),
    zeroThreshold: fc.constantFrom(0, 0.001, 0.5, 3),
    zeroCount: fc.integer({ min: 0, max: 20 }),
    positive: side,
    negative: side,
    sum: fc.integer({ min: -100, max: 100 }),
  })
  .map((parts) => {
    // Buckets below the zero threshold would not be there.
    const above = (buckets: Buckets): Buckets => {
      const kept = buckets.indexes.flatMap((index, at) =>
        exponentialBound(index - 1, parts.schema) >= parts.zeroThreshold ? [at] : [],
      );
      return { indexes: kept.map((at) => buckets.indexes[at] ?? 0), counts: kept.map((at) => buckets.counts[at] ?? 0) };
    };
    const [positive, negative] = [above(parts.positive), above(parts.negative)];
    return {
      ...emptyHistogram,
      ...parts,
      positive,
      negative,
      count: total(positive) + total(negative) + parts.zeroCount,
    };
  });

/** In every run. */
const sameCases = { seed: 20_261_126 };

const observations = (histogram: FloatHistogram): number =>
  allBuckets(histogram).reduce((sum, { count }) => sum + count, 0);

describe("arithmetic", () => {
  it("adds every observation once, whatever the resolutions and zero buckets", () => {
    fc.assert(
      fc.property(exponential, exponential, (a, b) => {
        const sum = addHistograms(a, b)?.histogram;
        expect(sum?.count).toBe(a.count + b.count);
        expect(sum && observations(sum)).toBe(a.count + b.count);
        expect(sum?.schema).toBe(Math.min(a.schema, b.schema));
      }),
      sameCases,
    );
  });

  it("does not depend on the order", () => {
    fc.assert(
      fc.property(exponential, exponential, (a, b) => {
        const [left, right] = [addHistograms(a, b), addHistograms(b, a)];
        expect(
          left && right && equalHistograms(compactHistogram(left.histogram), compactHistogram(right.histogram)),
        ).toBe(true);
      }),
      sameCases,
    );
  });

  it("takes away what it added, in the common layout", () => {
    fc.assert(
      fc.property(exponential, exponential, (a, b) => {
        const sum = addHistograms(a, b)?.histogram ?? emptyHistogram;
        const back = subtractHistograms(sum, b)?.histogram ?? emptyHistogram;
        const layout = commonLayout(a, b);
        const expected = layout === undefined ? a : toLayout(a, layout);
        expect(compactHistogram({ ...back, hint: "unknown" })).toEqual(compactHistogram(expected));
      }),
      sameCases,
    );
  });

  it("keeps all observations in a lower resolution", () => {
    fc.assert(
      fc.property(exponential, fc.integer({ min: -4, max: 4 }), (histogram, schema) => {
        expect(observations(reduceToSchema(histogram, schema))).toBe(observations(histogram));
      }),
      sameCases,
    );
  });

  it("refuses exponential with custom buckets, and keeps only common bounds of custom ones", () => {
    const custom = (customBounds: number[], counts: number[]): FloatHistogram => ({
      ...emptyHistogram,
      schema: customBucketsSchema,
      customBounds,
      count: counts.reduce((sum, count) => sum + count, 0),
      positive: { indexes: counts.map((_count, index) => index), counts },
    });
    expect(addHistograms(emptyHistogram, custom([1], [1, 1]))).toBeUndefined();
    const sum = addHistograms(custom([1, 2, 5], [1, 2, 3, 4]), custom([2, 5, 10], [5, 6, 7, 8]));
    expect(sum).toMatchObject({
      boundsReconciled: true,
      histogram: { customBounds: [2, 5], positive: { counts: [8, 9, 19] } },
    });
  });

  it("remembers a collision of hints", () => {
    const [reset, not] = [
      { ...emptyHistogram, hint: "reset" as const },
      { ...emptyHistogram, hint: "not_reset" as const },
    ];
    expect(addHistograms(reset, not)).toMatchObject({ resetCollision: true, histogram: { hint: "unknown" } });
    expect(addHistograms(reset, reset)).toMatchObject({ resetCollision: false, histogram: { hint: "reset" } });
    expect(multiplyHistogram(not, -1).hint).toBe("gauge");
  });

  it("averages without losing small values among large ones", () => {
    const accumulator = new HistogramAccumulator("average");
    for (const sum of [1, 1e100, 1, -1e100]) accumulator.add({ ...emptyHistogram, sum, count: 1 });
    expect(accumulator.total().histogram).toMatchObject({ sum: 0.5, count: 1 });
  });
});

describe("counter resets", () => {
  it("are not seen when a counter grows, and are when it shrinks", () => {
    fc.assert(
      fc.property(exponential, exponential, (a, b) => {
        const layout = commonLayout(a, b);
        const before = layout === undefined ? a : toLayout(a, layout);
        const after = addHistograms(a, b)?.histogram ?? a;
        // A zero threshold inside a populated bucket, which coarser buckets may bring about, always counts as a reset.
        fc.pre(!detectReset(after, after) && !detectReset(before, before));
        expect(detectReset(after, before)).toBe(false);
        if (b.count > 0) expect(detectReset(before, after)).toBe(true);
      }),
      sameCases,
    );
  });

  it("are what the hint says", () => {
    const grown = { ...emptyHistogram, count: 5 };
    expect(detectReset({ ...grown, hint: "reset" }, emptyHistogram)).toBe(true);
    expect(detectReset({ ...emptyHistogram, hint: "not_reset" }, grown)).toBe(false);
  });
});

describe("quantiles and fractions", () => {
  it("are the inverse of each other", () => {
    fc.assert(
      fc.property(exponential, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (histogram, q) => {
        fc.pre(histogram.count > 0);
        const { value } = histogramQuantile(q, histogram);
        const buckets = allBuckets(histogram).filter(({ count }) => count > 0);
        const inside = buckets.some(
          ({ lower, upper }) => value > lower * (1 + 1e-9) && value < upper * (1 - 1e-9) && lower > 0,
        );
        fc.pre(inside);
        expect(histogramFraction(-Infinity, value, histogram).value).toBeCloseTo(q, 6);
      }),
      sameCases,
    );
  });

  it("rise with q", () => {
    fc.assert(
      fc.property(
        exponential,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (histogram, a, b) => {
          fc.pre(histogram.count > 0);
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const difference = histogramQuantile(high, histogram).value - histogramQuantile(low, histogram).value;
          expect(difference).toBeGreaterThanOrEqual(-1e-9 * Math.abs(histogramQuantile(high, histogram).value));
        },
      ),
      sameCases,
    );
  });
});

describe("trimming", () => {
  it("splits the observations in two", () => {
    fc.assert(
      fc.property(exponential, fc.double({ min: -50, max: 50, noNaN: true }), (histogram, at) => {
        const [below, above] = [trimHistogram(histogram, at, "below"), trimHistogram(histogram, at, "above")];
        expect(below.count + above.count).toBeCloseTo(histogram.count, 6);
      }),
      sameCases,
    );
  });
});

it("has a text for people", () => {
  const histogram: FloatHistogram = {
    ...emptyHistogram,
    count: 7,
    sum: 1.5,
    zeroThreshold: 0.001,
    zeroCount: 2,
    positive: { indexes: [0, 1], counts: [1, 2] },
    negative: { indexes: [1], counts: [2] },
  };
  expect(histogramText(histogram)).toBe("{count:7, sum:1.5, [-2,-1):2, [-0.001,0.001]:2, (0.5,1]:1, (1,2]:2}");
});
