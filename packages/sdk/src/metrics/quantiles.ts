import { DDSketch } from "@datadog/sketches-js";
import type { BatchObservableResult, Meter } from "@opentelemetry/api";
import { type Clock, systemClock } from "../clock.ts";
import { safely } from "../safely.ts";
import { Late, observe, once } from "./catalogue.ts";
import type { InstrumentOptions } from "./instruments.ts";
import { type LabelArguments, LabelGuard, type LabelRules, type NoLabels, overflowValue } from "./labels.ts";
import { quantileLabel, summaryParts } from "./summary-names.ts";

export interface QuantilesOptions<Rules extends LabelRules> extends InstrumentOptions<Rules> {
  /** From 0 to 1. Default: 0.5, 0.9, 0.99. */
  quantiles?: number[];
  /** The values of at least this long count, and of at most twice as long. Default: 5 minutes. */
  windowMs?: number;
}

export interface Quantiles<Rules extends LabelRules = NoLabels> {
  record(value: number, ...labels: LabelArguments<Rules>): void;
}

/** Combinations of labels that are told apart; what comes beyond counts together, with `other` for each label. */
const windowsMax = 500;

const newSketch = () => new DDSketch({ relativeAccuracy: 0.01 });

/** Two sketches that take turns: values are in both, and each in turn starts anew. */
class Window {
  readonly labels: Record<string, string>;
  /** Of all values, not only of the last minutes. */
  sum = 0;
  count = 0;
  #full = newSketch();
  #young = newSketch();
  #turnsAtMs: number;

  constructor(labels: Record<string, string>, turnsAtMs: number) {
    this.labels = labels;
    this.#turnsAtMs = turnsAtMs;
  }

  turn(nowMs: number, windowMs: number): void {
    if (nowMs < this.#turnsAtMs) return;
    const isLongAgo = nowMs >= this.#turnsAtMs + windowMs;
    this.#full = isLongAgo ? newSketch() : this.#young;
    this.#young = newSketch();
    this.#turnsAtMs = nowMs + windowMs;
  }

  add(value: number): void {
    this.sum += value;
    this.count += 1;
    this.#full.accept(value);
    this.#young.accept(value);
  }

  /** NaN while there are no values. */
  quantile(quantile: number): number {
    return this.#full.getValueAtQuantile(quantile);
  }
}

/**
 * A summary: quantiles of the last minutes, each within 1 %, as a gauge with the label `quantile`; sum and number of all values as
 * `NAME.sum` and `NAME.count`. Quantiles cannot be added up across processes: for that take a histogram.
 */
export function quantiles<const Rules extends LabelRules = NoLabels>(
  name: string,
  options: QuantilesOptions<Rules> = {},
  clock: Pick<Clock, "nowMs"> = systemClock,
): Quantiles<Rules> {
  return once("quantiles", name, options, (isStray, given) => {
    const { quantiles: wanted = [0.5, 0.9, 0.99], windowMs = 5 * 60_000 } = given;
    // The summary has that label itself.
    const { [quantileLabel]: _taken, ...rules } = (given.labels ?? {}) as LabelRules;
    const guard = new LabelGuard(name, rules);
    const windows = new Map<string, Window>();
    const make = (meter: Meter) => {
      const { unit = "", description = "" } = given;
      const parts = summaryParts(name);
      const gauge = meter.createObservableGauge(name, { unit, description });
      const sum = meter.createObservableUpDownCounter(parts.sum, { unit, description });
      const count = meter.createObservableUpDownCounter(parts.count, { description });
      const observeAll = (result: BatchObservableResult) => {
        for (const window of windows.values()) {
          window.turn(clock.nowMs(), windowMs);
          result.observe(sum, window.sum, window.labels);
          result.observe(count, window.count, window.labels);
          for (const quantile of wanted) {
            const value = window.quantile(quantile);
            const labels = { ...window.labels, [quantileLabel]: String(quantile) };
            if (!Number.isNaN(value)) result.observe(gauge, value, labels);
          }
        }
      };
      meter.addBatchObservableCallback(observeAll, [gauge, sum, count]);
    };
    if (!isStray) observe(new Late(make));
    const windowOf = (labels: Record<string, string>) => {
      const key = JSON.stringify(labels);
      const known = windows.get(key);
      if (known !== undefined) return known;
      const isRoom = windows.size < windowsMax;
      const kept = isRoom ? labels : Object.fromEntries(Object.keys(labels).map((name) => [name, overflowValue]));
      const keptKey = isRoom ? key : JSON.stringify(kept);
      const window = windows.get(keptKey) ?? new Window(kept, clock.nowMs() + windowMs);
      windows.set(keptKey, window);
      return window;
    };
    const record = (value: number, given: Record<string, unknown> | undefined) => {
      if (isStray || !Number.isFinite(value)) return;
      const labels = guard.admit(given);
      const window = windowOf(labels);
      window.turn(clock.nowMs(), windowMs);
      window.add(value);
    };
    return { record: (value, ...[labels]) => safely(() => record(value, labels), undefined) };
  });
}
