import type {
  PipelineGridResponse,
  PipelineStageSummary,
  PipelineSummary,
  RunResponse,
  RunSummary,
} from "sightglass/contract";
import { catalogue, type Fault, type PipelinePlan } from "./catalogue.ts";
import { randomFrom } from "./random.ts";
import { buildRun } from "./run-builder.ts";

/** Weeks of runs of every pipeline, and the questions that the server's routes ask. */
export interface World {
  /** Newest first. */
  runs: RunResponse[];
  byId: Map<string, RunResponse>;
  plans: readonly PipelinePlan[];
}

const weeksDefault = 3;
const weekMs = 7 * 86_400_000;

export function emptyWorld(): World {
  return { runs: [], byId: new Map(), plans: [] };
}

export function makeWorld(nowMs: number, weeks = weeksDefault): World {
  const runs = catalogue.flatMap((plan) => pipelineRuns(plan, nowMs, weeks));
  runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return { runs, byId: new Map(runs.map((run) => [run.id, run])), plans: catalogue };
}

function pipelineRuns(plan: PipelinePlan, nowMs: number, weeks: number): RunResponse[] {
  const runs: RunResponse[] = [];
  const firstMs = nowMs - weeks * weekMs;
  // The newest run lies half of its usual length back, so that a running one is in the middle.
  const usualMs = plan.stages.reduce(
    (sum, stage) => sum + (stage.parent === undefined ? stage.workMs + (stage.queueMs ?? 0) : 0),
    0,
  );
  const runsNow = plan.latest[0] === "running";
  let startMs = nowMs - (runsNow ? usualMs * 0.55 : Math.min(plan.everyMs * 0.6, usualMs * 2 + plan.offsetMs));
  for (let back = 0; startMs > firstMs; back++, startMs -= plan.everyMs) {
    const id = runId(plan, `${back}`);
    const fault = plan.latest[back] ?? chance(plan, id);
    const jitterMs = runsNow && back === 0 ? 0 : randomFrom(`${plan.name}${back}`).between(0, 20_000);
    const isBackfill = plan.name === "ml-features" && back % 9 === 5;
    runs.push(buildRun({ plan, id, startMs: startMs - jitterMs, nowMs, fault, isBackfill }));
  }
  for (const [index, run] of runs.entries()) {
    run.previousRunId = runs[index + 1]?.id ?? null;
    run.nextRunId = runs[index - 1]?.id ?? null;
    run.lastGoodRunId =
      runs.slice(index + 1).find((other) => other.status === "succeeded" && (other.recordsUnexplained ?? 0) === 0)
        ?.id ?? null;
  }
  return runs;
}

/** Builds a running run anew as it stands at `nowMs`. */
export function advanceRun(world: World, id: string, nowMs: number): RunResponse | null {
  const before = world.byId.get(id);
  const plan = world.plans.find((each) => each.name === before?.pipeline);
  if (before === undefined || plan === undefined) return null;
  const startMs = Date.parse(before.startedAt);
  const { lastGoodRunId, previousRunId, nextRunId } = before;
  const after = buildRun({ plan, id, startMs, nowMs, fault: "running", isBackfill: before.isBackfill });
  return replaceRun(world, { ...after, lastGoodRunId, previousRunId, nextRunId });
}

/** Begins a new run of a pipeline at `nowMs`. */
export function beginRun(world: World, pipeline: string, nowMs: number): RunResponse | null {
  const plan = world.plans.find((each) => each.name === pipeline);
  if (plan === undefined) return null;
  const [before, ...older] = world.runs.filter((run) => run.pipeline === pipeline);
  const id = runId(plan, `begun after ${older.length}`);
  const run = buildRun({ plan, id, startMs: nowMs, nowMs: nowMs + 1_000, fault: "running", isBackfill: false });
  if (before !== undefined) before.nextRunId = run.id;
  return replaceRun(world, { ...run, previousRunId: before?.id ?? null, lastGoodRunId: before?.lastGoodRunId ?? null });
}

function replaceRun(world: World, run: RunResponse): RunResponse {
  const at = world.runs.findIndex((other) => other.id === run.id);
  if (at < 0) world.runs.unshift(run);
  else world.runs[at] = run;
  world.byId.set(run.id, run);
  return run;
}

const runId = (plan: PipelinePlan, which: string) => `${plan.name}-${randomFrom(`${plan.name} ${which}`).hex(8)}`;

function chance(plan: PipelinePlan, id: string): Fault {
  let at = randomFrom(`${id} fault`).next();
  for (const [fault, share] of Object.entries(plan.chances) as [Fault, number][]) {
    at -= share;
    if (at < 0) return fault;
  }
  return "none";
}

const detailKeys = new Set<string>([
  "stages",
  "handoffs",
  "failedRecords",
  "quality",
  "attributes",
  "resource",
  "traceIds",
  "lastGoodRunId",
  "previousRunId",
  "nextRunId",
  "lastSeenAt",
] satisfies Exclude<keyof RunResponse, keyof RunSummary>[]);

export function summarize(run: RunResponse): RunSummary {
  const kept = Object.entries(run).filter(([key]) => !detailKeys.has(key));
  return Object.fromEntries(kept) as unknown as RunSummary;
}

export function summarizePipeline(
  all: readonly RunResponse[],
  nowMs: number,
  windowMs: number,
): PipelineSummary | null {
  const newest = all[0];
  if (newest === undefined) return null;
  const runs = all.filter((run) => Date.parse(run.startedAt) >= nowMs - windowMs);
  const count = (status: string) => runs.filter((run) => run.status === status).length;
  const [succeeded, failed, lost] = [count("succeeded"), count("failed"), count("lost")];
  const finished = succeeded + failed + lost;
  const durations = runs.flatMap((run) => run.durationMs ?? []);
  return {
    name: newest.pipeline,
    origin: newest.origin,
    services: [newest.service],
    latestRuns: all.slice(0, 24).map(summarize).reverse(),
    runCount: runs.length,
    succeeded,
    failed,
    running: count("running"),
    lost,
    successRate: finished === 0 ? null : succeeded / finished,
    durationP50Ms: quantile(durations, 0.5),
    durationP95Ms: quantile(durations, 0.95),
    recordsRead: sum(runs, (run) => run.recordsRead),
    recordsWritten: sum(runs, (run) => run.recordsWritten),
    recordsUnexplained: sum(runs, (run) => (run.recordsUnexplained === null ? null : Math.abs(run.recordsUnexplained))),
    lastRunAt: newest.startedAt,
    lastSuccessAt: all.find((run) => run.status === "succeeded")?.endedAt ?? null,
  };
}

export function gridOf(all: readonly RunResponse[], limit: number): PipelineGridResponse {
  const runs = all.slice(0, limit).reverse();
  const stages = new Map<string, number>();
  for (const run of runs.toReversed())
    for (const stage of run.stages)
      if (!stages.has(stage.name)) stages.set(stage.name, stage.parentId === null ? 0 : 1);
  return {
    runs: runs.map(summarize),
    stages: [...stages].map(([name, depth]) => ({ name, depth })),
    cells: [...stages.keys()].map((name) =>
      runs.map((run) => {
        const stage = run.stages.find((each) => each.name === name);
        if (stage === undefined) return null;
        const { status, durationMs, recordsUnexplained } = stage;
        return { status, durationMs, attempts: stage.attempts.length, recordsUnexplained };
      }),
    ),
  };
}

export function summarizeStages(runs: readonly RunResponse[]): PipelineStageSummary[] {
  const names = [...new Set(runs.slice(0, 50).flatMap((run) => run.stages.map((stage) => stage.name)))];
  return names.map((name) => {
    const stages = runs.flatMap((run) => run.stages.filter((stage) => stage.name === name));
    const durations = stages.flatMap((stage) => stage.durationMs ?? []);
    const average = (values: number[]) =>
      values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
    return {
      name,
      runCount: stages.length,
      failed: stages.filter((stage) => stage.status === "failed").length,
      durationP50Ms: quantile(durations, 0.5),
      durationP95Ms: quantile(durations, 0.95),
      recordsReadAverage: average(stages.flatMap((stage) => stage.recordsRead ?? [])),
      recordsWrittenAverage: average(stages.flatMap((stage) => stage.recordsWritten ?? [])),
      recordsUnexplained: stages.reduce((total, stage) => total + Math.abs(stage.recordsUnexplained ?? 0), 0),
    };
  });
}

function quantile(values: number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null;
}

function sum(runs: readonly RunResponse[], pick: (run: RunResponse) => number | null): number | null {
  const known = runs.map(pick).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}
