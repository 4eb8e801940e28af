import type { Grid } from "@sightglass/promql";
import type { QueryParam } from "../store/store.ts";

/** Beyond as many buckets for each step, windows of buckets cost more than reading the samples. */
const bucketsPerStepMax = 8;
const bucketsMax = 11_000;

interface OverTime {
  /** Of the samples of a bucket; each gives an array over the buckets. */
  readonly parts: readonly ("max" | "min" | "sum" | "count")[];
  /** The value at a step, of the parts' arrays in their order; NULL where there is none. */
  readonly value: string;
  readonly lambda: string;
}

/**
 * Functions over ranges that are put together of parts of the range. Infinities mark buckets without samples, which is why
 * samples that are not finite are `odd`; so are sums of both signs, where what cancels out leaves the rounding.
 */
const functions: Readonly<Record<string, OverTime>> = {
  max_over_time: { parts: ["max"], lambda: "m", value: "nullIf(m, -inf)" },
  min_over_time: { parts: ["min"], lambda: "m", value: "nullIf(m, inf)" },
  present_over_time: { parts: ["max"], lambda: "m", value: "if(m = -inf, NULL, toFloat64(1))" },
  sum_over_time: { parts: ["sum", "count"], lambda: "s, c", value: "if(c = 0, NULL, s)" },
  count_over_time: { parts: ["count"], lambda: "c", value: "nullIf(toFloat64(c), 0)" },
  avg_over_time: { parts: ["sum", "count"], lambda: "s, c", value: "if(c = 0, NULL, s / c)" },
};

/** Arrays over the buckets, and how two stretches of buckets become one. */
const parts = {
  max: {
    array: (range: string) => `arrayMap(x -> ifNull(x, -inf), maxOrNullResample(${range})(value, bucket))`,
    join: "greatest(a, b)",
    none: "-inf",
  },
  min: {
    array: (range: string) => `arrayMap(x -> ifNull(x, inf), minOrNullResample(${range})(value, bucket))`,
    join: "least(a, b)",
    none: "inf",
  },
  sum: { array: (range: string) => `sumKahanResample(${range})(value, bucket)`, join: "a + b", none: "0." },
  count: {
    array: (range: string) => `arrayMap(x -> toFloat64(x), countResample(${range})(bucket))`,
    join: "a + b",
    none: "0.",
  },
} as const;

/**
 * A function over ranges at the steps. Time is cut into buckets as long as the greatest common divisor of range and step, so
 * a window is a stretch of buckets; stretches are put together of halves, not of single buckets.
 *
 * @param samples the rows (series_id, time, value), from startMs - rangeMs on
 * @returns undefined when it is not such a function, or when there would be too many buckets
 */
export function bucketsSql(
  name: string,
  { steps, rangeMs, samples }: { steps: Grid; rangeMs: number; samples: string },
): { sql: string; params: Readonly<Record<string, QueryParam>> } | undefined {
  const wanted = functions[name];
  const stepMs = steps.count === 1 ? rangeMs : steps.stepMs;
  if (wanted === undefined || !Number.isInteger(rangeMs) || rangeMs <= 0 || stepMs <= 0) return undefined;
  const widthMs = greatestCommonDivisor(rangeMs, stepMs);
  const [length, stride] = [rangeMs / widthMs, stepMs / widthMs];
  const count = (steps.count - 1) * stride + length;
  if (count > Math.min(bucketsMax, (steps.count + length) * bucketsPerStepMax)) return undefined;
  const arrays = wanted.parts.map((part) => `${parts[part].array(`0, ${count}, 1`)} AS ${part}0`);
  const isAdditive = wanted.parts.some((part) => part === "sum" || part === "count");
  const mixesSigns = wanted.parts.includes("sum") ? "OR (min(value) < 0 AND max(value) > 0)" : "";
  return {
    sql: `SELECT series_id, odd, 0 AS inexact,
      arrayMap((${wanted.lambda}) -> ${wanted.value}, ${wanted.parts.map((part) => atSteps(part, { length, stride, count: steps.count })).join(", ")}) AS grid
      FROM (
        SELECT series_id, max(NOT isFinite(value)) ${mixesSigns} AS odd, ${arrays.join(", ")}
        FROM (
          SELECT series_id, value,
            intDiv(toUnixTimestamp64Milli(time) - {bucketsFromMs:Int64} + {bucketMs:Int64} - 1, {bucketMs:Int64}) - 1 AS bucket
          FROM ${isAdditive ? onceEach(samples) : samples})
        GROUP BY series_id)`,
    params: { bucketsFromMs: steps.startMs - rangeMs, bucketMs: widthMs },
  };
}

/** Samples that are stored twice must count once. */
function onceEach(samples: string): string {
  return `(SELECT series_id, point.1 AS time, point.2 AS value FROM (
    SELECT series_id, arrayJoin(timeSeriesGroupArray(time, value)) AS point FROM ${samples} GROUP BY series_id))`;
}

/** The array of a part over stretches of `length` buckets, every `stride`th of them. */
function atSteps(part: keyof typeof parts, steps: { length: number; stride: number; count: number }): string {
  const stretches = stretchesOf(part, steps.length);
  const everyStride =
    steps.stride === 1
      ? stretches
      : `arrayFilter((x, i) -> (i - 1) % ${steps.stride} = 0, ${stretches}, arrayEnumerate(${part}0))`;
  return `arraySlice(${everyStride}, 1, ${steps.count})`;
}

/** Element i is the part over the buckets i to i + length - 1. */
function stretchesOf(part: keyof typeof parts, length: number): string {
  if (length === 1) return `${part}0`;
  const half = Math.floor(length / 2);
  const halves = stretchesOf(part, half);
  const both = joined(part, halves, halves, half);
  return length % 2 === 0 ? both : joined(part, both, `${part}0`, length - 1);
}

function joined(part: keyof typeof parts, first: string, second: string, distance: number): string {
  const { join, none } = parts[part];
  return `arrayMap((a, b) -> ${join}, ${first}, arrayShiftLeft(${second}, ${distance}, ${none}))`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
