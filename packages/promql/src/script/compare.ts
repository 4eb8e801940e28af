import type { ResultData, ResultSeries, Sample } from "../eval/result.ts";
import { histogramText } from "../histogram/text.ts";
import type { Labels } from "../model/labels.ts";
import { formatFloat } from "../text/go-format.ts";
import { almostEqual, almostEqualHistograms } from "./almost-equal.ts";
import type { EvalCommand, EvalTimes } from "./commands.ts";
import type { NotedValue, SeriesLine } from "./series-line.ts";

/** Why a result is not the expected one; undefined when it is. */
export function compareResult(command: EvalCommand, data: ResultData): string | undefined {
  switch (data.type) {
    case "string":
      return command.string === data.value
        ? undefined
        : `expected ${describe(command)}, got the string ${JSON.stringify(data.value)}`;
    case "scalar":
      if (command.scalar === undefined)
        return `expected ${describe(command)}, got the scalar ${formatFloat(data.value)}`;
      return almostEqual(command.scalar, data.value)
        ? undefined
        : `expected scalar ${formatFloat(command.scalar)}, got ${formatFloat(data.value)}`;
    case "vector":
      if (command.scalar !== undefined || command.string !== undefined || command.rangeVector !== undefined)
        return `expected ${describe(command)}, got a vector`;
      return compareVector(command, data.samples);
    case "matrix":
      if (command.scalar !== undefined || command.string !== undefined)
        return `expected ${describe(command)}, got a matrix`;
      return compareMatrix(command.series, data.series, command.rangeVector ?? command.times);
  }
}

function describe(command: EvalCommand): string {
  if (command.scalar !== undefined) return `the scalar ${formatFloat(command.scalar)}`;
  if (command.string !== undefined) return `the string ${JSON.stringify(command.string)}`;
  return command.rangeVector === undefined ? "series" : "a range vector";
}

function compareVector(
  command: EvalCommand,
  samples: readonly (Sample & { readonly labels: Labels })[],
): string | undefined {
  const expected = new Map(command.series.map((line, position) => [line.labels.key, { line, position }]));
  const seen = new Set<string>();
  for (const [position, sample] of samples.entries()) {
    const name = String(sample.labels);
    if (seen.has(sample.labels.key)) return `series ${name} is there twice`;
    seen.add(sample.labels.key);
    const found = expected.get(sample.labels.key);
    if (found === undefined) return `unexpected series ${name} with ${sampleText(sample)}`;
    if (command.ordered && found.position !== position)
      return `series ${name} is at position ${position + 1}, not ${found.position + 1}`;
    const problem = compareValue(found.line.values[0] ?? { kind: "missing" }, sample);
    if (problem !== undefined) return `series ${name}: ${problem}`;
  }
  const missing = command.series.find(({ labels }) => !seen.has(labels.key));
  return missing === undefined ? undefined : `series ${String(missing.labels)} is missing`;
}

function compareMatrix(
  expected: readonly SeriesLine[],
  actual: readonly ResultSeries[],
  times: EvalTimes,
): string | undefined {
  const byKey = new Map(expected.map((line) => [line.labels.key, line]));
  const seen = new Set<string>();
  for (const [index, series] of actual.entries()) {
    const name = String(series.labels);
    const before = actual[index - 1];
    if (before !== undefined && before.labels.compare(series.labels) >= 0) return `series ${name} is not in order`;
    const line = byKey.get(series.labels.key);
    if (line === undefined) return `unexpected series ${name}`;
    seen.add(series.labels.key);
    const problem = comparePoints(line.values, series, times);
    if (problem !== undefined) return `series ${name}: ${problem}`;
  }
  const missing = expected.find(
    ({ labels, values }) => !seen.has(labels.key) && values.some(({ kind }) => kind !== "missing"),
  );
  return missing === undefined ? undefined : `series ${String(missing.labels)} is missing`;
}

function comparePoints(values: readonly NotedValue[], series: ResultSeries, times: EvalTimes): string | undefined {
  const points = values.flatMap((value, index) =>
    value.kind === "missing" ? [] : [{ value, timeMs: times.startMs + index * times.stepMs }],
  );
  for (const [index, { value, timeMs }] of points.entries()) {
    const actualMs = series.timestampsMs[index];
    if (actualMs === undefined) return `nothing at ${timeMs} ms`;
    if (actualMs !== timeMs) return `expected a value at ${timeMs} ms, got one at ${actualMs} ms`;
    const histogram = series.histograms?.[index];
    const sample = { timeMs, value: series.values[index] ?? NaN, ...(histogram === undefined ? {} : { histogram }) };
    const problem = compareValue(value, sample);
    if (problem !== undefined) return `at ${timeMs} ms: ${problem}`;
  }
  if (series.timestampsMs.length > points.length)
    return `unexpected value at ${series.timestampsMs[points.length] ?? 0} ms`;
  return undefined;
}

function compareValue(expected: NotedValue, actual: Sample): string | undefined {
  if (expected.kind === "histogram") {
    if (actual.histogram === undefined)
      return `expected ${histogramText(expected.histogram)}, got ${sampleText(actual)}`;
    if (almostEqualHistograms(expected.histogram, actual.histogram, expected.hintGiven)) return undefined;
    const hints = expected.hintGiven ? ` (hints ${expected.histogram.hint} and ${actual.histogram.hint})` : "";
    return `expected ${histogramText(expected.histogram)}, got ${histogramText(actual.histogram)}${hints}`;
  }
  const value = expected.kind === "float" ? expected.value : NaN;
  if (actual.histogram !== undefined) return `expected ${formatFloat(value)}, got ${histogramText(actual.histogram)}`;
  return almostEqual(value, actual.value)
    ? undefined
    : `expected ${formatFloat(value)}, got ${formatFloat(actual.value)}`;
}

const sampleText = (sample: Sample): string =>
  sample.histogram === undefined ? formatFloat(sample.value) : histogramText(sample.histogram);
