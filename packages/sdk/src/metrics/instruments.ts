import type { Meter, ObservableResult } from "@opentelemetry/api";
import { afterWork } from "../after-work.ts";
import { type Clock, systemClock } from "../clock.ts";
import { safely } from "../safely.ts";
import { Late, observe, once } from "./catalogue.ts";
import { type LabelArguments, LabelGuard, type LabelRules, type Labels, type NoLabels } from "./labels.ts";
import { PendingSums } from "./pending-sums.ts";

export interface InstrumentOptions<Rules extends LabelRules> {
  /** UCUM, as OpenTelemetry has it: `s`, `By`, `{row}`. */
  unit?: string;
  description?: string;
  /** Each label with its values, or with how many different ones there may be. Others are left out. */
  labels?: Rules;
}

export interface HistogramOptions<Rules extends LabelRules> extends InstrumentOptions<Rules> {
  /** Upper bounds, ascending. Default: for unit `s` from 5 ms to 10 s, else OpenTelemetry's. */
  buckets?: number[];
}

export interface Counter<Rules extends LabelRules = NoLabels> {
  /** @param value 0 or more; anything else is left out */
  add(value: number, ...labels: LabelArguments<Rules>): void;
}

export interface UpDownCounter<Rules extends LabelRules = NoLabels> {
  add(value: number, ...labels: LabelArguments<Rules>): void;
}

export interface Gauge<Rules extends LabelRules = NoLabels> {
  set(value: number, ...labels: LabelArguments<Rules>): void;
}

export interface Histogram<Rules extends LabelRules = NoLabels> {
  record(value: number, ...labels: LabelArguments<Rules>): void;
  /** Records how many seconds `work` takes, whether it returns or throws, and returns what it returns. */
  time<T>(work: () => T, ...labels: LabelArguments<Rules>): T;
}

/** What a collector hands back: one value, or one for each combination of labels. */
export type Collected<Rules extends LabelRules> =
  | (keyof Rules extends never ? number : never)
  | readonly { value: number; labels: Labels<Rules> }[];

/** The semantic conventions' bounds for durations in seconds. */
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Something that only grows. However often it is called, there is one instrument for a name. */
export function counter<const Rules extends LabelRules = NoLabels>(
  name: string,
  options: InstrumentOptions<Rules> = {},
): Counter<Rules> {
  return once("counter", name, options, (isStray, given) => {
    const guard = new LabelGuard(name, given.labels ?? {});
    if (isStray) return { add() {} };
    const sums = new PendingSums((meter) => {
      const made = meter.createCounter(name, described(given));
      return (value, labels) => made.add(value, labels);
    });
    return {
      add(value: number, labels?: Record<string, unknown>) {
        if (value >= 0 && value < Number.POSITIVE_INFINITY)
          safely(() => sums.add(guard.series(labels), value), undefined);
      },
    };
  });
}

/** Something that grows and shrinks by what is added. */
export function upDownCounter<const Rules extends LabelRules = NoLabels>(
  name: string,
  options: InstrumentOptions<Rules> = {},
): UpDownCounter<Rules> {
  return once("up-down counter", name, options, (isStray, given) => {
    const record = recorder(name, given, isStray, (meter) => {
      const made = meter.createUpDownCounter(name, described(given));
      return (value, labels) => made.add(value, labels);
    });
    return { add: (value, ...[labels]) => record(value, labels) };
  });
}

/** Something of which only the last value matters. */
export function gauge<const Rules extends LabelRules = NoLabels>(
  name: string,
  options: InstrumentOptions<Rules> = {},
): Gauge<Rules> {
  return once("gauge", name, options, (isStray, given) => {
    const record = recorder(name, given, isStray, (meter) => {
      const made = meter.createGauge(name, described(given));
      return (value, labels) => made.record(value, labels);
    });
    return { set: (value, ...[labels]) => record(value, labels) };
  });
}

/** Something of which the distribution matters. */
export function histogram<const Rules extends LabelRules = NoLabels>(
  name: string,
  options: HistogramOptions<Rules> = {},
  clock: Pick<Clock, "monotonicMs"> = systemClock,
): Histogram<Rules> {
  return once("histogram", name, options, (isStray, given) => {
    const buckets = given.buckets?.filter(Number.isFinite) ?? (given.unit === "s" ? secondsBuckets : undefined);
    const advice = buckets === undefined ? {} : { advice: { explicitBucketBoundaries: buckets } };
    const record = recorder(name, given, isStray, (meter) => {
      const made = meter.createHistogram(name, { ...described(given), ...advice });
      return (value, labels) => made.record(value, labels);
    });
    return {
      record: (value, ...[labels]) => record(value, labels),
      time(work, ...[labels]) {
        const startMs = clock.monotonicMs();
        return afterWork(work, () => record((clock.monotonicMs() - startMs) / 1000, labels));
      },
    };
  });
}

/**
 * A gauge whose value is asked for when somebody collects, and only then. The last `collect` of a name holds. One that
 * throws or rejects leaves its values out this time.
 */
export function collector<const Rules extends LabelRules = NoLabels>(
  name: string,
  options: InstrumentOptions<Rules>,
  collect: () => Collected<Rules> | Promise<Collected<Rules>>,
): void {
  const current = once("collector", name, options, (isStray, given) => {
    const state = { collect: collect as () => unknown };
    const guard = new LabelGuard(name, given.labels ?? {});
    const callback = async (result: ObservableResult) => {
      const collected = await state.collect();
      if (typeof collected === "number") result.observe(collected);
      else for (const { value, labels } of collected as Observation[]) result.observe(value, guard.admit(labels));
    };
    if (!isStray)
      observe(new Late((meter) => meter.createObservableGauge(name, described(given)).addCallback(callback)));
    return state;
  });
  current.collect = collect;
}

interface Observation {
  value: number;
  labels: Record<string, unknown>;
}

type Write = (value: number, labels: Readonly<Record<string, string>>) => void;

/** Records through the provider of the moment; never throws, and leaves out what is no number. */
function recorder(
  name: string,
  options: InstrumentOptions<LabelRules>,
  isStray: boolean,
  make: (meter: Meter) => Write,
): (value: number, labels: Record<string, unknown> | undefined) => void {
  const late = new Late(make);
  const guard = new LabelGuard(name, options.labels ?? {});
  return (value, labels) => {
    if (isStray || !Number.isFinite(value)) return;
    safely(() => late.get()(value, guard.series(labels).labels), undefined);
  };
}

function described({ unit, description }: InstrumentOptions<LabelRules>): { unit?: string; description?: string } {
  return { ...(unit === undefined ? {} : { unit }), ...(description === undefined ? {} : { description }) };
}
