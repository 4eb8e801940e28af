import type { Attributes, Link, Span } from "@opentelemetry/api";
import type { FailureDetail } from "./failures.ts";
import type { ProgressOptions } from "./progress.ts";
import type { Records, WebStream } from "./records/counted.ts";
import type { LeftOut, RecordOptions, RecordTotals } from "./records/options.ts";
import type { RetryOptions } from "./retry.ts";
import type { StageObserver } from "./stage-observer.ts";

/** Where rows come from or go to. */
export interface Endpoint {
  /** The kind of system: `postgresql`, `kafka`, `parquet`, `s3`, ... */
  system: string;
  /** The table, topic, path or set within it. */
  table?: string;
}

export interface StageOptions {
  source?: Endpoint;
  sink?: Endpoint;
  /** How often, or how, to try again when the work throws. Each attempt is a span of its own. */
  retries?: number | RetryOptions;
  /** The number of the first attempt, from 1, where something outside retries. Default 1. */
  attempt?: number;
  /** Show on standard error how far it is: a bar on a terminal, a line every 10 s elsewhere. */
  progress?: boolean | ProgressOptions;
  /** What watches the stage: `whenSlow()` and `heapLimit()` of `@sightglass/sdk/profile`, or your own. */
  profile?: StageObserver | readonly StageObserver[];
  /** Spans that the stage has to do with, such as the producers of a batch. */
  links?: Link[];
  attributes?: Attributes;
}

export type StageWork<T> = (stage: Stage) => T | PromiseLike<T>;

/** Runs a named stage and returns what `work` returns; what it throws ends the stage as failed and is thrown on. */
export interface StartStage {
  <T>(name: string, work: StageWork<T>): Promise<T>;
  <T>(name: string, options: StageOptions, work: StageWork<T>): Promise<T>;
}

/** One attempt at one step of a run. Counts may be given at any time until it ends; they add up. */
export interface Stage {
  readonly name: string;
  /** From 1. */
  readonly attempt: number;
  /** The OpenTelemetry span, for anything that has no method here. */
  readonly span: Span;
  /** A stage within this one. */
  readonly stage: StartStage;
  /** Rows that came in. */
  read(count?: number): void;
  /** Rows that went out. */
  written(count?: number): void;
  /** Rows left out on purpose. */
  filtered(count?: number): void;
  /** Rows left out because they were there already. */
  deduplicated(count?: number): void;
  /**
   * Rows that could not be processed. The first few of each `reason` become span events; of the record only a hash is
   * kept. Use few, fixed reasons ("bad_date"), not messages.
   */
  failed(count?: number, reason?: string, detail?: FailureDetail): void;
  /** Bytes processed. */
  bytes(count: number): void;
  setAttribute(key: string, value: string | number | boolean): void;

  /**
   * The same records, counted as read while they pass; of a Web stream a Web stream. Byte arrays count as bytes, not as records.
   */
  reads<Stream extends WebStream>(source: Stream): Stream;
  reads<T>(source: Iterable<T>): Iterable<T>;
  reads<T>(source: AsyncIterable<T>): AsyncIterable<T>;
  /** The same records, counted as written while they pass. */
  writes<Stream extends WebStream>(source: Stream): Stream;
  writes<T>(source: Iterable<T>): Iterable<T>;
  writes<T>(source: AsyncIterable<T>): AsyncIterable<T>;
  /** Does `work` for each record and counts: read, then written, filtered, deduplicated or failed. */
  each<T>(source: Records<T>, work: (record: T) => unknown, options?: RecordOptions<T>): Promise<RecordTotals>;
  /** The results of `work`, in order; read and counted as they are asked for. */
  map<T, R>(
    source: Records<T>,
    work: (record: T) => R | LeftOut | PromiseLike<R | LeftOut>,
    options?: RecordOptions<T>,
  ): AsyncIterable<R>;
  /**
   * Does `work` for each `size` records, and counts them. A number that it returns is how many were written; else all
   * of them were. A batch that throws has failed as a whole.
   */
  batches<T>(
    source: Records<T>,
    size: number,
    work: (batch: T[]) => unknown,
    options?: RecordOptions<T[]>,
  ): Promise<RecordTotals>;
}

/** What every stage of a run carries. */
export interface RunIdentity {
  readonly pipeline: string;
  readonly id: string;
  readonly partition: string | undefined;
}
