import type { Handoff, RowCounts, RunStatus } from "../http/contract.ts";
import type { Counts } from "./execution.ts";
import { flowOf, type Flow, type FlowStage } from "./flow.ts";

/** Nothing more will be counted. Of lost work we know only what the last heartbeat said. */
export const isOver = (status: RunStatus) => status !== "running" && status !== "lost";

/**
 * `read - written - failed - filtered - deduplicated`: rows that went in and of which nobody says where they went.
 * Null unless the work is over and says both what it read and what it wrote: a source that only writes, a check that only
 * reads and a sink that does not confirm leave it unknown, and an unknown is never a loss. So does an aggregation.
 */
export function unexplainedOf(counts: Counts, status: RunStatus): number | null {
  const { read, written } = counts;
  if (!counts.isConserved || !isOver(status) || read === null || written === null) return null;
  return read - written - (counts.failed ?? 0) - (counts.filtered ?? 0) - (counts.deduplicated ?? 0);
}

export function rowCountsOf(counts: Counts, status: RunStatus): RowCounts {
  return {
    recordsRead: counts.read,
    recordsWritten: counts.written,
    recordsFailed: counts.failed,
    recordsFiltered: counts.filtered,
    recordsDeduplicated: counts.deduplicated,
    recordsUnexplained: unexplainedOf(counts, status),
  };
}

export const isCounted = (counts: Counts) =>
  counts.read !== null ||
  counts.written !== null ||
  counts.failed !== null ||
  counts.filtered !== null ||
  counts.deduplicated !== null;

export interface CountedStage extends FlowStage {
  status: RunStatus;
}

export interface RunRows {
  counts: RowCounts;
  bytes: number | null;
  handoffs: Handoff[];
}

/**
 * The rows of a whole run, in steps.
 * @param about.stages the stages that count, none of them inside another
 * @param about.own what the run span itself counts; it goes before what the stages add up to
 */
export function* runRowsOf(about: {
  stages: readonly CountedStage[];
  own: Counts;
  status: RunStatus;
}): Generator<void, RunRows> {
  const { stages, own, status } = about;
  const flow = yield* flowOf(stages);
  const handoffs = handoffsOf(flow, stages);
  yield;
  const counts: Counts = {
    read: own.read ?? sum(entriesOf(stages, flow).map(enteredOf)),
    written: own.written ?? leftOf(stages, flow),
    failed: own.failed ?? sum(stages.map((stage) => stage.counts.failed)),
    filtered: own.filtered ?? sum(stages.map((stage) => stage.counts.filtered)),
    deduplicated: own.deduplicated ?? sum(stages.map((stage) => stage.counts.deduplicated)),
    bytes: own.bytes ?? sum(stages.map((stage) => stage.counts.bytes)),
    isConserved: own.isConserved,
  };
  const unexplained = sum([
    ...stages.map((stage) => unexplainedOf(stage.counts, stage.status)),
    ...handoffs.map((handoff) => handoff.unexplained),
  ]);
  return {
    counts: {
      ...rowCountsOf(counts, status),
      recordsUnexplained: isOver(status) ? (unexplained ?? unexplainedOf(own, status)) : null,
    },
    bytes: counts.bytes,
    handoffs,
  };
}

function handoffsOf({ pairs }: Flow, stages: readonly CountedStage[]): Handoff[] {
  const statuses = new Map(stages.map(({ id, status }) => [id, status]));
  const handoffs: Handoff[] = [];
  for (const { from, to } of pairs) {
    const { written } = from.counts;
    const { read } = to.counts;
    // The next stage failed before it had taken all: what it did not read is no loss between the two.
    const isComplete = isOver(statuses.get(from.id) ?? "running") && statuses.get(to.id) === "succeeded";
    if (written === null || read === null || !isComplete) continue;
    handoffs.push({ fromStageId: from.id, toStageId: to.id, written, read, unexplained: written - read });
  }
  return handoffs;
}

const entriesOf = (stages: readonly CountedStage[], flow: Flow) =>
  stages.filter(({ id }) => (flow.before.get(id)?.size ?? 0) === 0);

/** What a first stage brought in: what it read; where it says only what it put out, all of that. */
function enteredOf({ counts }: CountedStage): number | null {
  if (counts.read !== null || counts.written === null) return counts.read;
  return counts.written + (counts.failed ?? 0) + (counts.filtered ?? 0) + (counts.deduplicated ?? 0);
}

/**
 * What left the run: what the last stages that say so wrote. A check at the end, which only reads, does not hide the
 * stage before it; a stage that names a sink and does not say what it wrote there leaves the total unknown.
 */
function leftOf(stages: readonly CountedStage[], flow: Flow): number | null {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const writesLater = new Map<string, boolean>();
  for (const stage of stages.toSorted((a, b) => b.startMs - a.startMs || (a.id < b.id ? 1 : -1))) {
    const after = [...(flow.after.get(stage.id) ?? [])];
    writesLater.set(
      stage.id,
      after.some((id) => writesLater.get(id) === true || byId.get(id)?.counts.written != null),
    );
    const isSilentSink = after.length === 0 && stage.sink !== null && stage.counts.written === null;
    if (isSilentSink && stage.counts.read !== null) return null;
  }
  return sum(stages.filter(({ id }) => writesLater.get(id) !== true).map(({ counts }) => counts.written));
}

/** Null when none of them is known. */
function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
