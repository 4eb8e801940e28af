import { parseFloatText, type FloatHistogram, type QueryResult, type Sample } from "@sightglass/promql";
import type { ReferenceAnswer, ReferenceHistogram, ReferenceSeries } from "./peer.ts";

/** The series of an answer, in its order. */
interface Line {
  key: string;
  points: Map<number, number | FloatHistogram>;
}

/** A series with a float and a histogram at once, which Prometheus lets pass and we refuse. */
export function hasTwoAtOnce({ series = [] }: ReferenceAnswer): boolean {
  return series.some(({ floats = [], histograms = [] }) => {
    const times = new Set(floats.map(({ timeMs }) => timeMs));
    return histograms.some(({ timeMs }) => times.has(timeMs));
  });
}

/** How an answer differs from that of Prometheus; at most a few lines of it. */
export function differences(
  actual: QueryResult,
  expected: ReferenceAnswer,
  { ordered, hasSubquery }: { ordered: boolean; hasSubquery: boolean },
): string[] {
  const told = (texts: readonly string[] = []) => new Set(texts.map((text) => settledText(text, hasSubquery)));
  const { data } = actual;
  if (data.type !== expected.type) return [`a ${data.type} instead of a ${expected.type}`];
  const found: string[] = [];
  if (data.type === "string") found.push(...(data.value === expected.text ? [] : [`"${data.value}"`]));
  else found.push(...differentLines(linesOf(data), (expected.series ?? []).map(lineOf), ordered));
  for (const kind of ["warnings", "infos"] as const) {
    const [ours, theirs] = [told(actual[kind]), told(expected[kind])];
    for (const text of ours) if (!theirs.has(text)) found.push(`${kind}: "${text}" is not theirs`);
    for (const text of theirs) if (!ours.has(text)) found.push(`${kind}: "${text}" is not ours`);
  }
  return found.slice(0, 6);
}

/**
 * Leaves out what Prometheus itself leaves open: how often something happened (it counts again with every step that follows),
 * which of several things is told of a step (series come in any order), and where something over a subquery is.
 */
function settledText(text: string, hasSubquery: boolean): string {
  const settled = text
    .replace(/over [0-9]+ samples/, "over samples")
    .replace(/\([0-9]+ occurrences\)/, "(occurrences)")
    .replace(/(quantile value .*), got \S+/, "$1")
    .replace(/(incompatible sample types .*): \S+ \S+ \S+ \(/, "$1 (");
  return hasSubquery ? settled.replace(/ \(\d+:\d+\)$/, "") : settled;
}

function linesOf(data: Exclude<QueryResult["data"], { type: "string" }>): Line[] {
  if (data.type === "scalar") return [{ key: "[]", points: new Map([[data.timeMs, data.value]]) }];
  const valueOf = ({ value, histogram }: Pick<Sample, "value" | "histogram">) => histogram ?? value;
  if (data.type === "vector")
    return data.samples.map((sample) => ({
      key: keyOf(sample.labels.toObject()),
      points: new Map([[sample.timeMs, valueOf(sample)]]),
    }));
  return data.series.map(({ labels, timestampsMs, values, histograms }) => ({
    key: keyOf(labels.toObject()),
    points: new Map([...timestampsMs].map((timeMs, at) => [timeMs, histograms?.[at] ?? (values[at] as number)])),
  }));
}

const lineOf = ({ labels, floats = [], histograms = [] }: ReferenceSeries): Line => ({
  key: keyOf(labels),
  points: new Map<number, number | FloatHistogram>([
    ...floats.map(({ timeMs, value }) => [timeMs, numberOf(value)] as const),
    ...histograms.map((histogram) => [histogram.timeMs, histogramOf(histogram)] as const),
  ]),
});

const keyOf = (labels: Record<string, string>): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

const numberOf = (text: string): number => parseFloatText(text) ?? NaN;

const hints = ["unknown", "reset", "not_reset", "gauge"] as const;

function histogramOf(histogram: ReferenceHistogram): FloatHistogram {
  const buckets = (counts: Record<string, string>) => {
    const indexes = Object.keys(counts)
      .map(Number)
      .sort((a, b) => a - b);
    return { indexes, counts: indexes.map((index) => numberOf(counts[index] ?? "")) };
  };
  return {
    schema: histogram.schema,
    hint: hints[histogram.hint] ?? "unknown",
    count: numberOf(histogram.count),
    sum: numberOf(histogram.sum),
    zeroCount: numberOf(histogram.zeroCount),
    zeroThreshold: numberOf(histogram.zeroThreshold),
    customBounds: (histogram.customBounds ?? []).map(numberOf),
    positive: buckets(histogram.positive),
    negative: buckets(histogram.negative),
  };
}

function differentLines(actual: Line[], expected: Line[], ordered: boolean): string[] {
  const found: string[] = [];
  const ours = new Map(actual.map((line) => [line.key, line]));
  const theirs = new Map(expected.map((line) => [line.key, line]));
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const [one, other] = [ours.get(key)?.points, theirs.get(key)?.points];
    for (const timeMs of new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])) {
      const [a, b] = [one?.get(timeMs), other?.get(timeMs)];
      if (!isSame(a, b)) found.push(`${key} @ ${timeMs / 1000}: ${shown(a)} instead of ${shown(b)}`);
    }
  }
  if (found.length === 0 && ordered && actual.some(({ key }, at) => key !== expected[at]?.key))
    found.push(`in the order ${actual.map(({ key }) => key).join(" ")}`);
  return found;
}

const shown = (value: number | FloatHistogram | undefined): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === "number" ? String(each) : each)) ?? "nothing";

function isSame(a: number | FloatHistogram | undefined, b: number | FloatHistogram | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (typeof a === "number" || typeof b === "number")
    return typeof a === "number" && typeof b === "number" && isClose(a, b);
  const numbers = ({ count, sum, zeroCount, zeroThreshold, customBounds, positive, negative }: FloatHistogram) => [
    count,
    sum,
    zeroCount,
    zeroThreshold,
    ...customBounds,
    ...populated(positive),
    ...populated(negative),
  ];
  const [one, other] = [numbers(a), numbers(b)];
  return (
    a.schema === b.schema &&
    a.hint === b.hint &&
    one.length === other.length &&
    one.every((value, at) => isClose(value, other[at] as number))
  );
}

/** Buckets with something in them, by their index. */
const populated = ({ indexes, counts }: FloatHistogram["positive"]): number[] =>
  indexes.flatMap((index, at) => (counts[at] === 0 ? [] : [index, counts[at] as number]));

function isClose(a: number, b: number): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
