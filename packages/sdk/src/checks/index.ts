export { DataQualityError, expectations, type Expectations } from "./expectations.ts";
export type { ColumnSummary } from "./column-profile.ts";
export type {
  CheckKind,
  CheckResult,
  ColumnExpectation,
  DatasetExpectation,
  RowRule,
  RowSchema,
  Severity,
} from "./expectation.ts";
export type { QualityReport } from "./quality.ts";
