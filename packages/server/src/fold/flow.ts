import type { Endpoint } from "../http/contract.ts";
import { clockSlackMs } from "./clock-slack.ts";
import type { Counts } from "./execution.ts";

/** A stage as rows see it. */
export interface FlowStage {
  id: string;
  name: string;
  /** Stages of one parent are told apart by time; of different parents they are not compared. */
  parentId: string | null;
  startMs: number;
  endMs: number | null;
  counts: Counts;
  source: Endpoint | null;
  sink: Endpoint | null;
  /** Of all its attempts. */
  spanIds: readonly string[];
  /** Span links: where it says that its input came from. */
  linkSpanIds: readonly string[];
}

export interface Flow {
  /** Stage id to the ids of the stages that handed rows to it. */
  before: Map<string, Set<string>>;
  after: Map<string, Set<string>>;
  /** `from` gave all of its rows to `to`, and `to` took rows from no other: only these can be compared. */
  pairs: { from: FlowStage; to: FlowStage }[];
}

/** Beyond this many stages only what links and tables say is looked at; finding neighbours in time is quadratic. */
const timedStagesMax = 2000;

/**
 * Which stage handed its rows to which, in steps.
 *
 * Said outright: a span link from one to the other, or the table that one writes and the other reads. Otherwise time
 * decides, among stages of one parent that do not overlap: a stage takes what the stages before it have put out and
 * nobody has taken yet. A stage that names its own source, or is called extract, takes nothing from the others.
 */
export function* flowOf(stages: readonly FlowStage[]): Generator<void, Flow> {
  const flow: Flow = { before: new Map(), after: new Map(), pairs: [] };
  const ordered = stages.toSorted(
    (a, b) => a.startMs - b.startMs || (a.endMs ?? Infinity) - (b.endMs ?? Infinity) || (a.id < b.id ? -1 : 1),
  );
  for (const stage of ordered) {
    flow.before.set(stage.id, new Set());
    flow.after.set(stage.id, new Set());
  }
  const byId = new Map(ordered.map((stage) => [stage.id, stage]));
  yield;
  yield* connectSaid(ordered, flow);
  if (ordered.length <= timedStagesMax) yield* connectTimed(ordered, flow);
  yield;
  for (const [toId, fromIds] of flow.before) {
    const [fromId] = fromIds;
    if (fromId === undefined || fromIds.size !== 1 || flow.after.get(fromId)?.size !== 1) continue;
    const from = byId.get(fromId);
    const to = byId.get(toId);
    if (from !== undefined && to !== undefined) flow.pairs.push({ from, to });
  }
  return flow;
}

function connect(flow: Flow, from: FlowStage, to: FlowStage): void {
  if (from.id === to.id) return;
  flow.before.get(to.id)?.add(from.id);
  flow.after.get(from.id)?.add(to.id);
}

function* connectSaid(stages: readonly FlowStage[], flow: Flow): Generator<void, void> {
  const bySpan = new Map(stages.flatMap((stage) => stage.spanIds.map((id) => [id, stage] as const)));
  const writersOf = new Map<string, FlowStage[]>();
  for (const stage of stages) {
    const { table } = stage.sink ?? {};
    if (typeof table !== "string") continue;
    const writers = writersOf.get(table);
    if (writers === undefined) writersOf.set(table, [stage]);
    else writers.push(stage);
  }
  for (const to of stages) {
    yield;
    for (const id of to.linkSpanIds) {
      const from = bySpan.get(id);
      if (from !== undefined) connect(flow, from, to);
    }
    const writers = writersOf.get(to.source?.table ?? "") ?? [];
    for (const from of writers)
      if (from.startMs <= to.startMs && isSameSystem(from.sink, to.source) && from.sink !== to.sink)
        connect(flow, from, to);
  }
}

const isSameSystem = (a: Endpoint | null, b: Endpoint | null) =>
  a?.system == null || b?.system == null || a.system.toLowerCase() === b.system.toLowerCase();

/** Names of stages that bring rows in. */
const sourceNames = /^(extract|ingest|fetch|download)(?![a-z])/i;

const takesNothing = (stage: FlowStage) => stage.source?.table != null || sourceNames.test(stage.name);

function* connectTimed(stages: readonly FlowStage[], flow: Flow): Generator<void, void> {
  /** What has been put out under each parent; `takers` is empty until a stage has taken it. */
  const outputs = new Map<string | null, { from: FlowStage; takers: FlowStage[] }[]>();
  for (const to of stages) {
    yield;
    const open = outputs.get(to.parentId) ?? [];
    outputs.set(to.parentId, open);
    const said = flow.before.get(to.id) ?? new Set();
    const isEnded = (stage: FlowStage) => stage.endMs !== null && stage.endMs <= to.startMs + clockSlackMs;
    if (said.size > 0) {
      for (const output of open) if (said.has(output.from.id)) output.takers.push(to);
    } else if (!takesNothing(to)) {
      const free = open.filter(({ from, takers }) => takers.length === 0 && isEnded(from));
      // Whoever took it is still at work: they share it.
      const shared = open.filter(
        ({ from, takers }) => isEnded(from) && takers.length > 0 && !takers.some((taker) => isEnded(taker)),
      );
      for (const output of free.length > 0 ? free : shared) {
        output.takers.push(to);
        connect(flow, output.from, to);
      }
    }
    // What goes into a table of its own is fetched from there, not handed on.
    if (to.sink?.table == null) open.push({ from: to, takers: [] });
  }
}
