import type { QueryData, RangeSeries, SeriesLabels } from "../api/prometheus.ts";
import { parseValue } from "../format/value.ts";
import type { Evaluated } from "./evaluated.ts";
import { letterOf } from "./letters.ts";
import { seriesName, tellingLabels } from "./series-name.ts";

/** One query's answer, and which query it was. */
export interface Answered {
  /** From 0, in the order of the page. */
  index: number;
  expr: string;
  legend: string;
  data: QueryData;
}

/** A line of the chart. */
export interface ChartLine {
  /** Unique in the chart. */
  name: string;
  /** Its query. */
  expr: string;
  labels: SeriesLabels;
  /** One for each step; null where there is none, or no finite number. */
  values: (number | null)[];
  stats: LineStats;
}

export interface LineStats {
  last: number | null;
  min: number | null;
  max: number | null;
  mean: number | null;
}

/** More lines than these cannot be told apart; the table shows all. */
export const linesMax = 100;

/** The moments of a range, in milliseconds. */
export function stepsOf({ startMs, endMs, stepMs }: Evaluated): number[] {
  return Array.from({ length: Math.floor((endMs - startMs) / stepMs) + 1 }, (_, index) => startMs + index * stepMs);
}

export function matrixOf(data: QueryData, { endMs }: Evaluated): readonly RangeSeries[] {
  if (data.resultType === "matrix") return data.result;
  if (data.resultType === "vector")
    return data.result.map(({ metric, value }) => ({ metric, values: value === undefined ? [] : [value] }));
  return data.resultType === "scalar" ? [{ metric: {}, values: [[endMs / 1000, data.result[1]]] }] : [];
}

/** The lines of all queries, at most `linesMax`, and how many there are. Native histograms are no lines. */
export function linesOf(answers: readonly Answered[], range: Evaluated): { lines: ChartLine[]; total: number } {
  const count = stepsOf(range).length;
  const lines: ChartLine[] = [];
  const taken = new Map<string, number>();
  let total = 0;
  for (const { index, expr, legend, data } of answers) {
    const series = matrixOf(data, range).filter(({ values }) => (values?.length ?? 0) > 0);
    total += series.length;
    const told = tellingLabels(series.map(({ metric }) => metric));
    for (const each of series.slice(0, linesMax - lines.length)) {
      const named = seriesName(each.metric, legend, told);
      // Without a label left, the question is the best name.
      const name = unique(named === "{}" ? expr : named, index, taken);
      const values = onSteps(each, range, count);
      lines.push({ name, expr, labels: each.metric, values, stats: statsOf(values) });
    }
  }
  return { lines, total };
}

/** What another query's line is called already gets the letter of its query, what its own query's is, a number. */
function unique(name: string, query: number, taken: Map<string, number>): string {
  const of = taken.get(name);
  const base = of === undefined || of === query ? name : `${name} (${letterOf(query)})`;
  let text = base;
  for (let count = 2; taken.has(text); count++) text = `${base} (${count})`;
  taken.set(text, query);
  return text;
}

function onSteps({ values = [] }: RangeSeries, { startMs, stepMs }: Evaluated, count: number): (number | null)[] {
  const placed = Array.from({ length: count }, (): number | null => null);
  for (const [seconds, text] of values) {
    const step = Math.round((seconds * 1000 - startMs) / stepMs);
    const value = parseValue(text);
    if (step >= 0 && step < count && Number.isFinite(value)) placed[step] = value;
  }
  return placed;
}

export function statsOf(values: readonly (number | null)[]): LineStats {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { last: null, min: null, max: null, mean: null };
  return {
    last: known.at(-1) ?? null,
    min: known.reduce((a, b) => Math.min(a, b)),
    max: known.reduce((a, b) => Math.max(a, b)),
    mean: known.reduce((a, b) => a + b, 0) / known.length,
  };
}

/** Each line plus all before it. A missing value adds nothing; where no line has one, there is a gap. */
export function stacked(lines: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const count = lines[0]?.length ?? 0;
  const isKnown = Array.from({ length: count }, (_, step) => lines.some((values) => values[step] !== null));
  let below = Array.from({ length: count }, () => 0);
  return lines.map((values) => {
    below = below.map((sum, step) => sum + (values[step] ?? 0));
    return below.map((sum, step) => (isKnown[step] === true ? sum : null));
  });
}
