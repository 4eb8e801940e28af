import type { Attributes, Span } from "@opentelemetry/api";
import { attributeNames as names, eventNames } from "../attribute-names.ts";
import { safely } from "../safely.ts";
import { statisticsOf } from "./column-probe.ts";
import type { ColumnSummary } from "./column-profile.ts";
import { recordReport } from "./emit-metrics.ts";
import { type CheckResult, outcomeOf, type QualityReport } from "./report.ts";

const checkEventsMax = 64;
const columnEventsMax = 16;
/** A span holds 128 events; 18 stay free for what the stage still has to say at its end. */
const spanEventsMax = 110;

/** What the reports of one span come to together. */
interface SpanTotals {
  readonly tables: Set<string>;
  passed: number;
  failed: number;
  warned: number;
  score: number;
}

const totalsOfSpans = new WeakMap<Span, SpanTotals>();

/** Writes a report as events and attributes of the span, and as metrics where a meter provider is registered. */
export function emitReport(report: QualityReport, span: Span | undefined, sendTopValues: boolean): void {
  safely(() => {
    if (span !== undefined) writeToSpan(report, span, sendTopValues);
  }, undefined);
  safely(() => recordReport(report), undefined);
}

function writeToSpan(report: QualityReport, span: Span, sendTopValues: boolean): void {
  span.setAttributes(spanAttributes(span, report));
  // The failed ones first, so that none of them is the one for which there is no room.
  const ordered = [...report.checks.filter(({ passed }) => !passed), ...report.checks.filter(({ passed }) => passed)];
  for (const check of ordered.slice(0, Math.min(checkEventsMax, roomOf(span))))
    span.addEvent(eventNames.check, checkAttributes(report, check));
  for (const [column, summary] of Object.entries(report.columns).slice(0, Math.min(columnEventsMax, roomOf(span))))
    span.addEvent(eventNames.columnProfile, columnAttributes(report, column, summary, sendTopValues));
}

/** How many more events the span may get. Only the SDK's own spans say what they have. */
function roomOf(span: Span): number {
  const { events } = span as { events?: readonly unknown[] };
  return Math.max(0, spanEventsMax - (events?.length ?? 0));
}

function spanAttributes(span: Span, { table, checks, score }: QualityReport): Attributes {
  const totals = totalsOfSpans.get(span) ?? { tables: new Set(), passed: 0, failed: 0, warned: 0, score: 1 };
  totalsOfSpans.set(span, totals);
  totals.tables.add(table);
  totals.score = Math.min(totals.score, score);
  for (const check of checks) totals[outcomeOf(check)] += 1;
  return {
    [names.checkTables]: [...totals.tables],
    [names.checksPassed]: totals.passed,
    [names.checksFailed]: totals.failed,
    [names.checksWarned]: totals.warned,
    [names.checkScore]: totals.score,
  };
}

function checkAttributes(report: QualityReport, check: CheckResult): Attributes {
  return {
    ...tableAttributes(report),
    [names.checkKind]: check.kind,
    [names.checkSubject]: check.subject,
    [names.checkStatus]: outcomeOf(check),
    [names.checkSeverity]: check.severity,
    ...(Number.isFinite(check.value) ? { [names.checkValue]: check.value } : {}),
    [names.checkExpected]: check.expected,
    ...(check.invalid === undefined
      ? {}
      : {
          [names.checkInvalidColumns]: check.invalid.map(({ column, reason, rows }) => `${column} ${reason} (${rows})`),
        }),
  };
}

function columnAttributes(
  report: QualityReport,
  column: string,
  summary: ColumnSummary,
  sendTopValues: boolean,
): Attributes {
  const { min, max, mean, standardDeviation, p01, p05, p25, p50, p75, p95, p99 } = statisticsOf(summary);
  const top = summary.top.map(([value, count]) => `${value} ${count}`);
  return {
    ...tableAttributes(report),
    [names.checkColumn]: column,
    [names.columnRows]: summary.rows,
    [names.columnMissing]: summary.missing,
    [names.columnDistinct]: summary.distinct,
    [names.columnMin]: min,
    [names.columnMax]: max,
    [names.columnMean]: mean,
    [names.columnStandardDeviation]: standardDeviation,
    [names.columnP01]: p01,
    [names.columnP05]: p05,
    [names.columnP25]: p25,
    [names.columnP50]: p50,
    [names.columnP75]: p75,
    [names.columnP95]: p95,
    [names.columnP99]: p99,
    ...(sendTopValues ? { [names.columnTop]: top } : {}),
  };
}

function tableAttributes({ table, partition }: QualityReport): Attributes {
  return { [names.checkTable]: table, ...(partition === undefined ? {} : { [names.checkPartition]: partition }) };
}
