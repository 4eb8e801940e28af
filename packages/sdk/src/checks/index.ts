export { check, type CheckOptions, expectations, type Expectations } from "./check.ts";
export {
  type CheckKind,
  type CheckResult,
  DataQualityError,
  type InvalidColumn,
  type QualityReport,
} from "./report.ts";
export type { ColumnSummary, NumberSummary, QuantileName } from "./column-profile.ts";
export type {
  ColumnExpectation,
  Columns,
  DatasetExpectation,
  Range,
  RowRule,
  Severity,
  Statistic,
} from "./expectation.ts";
export type { JsonSchema, RowSchema } from "./row-schema.ts";
