import { isDeepStrictEqual } from "node:util";
import {
  Labels,
  MemorySource,
  metricNameLabel,
  type Expr,
  type QueryResult,
  type SampleValue,
} from "@sightglass/promql";
import { asSightglassError } from "../model/errors.ts";
import type { Clock } from "../model/clock.ts";
import type { RecordingRule, Rule, RuleGroup } from "./rule-file.ts";

/** A sample that a rule gave, or the end of a series that it gave before. */
export interface RecordedSample {
  readonly labels: Labels;
  readonly timeMs: number;
  readonly value: SampleValue;
}

export interface RuleEvaluatorDeps {
  readonly clock: Clock;
  /** An instant query; `recent` has what this evaluation recorded so far, which may not be stored yet. */
  readonly query: (wanted: {
    query: Expr;
    timeMs: number;
    recent: MemorySource;
    signal: AbortSignal;
  }) => Promise<QueryResult>;
  /** Resolves when the samples are durable. */
  readonly write: (samples: readonly RecordedSample[]) => Promise<void>;
  readonly onFailure: (failure: { group: string; rule: string; error: unknown }) => void;
}

export interface RuleState {
  health: "ok" | "err" | "unknown";
  lastError: string | undefined;
  evaluationMs: number;
  lastEvaluationMs: number;
}

const never: RuleState = { health: "unknown", lastError: undefined, evaluationMs: 0, lastEvaluationMs: 0 };

/**
 * Evaluates the recording rules of one group, one after the other, at moments that are multiples of its interval apart. A
 * rule sees what the rules before it recorded at the same moment.
 */
export class RuleGroupEvaluator {
  readonly group: RuleGroup;
  readonly #deps: RuleEvaluatorDeps;
  readonly #states = new Map<Rule, RuleState>();
  /** The series of each rule's last evaluation, whose end is recorded when they are gone. */
  readonly #active = new Map<Rule, ActiveSeries>();
  /** Of rules that this group had before the configuration was read again. */
  #left: ActiveSeries = new Map();
  readonly #abort = new AbortController();
  #cancel: (() => void) | undefined;
  #underWay: Promise<void> | undefined;
  evaluationMs = 0;
  lastEvaluationMs = 0;

  constructor(group: RuleGroup, deps: RuleEvaluatorDeps) {
    this.group = group;
    this.#deps = deps;
  }

  state(rule: Rule): RuleState {
    return this.#states.get(rule) ?? never;
  }

  start(): void {
    this.#schedule();
  }

  /** Resolves when nothing is evaluated any more. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#abort.abort();
    await this.#underWay;
  }

  /** Goes on where a group of that name stood, which is stopped: rules that are as before keep their state. */
  takeOver(from: RuleGroupEvaluator): void {
    for (const [rule, active] of from.#active) {
      const same = this.group.rules.find((one) => !this.#active.has(one) && isSameRule(one, rule));
      if (same === undefined) active.forEach((labels, key) => this.#left.set(key, labels));
      else {
        this.#active.set(same, active);
        this.#states.set(same, from.state(rule));
      }
    }
    from.#left.forEach((labels, key) => this.#left.set(key, labels));
    this.evaluationMs = from.evaluationMs;
    this.lastEvaluationMs = from.lastEvaluationMs;
  }

  /** Ends every series of a group that is gone. */
  async end(): Promise<void> {
    const all = [...this.#active.values(), this.#left].flatMap((active) => [...active.values()]);
    if (all.length > 0) await this.#deps.write(all.map((labels) => endOf(labels, this.#deps.clock.nowMs())));
  }

  /** The next moment: each group has an offset of its own in the interval, so that not all begin at once. */
  nextTimeMs(nowMs: number): number {
    const { intervalMs, file, name } = this.group;
    const offsetMs = hashOf(`${file};${name}`) % intervalMs;
    return Math.floor((nowMs - offsetMs) / intervalMs + 1) * intervalMs + offsetMs;
  }

  #schedule(): void {
    if (this.#abort.signal.aborted) return;
    const nowMs = this.#deps.clock.nowMs();
    const nextMs = this.nextTimeMs(nowMs);
    this.#cancel = this.#deps.clock.after(nextMs - nowMs, () => {
      this.#underWay = this.evaluate(nextMs).finally(() => this.#schedule());
    });
  }

  /** Evaluates every rule for one moment. Never throws: what failed is in the rule's state. */
  async evaluate(timeMs: number): Promise<void> {
    const { clock } = this.#deps;
    const startedMs = clock.monotonicMs();
    const recent = new MemorySource();
    for (const rule of this.group.rules) {
      if (rule.kind !== "recording") continue;
      const ruleStartedMs = clock.monotonicMs();
      let lastError: string | undefined;
      try {
        await this.#record(rule, timeMs - this.group.queryOffsetMs, recent);
      } catch (thrown) {
        if (this.#abort.signal.aborted) return;
        lastError = asSightglassError(thrown).message;
        this.#deps.onFailure({ group: this.group.name, rule: rule.name, error: thrown });
      }
      this.#states.set(rule, {
        health: lastError === undefined ? "ok" : "err",
        lastError,
        evaluationMs: clock.monotonicMs() - ruleStartedMs,
        lastEvaluationMs: timeMs,
      });
    }
    await this.#endLeft(timeMs - this.group.queryOffsetMs);
    this.evaluationMs = clock.monotonicMs() - startedMs;
    this.lastEvaluationMs = timeMs;
  }

  /** Series of rules that are gone end, unless another rule gives them now. */
  async #endLeft(timeMs: number): Promise<void> {
    if (this.#left.size === 0) return;
    const given = [...this.#active.values()];
    const ended = [...this.#left].filter(([key]) => !given.some((active) => active.has(key)));
    try {
      await this.#deps.write(ended.map(([, labels]) => endOf(labels, timeMs)));
      this.#left = new Map();
    } catch (error) {
      this.#deps.onFailure({ group: this.group.name, rule: "", error });
    }
  }

  async #record(rule: RecordingRule, timeMs: number, recent: MemorySource): Promise<void> {
    const result = await this.#deps.query({ query: rule.expr, timeMs, recent, signal: this.#abort.signal });
    const found = samplesOf(rule, result, timeMs);
    const { limit } = this.group;
    if (limit > 0 && found.size > limit) throw new Error(`exceeded limit of ${limit} with ${found.size} series`);
    const gone = [...(this.#active.get(rule) ?? [])].filter(([key]) => !found.has(key));
    const ended = gone.map(([, labels]) => endOf(labels, timeMs));
    const samples = [...found.values(), ...ended];
    if (samples.length > 0) await this.#deps.write(samples);
    for (const sample of samples) recent.append(sample.labels, sample.timeMs, sample.value);
    this.#active.set(rule, new Map([...found].map(([key, { labels }]) => [key, labels])));
  }
}

/** Labels of series by their key. */
type ActiveSeries = Map<string, Labels>;

const endOf = (labels: Labels, timeMs: number): RecordedSample => ({ labels, timeMs, value: "stale" });

const isSameRule = (a: Rule, b: Rule): boolean =>
  a.kind === b.kind && a.name === b.name && a.query === b.query && isDeepStrictEqual(a.labels, b.labels);

function samplesOf(rule: RecordingRule, { data }: QueryResult, timeMs: number): Map<string, RecordedSample> {
  const found = new Map<string, RecordedSample>();
  const add = (from: Labels, value: SampleValue): void => {
    const labels = Labels.fromEntries([
      ...from.entries(),
      ...Object.entries(rule.labels),
      [metricNameLabel, rule.name],
    ]);
    if (found.has(labels.key))
      throw new Error("vector contains metrics with the same labelset after applying rule labels");
    found.set(labels.key, { labels, timeMs, value });
  };
  if (data.type === "scalar") add(Labels.empty, data.value);
  if (data.type === "vector") {
    for (const { labels, value, histogram } of data.samples) add(labels, histogram ?? value);
  }
  return found;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
