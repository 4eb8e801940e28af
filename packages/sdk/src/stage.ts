import { type Attributes, context, type Link, type Span } from "@opentelemetry/api";
import { attributeNames as names } from "./attribute-names.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Counts } from "./counts.ts";
import { type FailureDetail, Failures } from "./failures.ts";
import { counted, inBatches, type Records, type WebStream } from "./counted.ts";
import { progressBoard, type ProgressOptions } from "./progress.ts";
import {
  batchWork,
  consumeRecords,
  type LeftOut,
  mapRecords,
  type RecordOptions,
  type RecordTotals,
  recordWork,
} from "./records.ts";
import { retryOptions, type RetryOptions } from "./retry.ts";
import { asText, safely } from "./safely.ts";
import { Scope } from "./scope.ts";
import { observe, type StageObserver } from "./stage-observer.ts";
import { watch } from "./watch.ts";

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

interface StageStart {
  readonly name: string;
  readonly options: StageOptions;
  readonly within: Scope;
  readonly run: RunIdentity;
}

/** A stage function that is bound to the run or stage that owns it. */
export function stageStarter(within: Scope, run: RunIdentity): StartStage {
  return <T>(name: string, optionsOrWork: StageOptions | StageWork<T>, maybeWork?: StageWork<T>): Promise<T> => {
    const options = typeof optionsOrWork === "function" ? {} : optionsOrWork;
    const work = (typeof optionsOrWork === "function" ? optionsOrWork : maybeWork) as StageWork<T>;
    const start = { name: asText(name), options: options ?? {}, within, run };
    const attempt = start.options.attempt ?? 1;
    // Most stages are tried once, and each promise costs.
    if (start.options.retries === undefined) return attemptStage(start, attempt, work, systemClock);
    return retryStage(start, attempt, work, systemClock);
  };
}

async function retryStage<T>(start: StageStart, first: number, work: StageWork<T>, clock: Clock): Promise<T> {
  const retry = retryOptions(start.options.retries);
  for (let attempt = first; ; attempt += 1) {
    try {
      return await attemptStage(start, attempt, work, clock);
    } catch (thrown) {
      const failed = attempt - first + 1;
      if (!retry.isWorthIt(thrown, failed, attempt) || !(await retry.wait(clock, failed))) throw thrown;
    }
  }
}

async function attemptStage<T>(start: StageStart, attempt: number, work: StageWork<T>, clock: Clock): Promise<T> {
  const { name, run, within, options } = start;
  const scope = new Scope({
    kind: "stage",
    name,
    attributes: attributesOf(start, attempt),
    within,
    parent: within.contextForChild(context.active()),
    links: options.links,
    clock,
  });
  const stage = new OpenStage(name, attempt, scope, run);
  const stopProgress =
    options.progress === undefined ? undefined : safely(() => startProgress(start, stage), undefined);
  const stopProfile =
    options.profile === undefined
      ? undefined
      : observe(options.profile, { pipeline: run.pipeline, stage: name, span: scope.span });
  const open = watch();
  open.add(scope);
  try {
    const value = await context.with(scope.context, work, undefined, stage);
    stopProfile?.(true);
    scope.succeed();
    return value;
  } catch (thrown) {
    stopProfile?.(false);
    scope.fail(thrown);
    throw thrown;
  } finally {
    open.remove(scope);
    stopProgress?.();
  }
}

function startProgress({ name, options: { progress } }: StageStart, stage: OpenStage): (() => void) | undefined {
  if (progress === undefined || progress === false) return undefined;
  const board = progressBoard();
  const tracked = { name, total: progress === true ? undefined : progress.total, done: () => stage.done };
  board.add(tracked);
  return () => board.remove(tracked);
}

class OpenStage extends Counts implements Stage {
  readonly name: string;
  readonly attempt: number;
  readonly #scope: Scope;
  readonly #run: RunIdentity;

  constructor(name: string, attempt: number, scope: Scope, run: RunIdentity) {
    super();
    this.name = name;
    this.attempt = attempt;
    this.#scope = scope;
    this.#run = run;
    scope.counts = this;
  }

  get span(): Span {
    return this.#scope.span;
  }

  get stage(): StartStage {
    return stageStarter(this.#scope, this.#run);
  }

  override failed(count = 1, reason?: string, detail?: FailureDetail): void {
    super.failed(count);
    if (this.#scope.isEnded) return;
    safely(() => {
      this.#scope.failures ??= new Failures();
      this.#scope.failures.add(this.#scope.span, count, reason, detail);
    }, undefined);
  }

  setAttribute(key: string, value: string | number | boolean): void {
    this.#scope.setAttribute(key, value);
  }

  reads<Stream extends WebStream>(source: Stream): Stream;
  reads<T>(source: Iterable<T>): Iterable<T>;
  reads<T>(source: AsyncIterable<T>): AsyncIterable<T>;
  reads<T>(source: Records<T>): Records<T> {
    return counted(source, {
      records: (count) => this.read(count),
      bytes: (count) => this.bytes(count),
    });
  }

  writes<Stream extends WebStream>(source: Stream): Stream;
  writes<T>(source: Iterable<T>): Iterable<T>;
  writes<T>(source: AsyncIterable<T>): AsyncIterable<T>;
  writes<T>(source: Records<T>): Records<T> {
    return counted(source, {
      records: (count) => this.written(count),
      bytes: (count) => this.bytes(count),
    });
  }

  map<T, R>(
    source: Records<T>,
    work: (record: T) => R | LeftOut | PromiseLike<R | LeftOut>,
    options: RecordOptions<T> = {},
  ): AsyncIterable<R> {
    return mapRecords(source, recordWork(this, work, options));
  }

  each<T>(source: Records<T>, work: (record: T) => unknown, options: RecordOptions<T> = {}): Promise<RecordTotals> {
    return consumeRecords(source, recordWork(this, work, options));
  }

  batches<T>(
    source: Records<T>,
    size: number,
    work: (batch: T[]) => unknown,
    options: RecordOptions<T[]> = {},
  ): Promise<RecordTotals> {
    return consumeRecords(inBatches(source, size), batchWork(this, work, options));
  }
}

/**
 * What a stage's span says of it, from its options as they are now: the caller may use the same object for the next one. One
 * literal with all keys, some undefined: objects that grow key by key would cost more than the span itself.
 */
function attributesOf({ name, run, options }: StageStart, attempt: number): () => Attributes {
  const { source, sink } = options;
  const attributes =
    options.attributes === undefined ? undefined : safely(() => ({ ...options.attributes }), undefined);
  const sourceSystem = source?.system;
  const sourceTable = source?.table;
  const sinkSystem = sink?.system;
  const sinkTable = sink?.table;
  return () => {
    const own: Attributes = {
      [names.name]: run.pipeline,
      [names.runId]: run.id,
      [names.partition]: run.partition,
      [names.stage]: name,
      [names.attempt]: attempt,
      [names.sourceSystem]: sourceSystem,
      [names.sourceTable]: sourceTable,
      [names.sinkSystem]: sinkSystem,
      [names.sinkTable]: sinkTable,
    };
    return attributes === undefined ? own : { ...attributes, ...own };
  };
}
