export { collector, counter, gauge, histogram, upDownCounter } from "./instruments.ts";
export { quantiles } from "./quantiles.ts";
export { measureRuntime } from "./runtime.ts";
export { type CollectedMetrics, exposition, type ExpositionOptions } from "./exposition.ts";
export type {
  Collected,
  Counter,
  Gauge,
  Histogram,
  HistogramOptions,
  InstrumentOptions,
  UpDownCounter,
} from "./instruments.ts";
export type { LabelRule, LabelRules, Labels } from "./labels.ts";
export type { Quantiles, QuantilesOptions } from "./quantiles.ts";
