import { metrics, type Span } from "@opentelemetry/api";
import { attributeNames as names, eventNames, metricNames, scopeName } from "../attribute-names.ts";
import { safely } from "../safely.ts";
import { version } from "../version.ts";
import type { CheckKind, CheckResult } from "./expectation.ts";
import type { QualityReport } from "./quality.ts";

/** A check that fails comes first, so that the span's limit of 128 events never hides it. */
const eventsMax = 64;

const gauges: Partial<Record<CheckKind, { name: string; unit: string; label: string }>> = {
  row_count: { name: metricNames.rowCount, unit: "{row}", label: "" },
  completeness: { name: metricNames.completeness, unit: "1", label: names.checkColumn },
  validity: { name: metricNames.validity, unit: "1", label: names.checkRule },
  freshness: { name: metricNames.freshness, unit: "s", label: "" },
};

/** Writes a report as events and attributes of the span, and as gauges where a meter provider is registered. */
export function emitReport(report: QualityReport, span: Span | undefined): void {
  safely(() => {
    const failed = report.checks.filter((check) => !check.passed);
    span?.setAttributes({
      [names.checkTable]: report.table,
      [names.checksPassed]: report.checks.length - failed.length,
      [names.checksFailed]: failed.length,
    });
    const ordered = [...failed, ...report.checks.filter((check) => check.passed)];
    for (const check of ordered.slice(0, eventsMax)) span?.addEvent(eventNames.check, eventAttributes(report, check));
  }, undefined);
  safely(() => recordGauges(report), undefined);
}

function eventAttributes(report: QualityReport, check: CheckResult): Record<string, string | number> {
  return {
    [names.checkTable]: report.table,
    ...(report.partition === undefined ? {} : { [names.checkPartition]: report.partition }),
    [names.checkKind]: check.kind,
    [names.checkSubject]: check.subject,
    [names.checkStatus]: check.passed ? "passed" : "failed",
    [names.checkSeverity]: check.severity,
    ...(Number.isFinite(check.value) ? { [names.checkValue]: check.value } : {}),
    [names.checkExpected]: check.expected,
  };
}

function recordGauges(report: QualityReport): void {
  const meter = metrics.getMeter(scopeName, version);
  const table = {
    [names.checkTable]: report.table,
    ...(report.partition === undefined ? {} : { [names.checkPartition]: report.partition }),
  };
  for (const check of report.checks) {
    const gauge = gauges[check.kind];
    if (gauge === undefined || !Number.isFinite(check.value)) continue;
    // A ratio belongs to a column or a rule, not to a partition: that would be a series for each day.
    const labels = gauge.label === "" ? table : { [names.checkTable]: report.table, [gauge.label]: check.subject };
    meter.createGauge(gauge.name, { unit: gauge.unit }).record(check.value, labels);
  }
}
