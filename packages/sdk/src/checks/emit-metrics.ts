import { attributeNames as names, metricNames } from "../attribute-names.ts";
import { type Gauge, gauge } from "../metrics/instruments.ts";
import { statisticsOf } from "./column-probe.ts";
import { type CheckKind, type CheckResult, outcomeOf, outcomes, type QualityReport } from "./report.ts";

/** How many different values the labels may have in one process; further ones count as `other`. */
const tablesMax = 100;
const partitionsMax = 400;
const subjectsMax = 1000;

const { checkTable, checkPartition, checkColumn, checkRule, checkStatistic, checkStatus, scoreTable } = names;

/** Asked for at each use: there is one instrument for a name. */
const ofPartition = (name: string, unit: string, description: string) =>
  gauge(name, { unit, description, labels: { [checkTable]: tablesMax, [checkPartition]: partitionsMax } });
const ofSubject = (name: string, label: string, description: string) =>
  gauge(name, { unit: "1", description, labels: { [checkTable]: tablesMax, [label]: subjectsMax } });

type Record = (report: QualityReport, check: CheckResult) => void;

const bySubject =
  (label: string, make: () => Gauge<{ [key: string]: number }>): Record =>
  ({ table }, { subject, value }) =>
    make().set(value, { [checkTable]: table, [label]: subject });

const byPartition =
  (make: () => Gauge<{ [key: string]: number }>): Record =>
  // An empty label is none, to Prometheus.
  ({ table, partition = "" }, { value }) =>
    make().set(value, { [checkTable]: table, [checkPartition]: partition });

/** A ratio belongs to a column or a rule, not to a partition: that would be a series for each day. */
const recorders: { [Kind in CheckKind]?: Record } = {
  row_count: byPartition(() => ofPartition(metricNames.rowCount, "{row}", "Rows that were checked")),
  freshness: byPartition(() => ofPartition(metricNames.freshness, "s", "Age of the newest row when it was checked")),
  completeness: bySubject(checkColumn, () =>
    ofSubject(metricNames.completeness, checkColumn, "Share of rows that have a value"),
  ),
  uniqueness: bySubject(checkColumn, () =>
    ofSubject(metricNames.uniqueness, checkColumn, "Share of keys that are distinct"),
  ),
  validity: bySubject(checkRule, () =>
    ofSubject(metricNames.validity, checkRule, "Share of rows or values that are valid"),
  ),
};

/** Writes a report as gauges. */
export function recordReport(report: QualityReport): void {
  for (const check of report.checks) recorders[check.kind]?.(report, check);
  recordColumns(report);
  recordOutcomes(report);
  // An annotation, not "1", which would append `_ratio` to the name.
  const scores = gauge(metricNames.score, {
    unit: "{score}",
    description: "Share of checks that passed, those of severity warn with half the weight",
    labels: { [scoreTable]: tablesMax },
  });
  if (report.checks.length > 0) scores.set(report.score, { [scoreTable]: report.table });
}

function recordColumns({ table, columns }: QualityReport): void {
  const statistics = gauge(metricNames.columnStatistic, {
    description: "What the values of a column are like",
    labels: { [checkTable]: tablesMax, [checkColumn]: subjectsMax, [checkStatistic]: 20 },
  });
  for (const [column, summary] of Object.entries(columns))
    for (const [statistic, value] of Object.entries(statisticsOf(summary)))
      statistics.set(value, {
        [checkTable]: table,
        [checkColumn]: column,
        [checkStatistic]: statistic === "standardDeviation" ? "standard_deviation" : statistic,
      });
}

function recordOutcomes({ table, checks }: QualityReport): void {
  const counts = gauge(metricNames.checks, {
    unit: "{check}",
    description: "Checks of a table by their outcome",
    labels: { [checkTable]: tablesMax, [checkStatus]: outcomes },
  });
  for (const outcome of outcomes)
    counts.set(checks.filter((check) => outcomeOf(check) === outcome).length, {
      [checkTable]: table,
      [checkStatus]: outcome,
    });
}
