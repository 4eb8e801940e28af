import { addHistograms, subtractHistograms } from "../histogram/arithmetic.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { Labels, metricNameLabel } from "../model/labels.ts";
import { unquote } from "../text/go-string.ts";
import { parseGoNumber } from "../text/parse-float.ts";
import { parseHistogram } from "./histogram-notation.ts";

/** One item of a series in a script. */
export type NotedValue =
  | { readonly kind: "missing" }
  | { readonly kind: "stale" }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "histogram"; readonly histogram: FloatHistogram; readonly hintGiven: boolean };

export interface SeriesLine {
  readonly labels: Labels;
  readonly values: readonly NotedValue[];
}

/** Reads `metric{label="value"} 1 2+1x3 _ stale {{...}}`. @throws Error that names what is wrong. */
export function parseSeriesLine(line: string): SeriesLine {
  const { labels, rest } = splitMetric(line);
  return { labels, values: parseValues(rest) };
}

/** The metric at the start of a line, and what follows. */
export function splitMetric(line: string): { readonly labels: Labels; readonly rest: string } {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0] ?? "";
  const after = line.slice(name.length);
  const spaced = /^\s*\{(?!\{)/.exec(after);
  if (name === "" && spaced === null) throw new Error(`cannot read a series in ${JSON.stringify(line)}`);
  const entries: [string, string][] = name === "" ? [] : [[metricNameLabel, name]];
  if (spaced === null) return { labels: Labels.fromEntries(entries), rest: after.trim() };
  let at = spaced[0].length;
  for (;;) {
    const token =
      /\s*(?:(\})|(,)|([a-zA-Z_][a-zA-Z0-9_]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(?:=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`))?)/y;
    token.lastIndex = at;
    const match = token.exec(after);
    if (match === null) throw new Error(`cannot read labels in ${JSON.stringify(line)}`);
    at = token.lastIndex;
    if (match[1] !== undefined) break;
    const [key, value] = [match[3], match[4]];
    if (key === undefined) continue;
    const label = key.startsWith('"') || key.startsWith("'") ? unquote(key) : key;
    if (value === undefined) entries.push([metricNameLabel, label]);
    else entries.push([label, unquote(value)]);
  }
  return { labels: Labels.fromEntries(entries), rest: after.slice(at).trim() };
}

const number = String.raw`(?:(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF]|[nN][aA][nN])`;
const floatItem = new RegExp(`^([+-]?${number})(?:([+-])(${number}))?(?:x([0-9]+))?$`);
const histogramItem = /^(\{\{[^}]*\}\})(?:([+-])(\{\{[^}]*\}\}))?(?:x([0-9]+))?$/;

export function parseValues(text: string): readonly NotedValue[] {
  return splitItems(text).flatMap(parseItem);
}

/** Items are separated by spaces; histograms have spaces inside. */
function splitItems(text: string): readonly string[] {
  return text.match(/(?:\{\{[^}]*\}\}|[^\s{])+/g) ?? [];
}

function parseItem(item: string): readonly NotedValue[] {
  const missing = /^_(?:x([0-9]+))?$/.exec(item);
  if (missing !== null) return repeat({ kind: "missing" }, Number(missing[1] ?? 1));
  const stale = /^stale(?:x([0-9]+))?$/.exec(item);
  if (stale !== null) return repeat({ kind: "stale" }, Number(stale[1] ?? 0) + 1);
  const histogram = histogramItem.exec(item);
  if (histogram !== null) return histogramValues(histogram);
  const float = floatItem.exec(item);
  if (float === null) throw new Error(`cannot read the value ${JSON.stringify(item)}`);
  const start = parseGoNumber(float[1] ?? "") ?? NaN;
  const increment = (parseGoNumber(float[3] ?? "0") ?? NaN) * (float[2] === "-" ? -1 : 1);
  const values: NotedValue[] = [];
  let value = start;
  for (let index = 0; index <= Number(float[4] ?? 0); index++) {
    values.push({ kind: "float", value });
    value += increment;
  }
  return values;
}

const repeat = (value: NotedValue, count: number): readonly NotedValue[] => Array.from({ length: count }, () => value);

function histogramValues(match: RegExpExecArray): readonly NotedValue[] {
  const base = parseHistogram(match[1] ?? "");
  const increment = match[3] === undefined ? undefined : parseHistogram(match[3]);
  const times = Number(match[4] ?? 0);
  const hintGiven = base.hintGiven || (increment?.hintGiven ?? false);
  const values: NotedValue[] = [{ kind: "histogram", ...base }];
  let current = base.histogram;
  for (let index = 0; index < times; index++) {
    if (increment !== undefined) current = combine(current, increment.histogram, match[2] === "-");
    values.push({
      kind: "histogram",
      histogram: current,
      hintGiven: increment === undefined ? base.hintGiven : hintGiven,
    });
  }
  return values;
}

function combine(base: FloatHistogram, increment: FloatHistogram, subtract: boolean): FloatHistogram {
  if (base.schema > increment.schema)
    throw new Error(`error combining histograms: cannot merge from schema ${increment.schema} to ${base.schema}`);
  const result = subtract ? subtractHistograms(base, increment) : addHistograms(base, increment);
  if (result === undefined) throw new Error("error combining histograms: incompatible schemas");
  return result.histogram;
}
