import { type Attributes, context, type Span } from "@opentelemetry/api";
import { attributeNames as names } from "./attribute-names.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Counts } from "./counts.ts";
import { type FailureDetail, Failures } from "./failures.ts";
import { progressBoard } from "./progress.ts";
import { counted, inBatches, type Records, type WebStream } from "./records/counted.ts";
import { consumeRecords, mapRecords } from "./records/flow.ts";
import type { LeftOut, RecordOptions, RecordTotals } from "./records/options.ts";
import { batchWork, recordWork } from "./records/work.ts";
import { retryOptions } from "./retry.ts";
import { asText, safely } from "./safely.ts";
import { Scope } from "./scope.ts";
import type { RunIdentity, Stage, StageOptions, StageWork, StartStage } from "./stage.ts";
import { observe } from "./stage-observer.ts";
import { watch } from "./watch.ts";

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
