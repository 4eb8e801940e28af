import type { RunStatus } from "../http/contract.ts";
import type { Execution, Patience } from "./execution.ts";
import { greatest } from "./extremes.ts";
import type { Ancestry } from "./resolve.ts";
import type { StageNode } from "./stage-tree.ts";
import { combinedStatus } from "./status.ts";
import { isInUnseenAttempt } from "./unseen-attempt.ts";

export interface Standing {
  status: RunStatus;
  /** When time alone may change it. */
  recheckAtMs: number | null;
}

export interface Stands {
  /** The last attempt of each run span; empty while none has been seen. */
  runs: readonly Execution[];
  top: readonly StageNode[];
  /** All of the run's executions. */
  executions: readonly Execution[];
  ancestry: Ancestry;
  nowMs: number;
  patience: Patience;
}

/**
 * How a run stands, in steps.
 *
 * With a run span: as its last attempt ended, or running, also while a part that another process has yet to do is to come.
 * A run that announced itself and has no end is lost when nothing at all was heard of it for the heartbeat's patience; an
 * end that comes later sets it right. Of an attempt that has no span, the stages that began in it decide after a long silence;
 * without any it is lost.
 *
 * Without one: running while an announced stage is open, and lost with it. When all stages have ended it is over at once if the
 * root of each of its traces has ended, since nothing more can come from there. Otherwise it waits: for the run span
 * that an orchestrator is sure to send, until silence makes it lost; or for news until it settles. Then its stages decide.
 */
export function* standingOf(stands: Stands): Generator<void, Standing> {
  const { runs, top, executions, nowMs, patience } = stands;
  const heardMs = greatest(executions.map(({ lastHeardMs }) => lastHeardMs));
  if (runs.length > 0) {
    const statuses = runs.map(({ status }) => status);
    const isOpen = statuses.includes("running") || statuses.includes("lost");
    if (isOpen || awaitsPart(runs)) return open(runs, { heardMs, nowMs, patience });
    const retried = runs.find(({ sighting }) => sighting.isRetriedUnseen === true);
    if (retried !== undefined) return unseen(retried, top, heardMs + patience.silenceMs, nowMs);
    return over(combinedStatus(statuses));
  }
  const last = top.map((node) => node.last);
  if (last.some(({ status }) => status === "running" || status === "lost"))
    return open(last, { heardMs, nowMs, patience });
  const ended = combinedStatus(last.map(({ status }) => status));
  const awaitsRunSpan = executions.some(({ sighting }) => sighting.expectsRunSpan === true);
  if (!awaitsRunSpan && (yield* isWhole(stands))) return over(ended);
  const deadlineMs = heardMs + (awaitsRunSpan ? patience.silenceMs : patience.settleMs);
  if (nowMs < deadlineMs) return { status: "running", recheckAtMs: deadlineMs };
  return over(awaitsRunSpan ? "lost" : ended);
}

const over = (status: RunStatus): Standing => ({ status, recheckAtMs: null });

/** Each part that is to be continued promises one more; where all of them failed or none is promised, nothing is to come. */
function awaitsPart(runs: readonly Execution[]): boolean {
  const promising = runs.filter(({ sighting, status }) => sighting.isToBeContinued === true && status === "succeeded");
  return promising.length >= runs.length;
}

/** Any sign of life of the run keeps it from being lost; one part that fell silent is shown at that part. */
function open(
  parts: readonly Execution[],
  { heardMs, nowMs, patience }: { heardMs: number; nowMs: number; patience: Patience },
): Standing {
  const isAnnounced = parts.some(({ fact, endMs }) => endMs === null && fact.kind !== "span");
  const deadlineMs = heardMs + (isAnnounced ? patience.heartbeatMs : patience.silenceMs);
  return nowMs < deadlineMs ? { status: "running", recheckAtMs: deadlineMs } : over("lost");
}

/** How the attempt after a run span that says nothing of it stands. */
function unseen(retried: Execution, top: readonly StageNode[], deadlineMs: number, nowMs: number): Standing {
  if (nowMs < deadlineMs) return { status: "running", recheckAtMs: deadlineMs };
  const statuses = top.filter(({ last }) => isInUnseenAttempt(last, retried)).map(({ status }) => status);
  return over(statuses.length === 0 ? "lost" : combinedStatus(statuses));
}

/** One trace, ended at its root, and no run id by which other traces could join in. */
function* isWhole({ top, executions, ancestry }: Stands): Generator<void, boolean> {
  const traces = new Set(executions.map(({ traceId }) => traceId));
  const isNamed = executions.some(({ sighting }) => sighting.runId !== undefined);
  if (traces.size !== 1 || isNamed) return false;
  for (const { last } of top) {
    yield;
    if (!ancestry.hasEndedRoot(last)) return false;
  }
  return true;
}
