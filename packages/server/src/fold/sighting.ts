import type { RunOrigin, RunStatus } from "../http/contract.ts";

/** What one fact is, in the words of the source that sent it. Undefined: it does not say. */
export interface Sighting {
  /**
   * `run` and `stage` are what they say. `work` is the inside of a stage that another span reports from outside (Airflow's
   * worker within its task run): it tells when the work began. `link` only leads from its children to its parent.
   */
  role: "run" | "stage" | "work" | "link";
  origin: RunOrigin;
  pipeline?: string | undefined;
  /** As the source names the run; unique over all pipelines. */
  runId?: string | undefined;
  stage?: string | undefined;
  /** From 1. */
  attempt?: number | undefined;
  status?: RunStatus | null;
  partition?: string | undefined;
  logicalDateMs?: number | undefined;
  /** The time that the logical date stands for. */
  interval?: { startMs: number; endMs: number } | undefined;
  isBackfill?: boolean | undefined;
  queuedAtMs?: number | undefined;
  /** When the work began, where the span itself began with the wait. */
  workStartMs?: number | undefined;
  /** When the work ended, where the span itself ended once somebody had noticed. */
  workEndMs?: number | undefined;
  /** Tells stages apart that share one span id. */
  part?: number | undefined;
  /** A run span is sure to come: the run is not over before it has. */
  expectsRunSpan?: boolean;
  /** Of a run span: when it has succeeded, another part of the run is to come. */
  isToBeContinued?: boolean | undefined;
  /** Of a run span: it is such a part, beside the one that it came from. */
  isContinuation?: boolean | undefined;
  /** Of a run span that ended: the run goes on as another attempt, of which no span will tell. */
  isRetriedUnseen?: boolean | undefined;
}
