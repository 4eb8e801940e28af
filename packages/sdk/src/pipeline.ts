import { type Attributes, type Context, context, type Link, type Span } from "@opentelemetry/api";
import { attributeNames as names } from "./attribute-names.ts";
import { systemClock } from "./clock.ts";
import { continuationIn, withContinuation } from "./continuation.ts";
import { inheritedContext } from "./carriers/environment.ts";
import { newRunId } from "./random.ts";
import { asText, safely } from "./safely.ts";
import { Scope } from "./scope.ts";
import { stageStarter } from "./open-stage.ts";
import type { RunIdentity, StartStage } from "./stage.ts";
import { watch } from "./watch.ts";

export interface PipelineOptions {
  /** What this run covers: a day, a file, a tenant. */
  partition?: string;
  /** The moment that the data is about, where that is not the moment of the run. A string is ISO 8601. */
  logicalDate?: Date | string;
  /** The run fills in the past: it must not refresh "now". */
  backfill?: boolean;
  /** The scheduler's own id of the run, so that the two can be joined. Default: a random UUID. */
  runId?: string;
  /** From 1, where something outside retries the whole run. */
  attempt?: number;
  /** Where the run began: the context that a carrier held. Default: what is active, else the environment. */
  parent?: Context;
  /** This part succeeding is not the end of the run: another process continues it, hours later perhaps. */
  toBeContinued?: boolean;
  /**
   * The run that this is a part of: the context that a carrier held, from a part that was `toBeContinued`. It has the id and
   * partition of that run, and its trace. The trace alone is not enough: propagate `baggage` as well.
   */
  continues?: Context;
  /** Spans that the run has to do with, such as those that produced its input. */
  links?: Link[];
  attributes?: Attributes;
}

export type PipelineWork<T> = (run: Run) => T | PromiseLike<T>;

/** One execution of a pipeline. */
export interface Run {
  readonly id: string;
  readonly pipeline: string;
  /** The OpenTelemetry span, for anything that has no method here. */
  readonly span: Span;
  /** Runs a stage of this run. Called inside another stage's work, it becomes a part of that stage. */
  readonly stage: StartStage;
  setAttribute(key: string, value: string | number | boolean): void;
}

/**
 * Runs `work` as one run of the pipeline `name` and returns what it returns. What it throws ends the run as failed and
 * is thrown on, the same object. Without an OpenTelemetry setup it only calls `work`.
 *
 * The run's parent is the active span, else the one that TRACEPARENT in the environment names (`sightglass run`,
 * an orchestrator, another program), else none.
 */
export function pipeline<T>(name: string, work: PipelineWork<T>): Promise<T>;
export function pipeline<T>(name: string, options: PipelineOptions, work: PipelineWork<T>): Promise<T>;
export async function pipeline<T>(
  name: string,
  optionsOrWork: PipelineOptions | PipelineWork<T>,
  maybeWork?: PipelineWork<T>,
): Promise<T> {
  const options = typeof optionsOrWork === "function" ? {} : (optionsOrWork ?? {});
  const work = (typeof optionsOrWork === "function" ? optionsOrWork : maybeWork) as PipelineWork<T>;
  const pipelineName = asText(name);
  const { continues, toBeContinued } = options;
  const given = { id: options.runId, partition: options.partition };
  const { id = newRunId(), partition } = continues === undefined ? given : continuationIn(continues, given);
  const identity = { pipeline: pipelineName, id, partition };
  const active = context.active();
  const parent = options.parent ?? continues ?? safely(() => inheritedContext(active), active);
  const attributes = {
    ...safely(() => ({ ...options.attributes }), {}),
    ...runAttributes(identity),
    ...safely(() => optionAttributes(options), {}),
  };
  const scope = new Scope({
    kind: "run",
    name: pipelineName,
    attributes: () => attributes,
    parent: toBeContinued === true ? withContinuation(parent, identity) : parent,
    links: options.links,
    clock: systemClock,
  });
  const run: Run = {
    id: identity.id,
    pipeline: pipelineName,
    get span() {
      return scope.span;
    },
    stage: stageStarter(scope, identity),
    setAttribute: (key, value) => scope.setAttribute(key, value),
  };
  watch().add(scope);
  try {
    const value = await context.with(scope.context, work, undefined, run);
    scope.succeed();
    return value;
  } catch (thrown) {
    scope.fail(thrown);
    throw thrown;
  } finally {
    watch().remove(scope);
  }
}

function runAttributes({ pipeline, id, partition }: RunIdentity): Attributes {
  return {
    [names.kind]: "run",
    [names.name]: pipeline,
    [names.runId]: id,
    [names.partition]: partition,
  };
}

function optionAttributes({ logicalDate, backfill, attempt, ...parts }: PipelineOptions): Attributes {
  return {
    [names.logicalDate]: logicalDate === undefined ? undefined : new Date(logicalDate).toISOString(),
    [names.backfill]: backfill,
    [names.attempt]: attempt,
    [names.continues]: parts.continues === undefined ? undefined : true,
    [names.toBeContinued]: parts.toBeContinued,
  };
}
