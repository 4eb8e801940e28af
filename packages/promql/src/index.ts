/** Queries. */
export { Engine, defaultSettings } from "./eval/engine.ts";
export { lastTime, timeAt, type Grid } from "./eval/grid.ts";
export { renderAnnotation, type Annotation } from "./eval/annotations.ts";
export { PromqlError } from "./errors.ts";
export type { EngineOptions, InstantQuery, RangeQuery } from "./eval/engine.ts";
export type { EvaluationSettings } from "./eval/evaluation.ts";
export type { Clock } from "./eval/clock.ts";
export type {
  QueryResult,
  QueryStats,
  ResultData,
  ResultSeries,
  Sample,
  SelectorStats,
  VectorSample,
} from "./eval/result.ts";
export type { Problem, PromqlErrorCode } from "./errors.ts";

/** Where series come from. */
export { MemorySource } from "./source/memory-source.ts";
export { rangeComputer, type RangeComputer } from "./eval/range-computer.ts";
export type {
  AggregateHint,
  CallHint,
  ComputedSeries,
  RawSeries,
  SelectHints,
  SelectResult,
  SeriesSource,
} from "./source/series-source.ts";
export type { SampleValue } from "./source/memory-source.ts";

/** Labels, matchers, values. */
export { isMetadataLabel, isValidLabelName, Labels, metricNameLabel } from "./model/labels.ts";
export { createMatcher, matcherText } from "./model/matcher.ts";
export { isStaleAt, staleFlags, writeStale } from "./model/stale.ts";
export { allBuckets } from "./histogram/bucket-bounds.ts";
export {
  customBucketsSchema,
  emptyHistogram,
  equalHistograms,
  usesCustomBuckets,
} from "./histogram/float-histogram.ts";
export { histogramQuantile } from "./histogram/quantile.ts";
export { histogramText } from "./histogram/text.ts";
export { detectReset } from "./histogram/counter-reset.ts";
export type { Matcher, MatchOperator } from "./model/matcher.ts";
export type { Bucket } from "./histogram/bucket-bounds.ts";
export type { Buckets, CounterResetHint, FloatHistogram } from "./histogram/float-histogram.ts";

/** The language. */
export { parse, parseSelector } from "./parse/parse.ts";
export { print, printDuration } from "./print/print.ts";
export { check } from "./check/check.ts";
export { typeOf } from "./check/types.ts";
export { aggregateOperators, signatures } from "./check/signatures.ts";
export { childrenOf, transform, walk } from "./ast/walk.ts";
export { unwrapParens } from "./ast/nodes.ts";
export { planSelections } from "./plan/selections.ts";
export type { LanguageOptions } from "./check/check.ts";
export type { Signature, ValueType } from "./check/signatures.ts";
export type { Selection } from "./plan/selections.ts";
export type {
  Aggregate,
  AtModifier,
  Binary,
  Call,
  DurationExpr,
  Expr,
  MatrixSelector,
  Subquery,
  VectorMatching,
  VectorSelector,
} from "./ast/nodes.ts";

/** Text forms of the ecosystem. */
export { formatDurationMs, parseDurationMs } from "./text/duration.ts";
export { formatFloat, formatOpenMetricsFloat, formatSampleValue, quote } from "./text/go-format.ts";
export { parseFloatText } from "./text/parse-float.ts";
export {
  type AnchoredRegexp,
  compileAnchored,
  compileReplacing,
  expandTemplate,
  type RegexpMatch,
} from "./text/go-regexp.ts";
export { lineColumnAt, positionText, type Span } from "./text/position.ts";

/** Scripts and the notation of series, which rule tests share. */
export { loadScript, runScript, scriptSettings, type CaseFailure, type ScriptOutcome } from "./script/run-script.ts";
export { ScriptError } from "./script/commands.ts";
export { almostEqual, almostEqualHistograms } from "./script/almost-equal.ts";
export { parseHistogram } from "./script/histogram-notation.ts";
export { parseSeriesLine, parseValues, splitMetric, type NotedValue, type SeriesLine } from "./script/series-line.ts";
