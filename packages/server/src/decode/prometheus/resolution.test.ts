import { describe, expect, it } from "vitest";
import { ByteSource } from "../native/byte-source.ts";
import { encodeHistogram } from "../testing/write-messages.ts";
import { readHistogram } from "./histogram.ts";
import { finestResolution, type ResolutionLimits, withinResolution } from "./resolution.ts";

const floats = {
  countFloat: 7.5,
  sum: 6.5,
  schema: 2,
  zeroThreshold: 0.001,
  zeroCountFloat: 0,
  positiveSpans: [
    { offset: -3, length: 2 },
    { offset: 1, length: 3 },
  ],
  positiveCounts: [1, 2, 1.5, 0, 3],
  resetHint: 3,
  timestamp: 1_700_000_000_000,
};
const within = (fields: object, limits: Partial<ResolutionLimits>) => {
  const bytes = withinResolution(encodeHistogram(fields), { ...finestResolution, ...limits });
  return readHistogram(new ByteSource(bytes), 0, bytes.length);
};

describe("a native histogram's resolution", () => {
  it("stays as it is within the limits, to the byte", () => {
    const bytes = encodeHistogram(floats);
    expect(withinResolution(bytes, { schemaMax: 2, bucketsMax: 5 })).toBe(bytes);
  });

  it("is halved with everything else as it was, empty buckets and gaps among them", () => {
    // The indexes -3, -2, 0, 1, 2 become -1, -1, 0, 1, 1.
    expect(within(floats, { schemaMax: 1 })).toEqual({
      ...readHistogram(new ByteSource(encodeHistogram(floats)), 0, encodeHistogram(floats).length),
      schema: 1,
      positiveSpans: [{ offset: -1, length: 3 }],
      positiveCounts: [3, 1.5, 3],
    });
  });

  it("keeps what each bucket is bounded by", () => {
    for (const schema of [1, 0, -1, -4]) {
      const { positiveSpans, positiveCounts } = within(floats, { schemaMax: schema });
      const upperOf = (index: number, of: number) => 2 ** (index * 2 ** -of);
      let index = 0;
      const uppers = positiveSpans.flatMap(({ offset, length }) => {
        index += offset;
        return Array.from({ length }, () => upperOf(index++, schema));
      });
      for (const [at, count] of [
        [-3, 1],
        [-2, 2],
        [0, 1.5],
        [2, 3],
      ] as const) {
        const upper = upperOf(at, floats.schema);
        const bucket = uppers.findIndex((each) => each >= upper * (1 - 1e-12));
        positiveCounts[bucket] = (positiveCounts[bucket] ?? 0) - count;
      }
      expect(positiveCounts.every((count) => count === 0)).toBe(true);
    }
  });

  it("is halved until there are few enough buckets, on both sides together", () => {
    const two = { ...floats, negativeSpans: [{ offset: 0, length: 2 }], negativeCounts: [0, 0] };
    expect(within(two, { bucketsMax: 7 })).toMatchObject({ schema: 2 });
    expect(within(two, { bucketsMax: 6 })).toMatchObject({ schema: 1 });
    expect(() => within(two, { bucketsMax: 3 })).toThrow("a histogram has 4 buckets, the limit is 3");
  });

  it("of custom bounds cannot be halved", () => {
    const custom = {
      countFloat: 3,
      sum: 1,
      schema: -53,
      positiveSpans: [{ offset: 0, length: 3 }],
      positiveCounts: [1, 1, 1],
      customValues: [1, 2],
    };
    expect(within(custom, { schemaMax: -4, bucketsMax: 3 })).toMatchObject({ schema: -53, positiveCounts: [1, 1, 1] });
    expect(() => within(custom, { bucketsMax: 2 })).toThrow("a histogram has 3 buckets, the limit is 2");
  });

  it("is none where it is the staleness marker, which is kept to the bit", () => {
    const bytes = Buffer.from("1902000000000 0f07f2012".replaceAll(" ", ""), "hex");
    expect(withinResolution(bytes, finestResolution)).toBe(bytes);
  });

  it("is not looked for in what is no histogram", () => {
    expect(() => within({ ...floats, positiveCounts: [1] }, {})).toThrow("5 buckets, but 1 counts");
  });
});
