import type { RunStatus, StageDetail } from "sightglass/contract";
import { offsetLabel, tickStepNs } from "../../waterfall/time-axis.ts";

/** The stage timeline's geometry, in shares of its width (0 to 1). */
export interface Timeline {
  startMs: number;
  endMs: number;
  rows: TimelineRow[];
  ticks: TimelineTick[];
}

export interface TimelineRow {
  stage: StageDetail;
  depth: number;
  hasChildren: boolean;
  /** From when it could have begun to when it began; null when it began at once. */
  wait: { from: number; to: number } | null;
  /** One for each attempt. */
  bars: TimelineBar[];
}

export interface TimelineBar {
  number: number;
  status: RunStatus;
  from: number;
  to: number;
}

export interface TimelineTick {
  at: number;
  /** Milliseconds since the start. */
  offsetMs: number;
  label: string;
}

/** A microsecond: something to divide by when nothing took any time. */
const lengthMinMs = 0.001;
/** Waits shorter than this share of the whole are not worth a mark. */
const waitShareMin = 0.002;

/**
 * @param span.endMs the run's end, or now while it runs
 * @param ticksMax as many as the axis has room for
 */
export function layOutTimeline(
  stages: readonly StageDetail[],
  span: { startMs: number; endMs: number },
  ticksMax: number,
): Timeline {
  const beganMs = least(stages.map((stage) => Date.parse(stage.startedAt)).concat(span.startMs));
  const queuedMs = least(stages.map((stage) => Date.parse(stage.queuedAt ?? stage.startedAt)).concat(beganMs));
  const lastMs = stages.flatMap((stage) => (stage.endedAt === null ? [] : [endOf(stage, 0)]));
  const endMs = lastMs.reduce((most, ms) => Math.max(most, ms), Math.max(span.endMs, beganMs + lengthMinMs));
  // A task that was cleared keeps the time at which it was first queued: days of waiting would leave no room for the work.
  const startMs = Math.max(queuedMs, beganMs - (endMs - beganMs));
  const share = (ms: number) => Math.min(1, Math.max(0, (ms - startMs) / (endMs - startMs)));
  const rows = inTreeOrder(stages).map(({ stage, depth, hasChildren }): TimelineRow => {
    const stageMs = Date.parse(stage.startedAt);
    const waitMs = stage.waitMs ?? 0;
    const isWorthIt = waitMs / (endMs - startMs) >= waitShareMin;
    return {
      stage,
      depth,
      hasChildren,
      wait: isWorthIt ? { from: share(stageMs - waitMs), to: share(stageMs) } : null,
      bars: stage.attempts.map((attempt) => ({
        number: attempt.number,
        status: attempt.status,
        from: share(Date.parse(attempt.startedAt)),
        to: share(endOf(attempt, endMs)),
      })),
    };
  });
  return { startMs, endMs, rows, ticks: timelineTicks(endMs - startMs, ticksMax) };
}

/** Not by spreading: a run may have more stages than a call has room for arguments. */
const least = (times: readonly number[]) => times.reduce((first, ms) => Math.min(first, ms));

/** Times are whole milliseconds, durations are exact: a stage of 200 µs has both. */
export function endOf(
  part: { startedAt: string; endedAt: string | null; durationMs: number | null },
  openMs: number,
): number {
  if (part.endedAt === null) return openMs;
  return part.durationMs === null ? Date.parse(part.endedAt) : Date.parse(part.startedAt) + part.durationMs;
}

interface TreeStage {
  stage: StageDetail;
  depth: number;
  hasChildren: boolean;
}

/** Parents before their children, siblings by start. A parent that is not in the list does not hide its children. */
export function inTreeOrder(stages: readonly StageDetail[]): TreeStage[] {
  const ids = new Set(stages.map((stage) => stage.id));
  const children = new Map<string | null, StageDetail[]>();
  for (const stage of stages) {
    const parent =
      stage.parentId !== null && ids.has(stage.parentId) && stage.parentId !== stage.id ? stage.parentId : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [stage]);
    else siblings.push(stage);
  }
  const ordered: TreeStage[] = [];
  const visit = (parent: string | null, depth: number) => {
    const siblings = children.get(parent) ?? [];
    for (const stage of siblings.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt))) {
      ordered.push({ stage, depth, hasChildren: children.has(stage.id) });
      visit(stage.id, depth + 1);
    }
  };
  visit(null, 0);
  return ordered;
}

/** Round times at even distances, from the start. */
export function timelineTicks(lengthMs: number, ticksMax: number): TimelineTick[] {
  const stepNs = tickStepNs((lengthMs * 1e6) / ticksMax);
  const count = Math.floor((lengthMs * 1e6) / stepNs);
  return Array.from({ length: count + 1 }, (_, index) => ({
    at: (index * stepNs) / 1e6 / lengthMs,
    offsetMs: (index * stepNs) / 1e6,
    label: offsetLabel(index * stepNs, stepNs),
  }));
}
