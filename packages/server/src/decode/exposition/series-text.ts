import { type ExposedLabel, metricNameLabel } from "./exposition.ts";
import { formatBound } from "./format-float.ts";
import { parseNumber } from "./parse-number.ts";
import { TextSource } from "./text-source.ts";

/** The label whose value is a number, and therefore brought into one form. */
export type BoundLabel = "le" | "quantile" | undefined;

const quote = 34;
const backslash = 92;
const newline = 10;
const openBrace = 123;
const closeBrace = 125;

/**
 * Steps over a series (`name`, `name{...}` or `{"name", ...}`) without reading its labels.
 * @returns the series as written
 * @throws SightglassError invalid_argument
 */
export function scanSeries(source: TextSource): string {
  const start = source.at;
  scanName(source, isMetricNameCode);
  const afterName = source.at;
  source.skipBlanks();
  if (source.code === openBrace) scanLabels(source);
  else if (afterName === start) source.expected("a metric name");
  else source.at = afterName;
  return source.text.slice(start, source.at);
}

function scanName(source: TextSource, isCode: (code: number, isFirst: boolean) => boolean): void {
  for (const start = source.at; isCode(source.code, source.at === start); source.at++);
}

function isLabelNameCode(code: number, isFirst: boolean): boolean {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95) return true;
  return !isFirst && code >= 48 && code <= 57;
}

function isMetricNameCode(code: number, isFirst: boolean): boolean {
  return code === 58 || isLabelNameCode(code, isFirst);
}

/** Steps over `{...}`, minding quotes. */
export function scanLabels(source: TextSource): void {
  const start = source.at;
  const { text } = source;
  let isQuoted = false;
  for (source.at++; source.at < text.length; source.at++) {
    const code = text.charCodeAt(source.at);
    if (code === newline) break;
    if (code === quote) isQuoted = !isQuoted;
    else if (isQuoted && code === backslash) source.at++;
    else if (!isQuoted && code === closeBrace) {
      source.at++;
      return;
    }
  }
  source.fail(isQuoted ? "a quoted text is not closed" : "the labels are not closed with }", start);
}

/**
 * Reads the labels of the series that `scanSeries` found from `start` on.
 * @throws SightglassError invalid_argument
 */
export function readSeries(text: string, start: number, bound: BoundLabel): ExposedLabel[] {
  const source = new TextSource(text);
  source.at = start;
  scanName(source, isMetricNameCode);
  const labels: ExposedLabel[] = [];
  if (source.at > start) labels.push([metricNameLabel, text.slice(start, source.at)]);
  source.skipBlanks();
  if (source.code === openBrace) readLabels(source, labels, { bound, mayNameMetric: true });
  if (!labels.some(([name]) => name === metricNameLabel)) source.fail("the series has no metric name", start);
  return labels;
}

/** Reads `{...}` into `labels`. @throws SightglassError invalid_argument */
export function readLabels(
  source: TextSource,
  labels: ExposedLabel[],
  { bound, mayNameMetric }: { bound?: BoundLabel; mayNameMetric: boolean },
): void {
  source.at++;
  for (;;) {
    source.skipBlanks();
    if (source.take("}")) return;
    const at = source.at;
    const isQuoted = source.code === quote;
    const name = isQuoted ? readQuoted(source) : readName(source);
    source.skipBlanks();
    if (source.take("=")) {
      source.skipBlanks();
      if (source.code !== quote) source.expected("a label's value in quotes");
      const value = readQuoted(source);
      add(name, name === bound ? normalBound(value) : value, at);
    } else if (isQuoted && mayNameMetric) add(metricNameLabel, name, at);
    else source.expected("=");
    source.skipBlanks();
    if (!source.take(",") && !source.text.startsWith("}", source.at)) source.expected(", or }");
  }

  function add(name: string, value: string, at: number): void {
    if (name === "") source.fail("a name is empty", at);
    for (const [other] of labels) if (other === name) source.fail(`the label ${name} occurs twice`, at);
    labels.push([name, value]);
  }
}

function readName(source: TextSource): string {
  const start = source.at;
  scanName(source, isLabelNameCode);
  if (source.at === start) source.expected("a label name");
  return source.text.slice(start, source.at);
}

/** A quoted text, in which `\\`, `\"` and `\n` are escapes; other backslashes stand for themselves. */
export function readQuoted(source: TextSource): string {
  const start = source.at;
  const { text } = source;
  let hasEscapes = false;
  for (source.at++; source.at < text.length; source.at++) {
    const code = text.charCodeAt(source.at);
    if (code === newline) break;
    if (code === backslash) {
      hasEscapes = true;
      source.at++;
    } else if (code === quote) {
      const inner = text.slice(start + 1, source.at++);
      return hasEscapes ? unescape(inner) : inner;
    }
  }
  return source.fail("a quoted text is not closed", start);
}

/** Escapes of label values and, without quotes, of help texts. */
export function unescape(text: string): string {
  return text.replace(/\\([\\n"])/g, (_all, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

function normalBound(value: string): string {
  const number = parseNumber(value);
  return number === undefined ? value : formatBound(number);
}
