import { basename } from "node:path";
import type { Clock } from "../../model/clock.ts";
import { type Ending, exitCodeOf, isCancelled, problemOf } from "./ending.ts";
import { defaultName, type RunOptions } from "./options.ts";
import { type Attributes, type LogRecord, nanoseconds, type SpanEvent, type SpanRecord } from "./otlp-json.ts";
import type { IdSource } from "./random.ts";
import type { RowCountLine } from "./row-counts.ts";
import { Tally } from "./tally.ts";
import { childContext, type TraceContext } from "./trace-context.ts";

/** Where records go; an outbox, or nothing. */
export interface RecordSink {
  addLog(record: LogRecord): void;
  addSpan(span: SpanRecord): void;
}

export interface RecorderOptions {
  readonly run: RunOptions;
  readonly parent: TraceContext | undefined;
  readonly sink: RecordSink;
  readonly clock: Clock;
  readonly ids: IdSource;
}

const heartbeatIntervalMs = 10_000;
const info = 9;

interface Part {
  readonly name: string;
  readonly context: TraceContext;
  readonly parent: TraceContext | undefined;
  readonly attributes: Attributes;
}

/** Tells the story of one command as a run with one stage: announcements, heartbeats, output, counts, and the spans. */
export class Recorder {
  readonly pipeline: string;
  readonly runId: string;
  readonly #sink: RecordSink;
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #tally = new Tally();
  readonly #run: Part;
  readonly #stage: Part;
  #cancelBeat: (() => void) | undefined;

  constructor({ run, parent, sink, clock, ids }: RecorderOptions) {
    this.#sink = sink;
    this.#clock = clock;
    this.#startMs = clock.nowMs();
    this.pipeline = run.pipeline ?? defaultName(run.command);
    this.runId = run.runId ?? ids.runId();
    const identity: Attributes = {
      "pipeline.name": this.pipeline,
      "pipeline.run.id": this.runId,
      ...(run.partition === undefined ? {} : { "pipeline.partition.key": run.partition }),
    };
    const runContext = childContext(parent, ids);
    this.#run = {
      name: this.pipeline,
      context: runContext,
      parent,
      attributes: { ...identity, "pipeline.kind": "run" },
    };
    const stage = run.stage ?? defaultName(run.command);
    this.#stage = {
      name: stage,
      context: childContext(runContext, ids),
      parent: runContext,
      attributes: {
        ...identity,
        "pipeline.stage": stage,
        "pipeline.attempt": 1,
        // The program only: arguments may hold secrets.
        "process.executable.name": basename(run.command[0]),
        ...endpointAttributes("source", run.source),
        ...endpointAttributes("sink", run.sink),
      },
    };
  }

  /** What the command continues. */
  get stageContext(): TraceContext {
    return this.#stage.context;
  }

  start(): void {
    this.#announce(this.#run, "pipeline.run.start");
    this.#announce(this.#stage, "pipeline.stage.start");
    this.#scheduleBeat();
  }

  keepOutput(record: Pick<LogRecord, "timeMs" | "severity" | "body" | "attributes">): void {
    const { traceId, spanId } = this.#stage.context;
    this.#sink.addLog({ ...record, traceId, spanId });
  }

  count(line: RowCountLine): void {
    this.#tally.apply(line);
  }

  finish(ending: Ending, errorTail: string): void {
    this.#cancelBeat?.();
    const endMs = this.#clock.nowMs();
    const problem = problemOf(ending);
    const outcome: Attributes = {
      "process.exit.code": exitCodeOf(ending),
      ...(isCancelled(ending) ? { "pipeline.status": "cancelled" } : {}),
      ...(problem === undefined ? {} : { "error.type": problem.type }),
    };
    const errors: SpanEvent[] = problem === undefined ? [] : [exception(problem, errorTail, endMs)];
    this.#addSpan(this.#stage, endMs, { ...outcome, ...this.#tally.attributes() }, problem, [
      ...this.#tally.failureEvents(endMs),
      ...errors,
    ]);
    this.#addSpan(this.#run, endMs, outcome, problem, errors);
  }

  #addSpan(
    part: Part,
    endMs: number,
    attributes: Attributes,
    problem: { message: string } | undefined,
    events: readonly SpanEvent[],
  ): void {
    this.#sink.addSpan({
      ...idsOf(part),
      ...(part.context.traceState === undefined ? {} : { traceState: part.context.traceState }),
      name: part.name,
      startMs: this.#startMs,
      endMs,
      attributes: { ...part.attributes, ...attributes },
      events,
      ...(problem === undefined ? {} : { error: problem.message }),
    });
  }

  #announce(part: Part, eventName: string, timeMs = this.#startMs, more: Attributes = {}): void {
    const { traceId, spanId, parentSpanId } = idsOf(part);
    this.#sink.addLog({
      traceId,
      spanId,
      timeMs,
      severity: info,
      eventName,
      attributes: {
        "pipeline.span.name": part.name,
        ...(parentSpanId === undefined ? {} : { "pipeline.parent_span_id": parentSpanId }),
        ...part.attributes,
        ...more,
      },
    });
  }

  #scheduleBeat(): void {
    this.#cancelBeat = this.#clock.after(heartbeatIntervalMs, () => {
      const startedAt = { "pipeline.span.start_time_unix_nano": nanoseconds(this.#startMs) };
      const nowMs = this.#clock.nowMs();
      this.#announce(this.#run, "pipeline.heartbeat", nowMs, startedAt);
      this.#announce(this.#stage, "pipeline.heartbeat", nowMs, { ...startedAt, ...this.#tally.attributes() });
      this.#scheduleBeat();
    });
  }
}

function idsOf({ context, parent }: Part): { traceId: string; spanId: string; parentSpanId?: string } {
  const { traceId, spanId } = context;
  return { traceId, spanId, ...(parent === undefined ? {} : { parentSpanId: parent.spanId }) };
}

function exception(problem: { type: string; message: string }, errorTail: string, timeMs: number): SpanEvent {
  return {
    name: "exception",
    timeMs,
    attributes: {
      "exception.type": problem.type,
      "exception.message": problem.message,
      // Where the command has a stack trace to show, it is in the last lines of its output.
      ...(errorTail === "" ? {} : { "exception.stacktrace": errorTail }),
    },
  };
}

function endpointAttributes(side: "source" | "sink", endpoint: RunOptions["source"]): Attributes {
  if (endpoint === undefined) return {};
  return {
    [`pipeline.${side}.system`]: endpoint.system,
    ...(endpoint.table === undefined ? {} : { [`pipeline.${side}.table`]: endpoint.table }),
  };
}
