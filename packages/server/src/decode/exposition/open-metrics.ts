import { CreatedTimes } from "./created-times.ts";
import type { ExposedExemplar, ExposedLabel, ExpositionVisitor, MetricType } from "./exposition.ts";
import { metricTypes } from "./exposition.ts";
import { FamilyState } from "./family-state.ts";
import { parseNumber } from "./parse-number.ts";
import { readLabels, readQuoted, readSeries, scanSeries, unescape } from "./series-text.ts";
import { TextSource } from "./text-source.ts";

const newline = 10;
const hash = 35;
const quote = 34;

/**
 * OpenMetrics text 1.0 and 0.0.1. `_created` samples become the start times of their counters, histograms and summaries.
 * @throws SightglassError invalid_argument, with line and column
 */
export function parseOpenMetrics(body: Uint8Array, visitor: ExpositionVisitor): void {
  const source = TextSource.fromBytes(body);
  const family = new FamilyState();
  const created = new CreatedTimes(visitor.sample);
  while (!source.isAtEnd) {
    if (source.code !== hash) readSample(source, family, created);
    else if (readMetadata(source, { family, created, visitor }) === "end") return;
  }
  source.fail("the text does not end with # EOF; it may be cut off", source.text.length);
}

interface Reading {
  family: FamilyState;
  created: CreatedTimes;
  visitor: ExpositionVisitor;
}

function readMetadata(source: TextSource, { family, created, visitor }: Reading): "end" | undefined {
  const start = source.at;
  if (source.take("# EOF")) {
    if (!source.isAtEnd && !(source.take("\n") && source.isAtEnd)) source.expected("nothing after # EOF");
    created.flush();
    return "end";
  }
  if (!source.take("# ")) source.expected('"# "', start);
  const keyword = source.word();
  if (!["TYPE", "HELP", "UNIT"].includes(keyword)) source.expected("TYPE, HELP, UNIT or EOF", start + 2);
  if (!source.take(" ")) source.expected("a space and a metric name");
  const name = source.code === quote ? readQuoted(source) : source.word();
  if (name === "") source.expected("a metric name");
  if (family.announce(name)) created.begin(name, "unknown");
  if (source.code !== newline && !source.take(" ")) source.expected("a space");
  const at = source.at;
  const rest = source.line();
  if (keyword === "TYPE") {
    if (!metricTypes.includes(rest as MetricType)) source.expected(`one of ${metricTypes.join(", ")}`, at);
    family.type = rest as MetricType;
    created.begin(name, family.type);
  }
  const metric = sampleName(name, family.type);
  if (keyword === "HELP") visitor.metadata({ metric, help: unescape(rest) });
  else visitor.metadata(keyword === "TYPE" ? { metric, type: family.type } : { metric, unit: rest });
  return undefined;
}

/** The name that queries know: of counters and infos the samples' name, with the suffix that the family's name lacks. */
function sampleName(family: string, type: MetricType): string {
  if (type === "counter") return `${family}_total`;
  return type === "info" ? `${family}_info` : family;
}

function readSample(source: TextSource, family: FamilyState, created: CreatedTimes): void {
  const start = source.at;
  const key = scanSeries(source);
  const bound = family.boundOf(key);
  const { value, timestampMs } = readPoint(source);
  const exemplars = source.take(" # ") ? [readExemplar(source)] : undefined;
  if (!source.isAtEnd && !source.take("\n")) source.expected("the end of the line");
  const labels = () => readSeries(source.text, start, bound);
  created.sample({ key, labels, value, timestampMs, ...(exemplars === undefined ? {} : { exemplars }) });
}

/** ` value` and, if there is one, ` timestamp`. */
function readPoint(source: TextSource): { value: number; timestampMs: number | undefined } {
  if (!source.take(" ")) source.expected("a space and a number");
  const at = source.at;
  const value = parseNumber(source.word());
  if (value === undefined) source.expected("a number", at);
  if (source.text.startsWith(" # ", source.at) || !source.take(" ")) return { value, timestampMs: undefined };
  const timeAt = source.at;
  const seconds = parseNumber(source.word());
  if (seconds === undefined || !Number.isFinite(seconds)) source.expected("a timestamp in seconds", timeAt);
  return { value, timestampMs: Math.round(seconds * 1000) };
}

function readExemplar(source: TextSource): ExposedExemplar {
  if (!source.text.startsWith("{", source.at)) source.expected("the exemplar's labels");
  const labels: ExposedLabel[] = [];
  readLabels(source, labels, { mayNameMetric: false });
  return { labels, ...readPoint(source) };
}
