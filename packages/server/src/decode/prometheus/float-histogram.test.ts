import { emptyHistogram, type FloatHistogram } from "@sightglass/promql";
import { expect, it } from "vitest";
import { ByteSource } from "../native/byte-source.ts";
import { encodeFloatHistogram } from "./float-histogram.ts";
import { histogramFault, readHistogram } from "./histogram.ts";

const read = (histogram: FloatHistogram) => {
  const bytes = encodeFloatHistogram(histogram, 1234);
  return readHistogram(new ByteSource(bytes), 0, bytes.length);
};

it("has spans for what follows one another, and float counts", () => {
  const positive = { indexes: [-2, -1, 4], counts: [0.5, 1, 2] };
  const negative = { indexes: [3], counts: [1.5] };
  const numbers = { schema: 2, count: 6, sum: -0.25, zeroThreshold: 0.001, zeroCount: 1 };
  const stored = read({ ...emptyHistogram, ...numbers, positive, negative, hint: "gauge" });
  expect(stored).toMatchObject({
    ...numbers,
    isFloat: true,
    resetHint: 3,
    timestampMs: 1234,
    positiveSpans: [
      { offset: -2, length: 2 },
      { offset: 4, length: 1 },
    ],
    positiveCounts: positive.counts,
    negativeSpans: [{ offset: 3, length: 1 }],
    negativeCounts: negative.counts,
  });
  expect(histogramFault(stored)).toBeUndefined();
});

it("is a float histogram too when it is empty, and keeps custom bounds", () => {
  expect(read(emptyHistogram)).toMatchObject({ isFloat: true, count: 0, positiveSpans: [] });
  expect(read({ ...emptyHistogram, schema: -53, customBounds: [0.5, 1] })).toMatchObject({ customValues: [0.5, 1] });
});
