import { describe, expect, it } from "vitest";
import { SeriesId } from "../metrics/series-id.ts";
import { ByteSource } from "../native/byte-source.ts";
import { readHistogram } from "../prometheus/histogram.ts";
import { SeededRandom } from "../testing/random.ts";
import { customHistogram } from "./custom-histogram.ts";
import { DeltaHistograms } from "./delta-histograms.ts";
import { nativeHistogram } from "./exponential-histogram.ts";
import type { ExponentialPoint } from "./metric-messages.ts";

const id = new SeriesId();
const when = (timeMs: number) => ({ timeMs, startMs: timeMs - 1000 });

/** The histogram of values at a scale, as an SDK makes it. */
function histogramOf(values: readonly number[], scale: number): ExponentialPoint {
  const indexes = values.filter((value) => value > 0).map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1);
  const offset = Math.min(...indexes);
  const bucketCounts = Array.from({ length: Math.max(...indexes) - offset + 1 }, () => 0);
  for (const index of indexes) bucketCounts[index - offset]!++;
  const zeroCount = values.length - indexes.length;
  const sum = values.reduce((total, value) => total + value, 0);
  return { scale, count: values.length, sum, zeroCount, positive: { offset, bucketCounts } };
}

describe("sums of exponential histograms", () => {
  it("are the histogram of all values together, whatever the scales", () => {
    const random = new SeededRandom(7);
    for (let round = 0; round < 200; round++) {
      const sums = new DeltaHistograms();
      const all: number[] = [];
      let sum: ExponentialPoint | undefined;
      for (let delta = 0; delta < 5; delta++) {
        const scale = random.below(13) - 2;
        // Within what 160 buckets of that scale span, as the SDKs see to.
        const spread = 2 ** (100 / 2 ** scale);
        const values = Array.from(
          { length: 1 + random.below(20) },
          () => 1 + (spread - 1) * (random.below(1000) / 1000),
        );
        if (random.below(3) === 0) values.push(0);
        all.push(...values);
        sum = sums.add(id, histogramOf(values, scale), when(1000 * (delta + 2))) as ExponentialPoint;
      }
      const expected = histogramOf(all, sum?.scale ?? 0);
      expect(sum).toMatchObject({ count: expected.count, zeroCount: expected.zeroCount });
      expect((sum?.sum ?? 0) / (expected.sum ?? 1)).toBeCloseTo(1, 9);
      expect(trimmed(sum)).toEqual(trimmed(expected));
      expect(sum?.positive?.bucketCounts?.length).toBeLessThanOrEqual(160);
    }
  });

  it("go on from what is stored", () => {
    const sums = new DeltaHistograms();
    const before = sums.add(id, histogramOf([1, 2, 300], 3), when(5000)) ?? {};
    const stored = nativeHistogram(before, { isStale: false }) ?? Buffer.alloc(0);
    const recovered = new DeltaHistograms();
    recovered.recover(id, readHistogram(new ByteSource(stored), 0, stored.length));
    const delta = histogramOf([4, 5], 3);
    const [again, straight] = [recovered, sums].map((each) => each.add(id, delta, when(6000)) as ExponentialPoint);
    expect({ ...again, zeroThreshold: 0, positive: trimmed(again) }).toEqual({
      ...straight,
      zeroThreshold: 0,
      positive: trimmed(straight),
      negative: again?.negative,
    });
    expect(again).toMatchObject({ count: 5, sum: 312, timeUnixNano: 6000, startTimeUnixNano: 4000 });
  });

  it("count what lies within the wider zero bucket there", () => {
    const sums = new DeltaHistograms();
    sums.add(id, histogramOf([0.001, 8], 0), when(1000));
    const sum = sums.add(id, { ...histogramOf([16], 0), zeroThreshold: 0.01 }, when(2000));
    expect(sum).toMatchObject({ count: 3, zeroCount: 1, zeroThreshold: 0.01 });
    expect(trimmed(sum)).toEqual({ offset: 2, bucketCounts: [1, 1] });
  });

  it("with custom buckets keep the bounds that they share, and go on from what is stored", () => {
    const sums = new DeltaHistograms();
    const one = { explicitBounds: [1, 5, 10], bucketCounts: [1, 2, 0, 4], count: 7, sum: 90 };
    sums.add(id, one, when(1000));
    const sum = sums.add(id, { explicitBounds: [1, 10], bucketCounts: [3, 0, 1], count: 4, sum: 14 }, when(2000));
    expect(sum).toMatchObject({ explicitBounds: [1, 10], bucketCounts: [4, 2, 5], count: 11, sum: 104 });
    const stored = customHistogram(sum ?? {}, { isStale: false });
    const recovered = new DeltaHistograms();
    recovered.recover(id, readHistogram(new ByteSource(stored), 0, stored.length));
    const delta = { explicitBounds: [10], bucketCounts: [1, 0], count: 1, sum: 2 };
    expect(recovered.add(id, delta, when(3000))).toEqual(sums.add(id, delta, when(3000)));
  });

  it("that change their kind begin anew", () => {
    const sums = new DeltaHistograms();
    sums.add(id, histogramOf([1, 2], 0), when(1000));
    const custom = { explicitBounds: [1], bucketCounts: [1, 0], count: 1, sum: 1 };
    expect(sums.add(id, custom, when(2000))).toMatchObject({ count: 1, explicitBounds: [1] });
    expect(sums.add(id, histogramOf([4], 0), when(3000))).toMatchObject({ count: 1, scale: 0 });
  });

  it("of one time follow one another by a millisecond, and one that is sent again changes nothing", () => {
    const sums = new DeltaHistograms();
    sums.add(id, histogramOf([1], 0), when(1000));
    expect(sums.add(id, histogramOf([1], 0), when(1000))).toMatchObject({ count: 2, timeUnixNano: 1001 });
    expect(sums.add(id, undefined, when(1000))).toMatchObject({ count: 2, timeUnixNano: 1001 });
  });
});

/** Without empty buckets at the ends. */
function trimmed({ positive: { offset = 0, bucketCounts = [] } = {} }: ExponentialPoint = {}) {
  const first = bucketCounts.findIndex((count) => count > 0);
  const last = bucketCounts.findLastIndex((count) => count > 0);
  return { offset: offset + first, bucketCounts: bucketCounts.slice(first, last + 1) };
}
