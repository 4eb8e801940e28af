import { type ExpositionVisitor, type MetricType } from "./exposition.ts";
import { FamilyState } from "./family-state.ts";
import { parseNumber } from "./parse-number.ts";
import { readQuoted, readSeries, scanSeries, unescape } from "./series-text.ts";
import { TextSource } from "./text-source.ts";

const typeOf = new Map<string, MetricType>([
  ["counter", "counter"],
  ["gauge", "gauge"],
  ["histogram", "histogram"],
  ["summary", "summary"],
  ["untyped", "unknown"],
]);

const newline = 10;
const hash = 35;
const quote = 34;

/**
 * Prometheus text exposition 0.0.4, and 1.0.0 with its quoted UTF-8 names.
 * @param options.needsLastLineFeed refuse a text whose last line is not ended, as the Pushgateway does
 * @throws SightglassError invalid_argument, with line and column
 */
export function parseText(
  body: Uint8Array,
  visitor: ExpositionVisitor,
  { needsLastLineFeed = false }: { needsLastLineFeed?: boolean } = {},
): void {
  const source = TextSource.fromBytes(body);
  const { text } = source;
  if (needsLastLineFeed && text !== "" && !text.endsWith("\n")) {
    source.fail("the last line does not end with a line feed; the text may be cut off", text.length);
  }
  const family = new FamilyState();
  while (!source.isAtEnd) {
    source.skipBlanks();
    if (source.code === newline) source.at++;
    else if (source.code === hash) readComment(source, family, visitor);
    else if (!source.isAtEnd) readSample(source, family, visitor);
  }
}

function readComment(source: TextSource, family: FamilyState, visitor: ExpositionVisitor): void {
  source.at++;
  source.skipBlanks();
  const keyword = source.word();
  source.skipBlanks();
  if (keyword !== "HELP" && keyword !== "TYPE") {
    source.line();
    return;
  }
  const metric = source.code === quote ? readQuoted(source) : source.word();
  if (metric === "") source.expected("a metric name");
  family.announce(metric);
  source.skipBlanks();
  if (keyword === "HELP") {
    visitor.metadata({ metric, help: unescape(source.line()) });
    return;
  }
  const at = source.at;
  const type = typeOf.get(source.line().trimEnd());
  if (type === undefined) source.expected("counter, gauge, histogram, summary or untyped", at);
  family.type = type;
  visitor.metadata({ metric, type });
}

function readSample(source: TextSource, family: FamilyState, visitor: ExpositionVisitor): void {
  const start = source.at;
  const key = scanSeries(source);
  const afterSeries = source.at;
  source.skipBlanks();
  if (source.at === afterSeries && !key.endsWith("}")) source.expected("a blank after the metric name");
  const valueAt = source.at;
  const value = parseNumber(source.word());
  if (value === undefined) source.expected("a number", valueAt);
  source.skipBlanks();
  const timestampMs = source.isAtEnd || source.code === newline ? undefined : readTimestamp(source);
  source.skipBlanks();
  if (!source.isAtEnd && source.code !== newline) source.expected("the end of the line");
  source.at++;
  const bound = family.boundOf(key);
  visitor.sample({ key, labels: () => readSeries(source.text, start, bound), value, timestampMs });
}

function readTimestamp(source: TextSource): number {
  const at = source.at;
  const word = source.word();
  const timestampMs = /^[+-]?\d{1,18}$/.test(word) ? Number(word) : NaN;
  if (!Number.isSafeInteger(timestampMs)) source.expected("a timestamp in whole milliseconds", at);
  return timestampMs;
}
