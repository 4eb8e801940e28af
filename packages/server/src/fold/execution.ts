import type { RunStatus, StageError } from "../http/contract.ts";
import { greatest, least } from "./extremes.ts";
import { countOf, numberOf, textOf, type Fact } from "./fact.ts";
import { recognise } from "./recognise.ts";
import type { Sighting } from "./sighting.ts";
import { isCancellation } from "./status.ts";
import { eachInSteps, mapInSteps } from "./turns.ts";
import { errorOf } from "./typed-event.ts";

/** When silence means that work is lost, in milliseconds. */
export interface Patience {
  /** After the last sign of life of work that announces itself and sends heartbeats. */
  heartbeatMs: number;
  /** After the last news of work that only spans speak of. */
  silenceMs: number;
  /** After the last news of a run without a run span, all stages of which have ended. */
  settleMs: number;
}

export interface Counts {
  read: number | null;
  written: number | null;
  failed: number | null;
  filtered: number | null;
  deduplicated: number | null;
  bytes: number | null;
  /** False where `pipeline.rows.conserved` says so: an aggregation or an explosion changes the number of rows on purpose. */
  isConserved: boolean;
}

/** One execution of a run or a stage: what all facts about one span say together. */
export interface Execution {
  /** Unique: trace, span and, where tries share a span id, the try. */
  key: string;
  traceId: string;
  spanId: string;
  parentId: string;
  sighting: Sighting;
  /** Of the work; the span itself may have begun with a wait. */
  startMs: number;
  /** When it could have begun at the earliest, if the source says so. */
  queuedAtMs: number | null;
  /** Null while it runs, and for ever when it is lost. */
  endMs: number | null;
  status: RunStatus;
  error: StageError | null;
  counts: Counts;
  recordsPerSecond: number | null;
  /** The newest time that a fact names, by the sender's clock. */
  lastSeenMs: number;
  /** When the newest fact became known here. */
  lastHeardMs: number;
  /** When time alone changes its status. */
  lostAtMs: number | null;
  service: string;
  /** The newest fact: of an ended span the span. */
  fact: Fact;
  linkSpanIds: readonly string[];
}

/** Merges facts into executions, in steps. The order of the facts and repeated facts make no difference. */
export function* executionsOf(
  facts: readonly Fact[],
  options: { nowMs: number; patience: Patience },
): Generator<void, Execution[]> {
  const groups = new Map<string, { fact: Fact; sighting: Sighting }[]>();
  yield* eachInSteps(facts, (fact) => {
    const sighting = recognise(fact);
    // All tries of an Airflow 3.2 task share its span id.
    const attempt = sighting.origin === "airflow" && sighting.attempt !== undefined ? `#${sighting.attempt}` : "";
    const key = `${fact.traceId}/${fact.spanId}${partOf(sighting)}${attempt}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ fact, sighting }]);
    else group.push({ fact, sighting });
  });
  const executions = yield* mapInSteps(groups, ([key, group]) => merge(key, group, options));
  yield;
  return executions.sort(byStart);
}

/** What makes the id of a span that several stages share unique again. */
export const partOf = ({ part }: Sighting) => (part === undefined ? "" : `-${part}`);

export const byStart = (a: Execution, b: Execution) =>
  a.startMs - b.startMs ||
  (a.endMs ?? Infinity) - (b.endMs ?? Infinity) ||
  (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

type Seen = { fact: Fact; sighting: Sighting };

function merge(key: string, group: Seen[], { nowMs, patience }: { nowMs: number; patience: Patience }): Execution {
  const ordered = group.sort((a, b) => byAuthority(a.fact, b.fact));
  const newest = ordered.at(-1) as Seen; // A group is never empty.
  const { fact } = newest;
  const sighting = ordered.map((seen) => seen.sighting).reduce(overlaid);
  const isOver = fact.endMs !== null && !(sighting.expectsRunSpan === true && sighting.status === "running");
  const spanStartMs = least(ordered.map((seen) => startOf(seen.fact)));
  const { workStartMs, workEndMs } = sighting;
  const isWorkEnd = workEndMs !== undefined && workEndMs >= spanStartMs && workEndMs <= (fact.endMs ?? Infinity);
  const endMs = isOver ? (isWorkEnd ? workEndMs : fact.endMs) : null;
  const isWorkStart = workStartMs !== undefined && workStartMs >= spanStartMs && workStartMs <= (endMs ?? Infinity);
  const lastHeardMs = greatest(ordered.map((seen) => seen.fact.insertedAtMs));
  const patienceMs = ordered.some((seen) => seen.fact.kind !== "span") ? patience.heartbeatMs : patience.silenceMs;
  const lostAtMs = endMs === null ? lastHeardMs + patienceMs : null;
  const error = errorOf(fact);
  return {
    key,
    traceId: fact.traceId,
    spanId: fact.spanId,
    parentId: ordered.map((seen) => seen.fact.parentId).findLast((id) => id !== "") ?? "",
    sighting,
    startMs: isWorkStart ? workStartMs : spanStartMs,
    queuedAtMs: sighting.queuedAtMs ?? (isWorkStart && workStartMs > spanStartMs ? spanStartMs : null),
    endMs,
    status: statusOf({ sighting, fact, isOver, error, isLost: lostAtMs !== null && nowMs >= lostAtMs }),
    error,
    counts: countsOf(fact),
    recordsPerSecond: isOver ? null : rateOf(ordered.map((seen) => seen.fact)),
    lastSeenMs: greatest(ordered.map((seen) => seen.fact.endMs ?? seen.fact.timeMs)),
    lastHeardMs,
    lostAtMs: lostAtMs !== null && nowMs < lostAtMs ? lostAtMs : null,
    service: fact.service,
    fact,
    linkSpanIds: fact.linkSpanIds,
  };
}

const authority = { start: 0, heartbeat: 1, span: 2 } as const;

/** Starts, then heartbeats, then spans; the newer ones last. Senders may repeat a span with other content: any order will do, if it is always the same. */
function byAuthority(a: Fact, b: Fact): number {
  return (
    authority[a.kind] - authority[b.kind] ||
    (a.endMs ?? a.timeMs) - (b.endMs ?? b.timeMs) ||
    a.statusCode - b.statusCode ||
    compare(JSON.stringify(a), JSON.stringify(b))
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** What the newer sighting knows counts; what it does not know stays. */
function overlaid(older: Sighting, newer: Sighting): Sighting {
  const known = Object.entries(newer).filter(([, value]) => value !== undefined && value !== null);
  return {
    ...older,
    ...Object.fromEntries(known),
    role: newer.role === "link" ? older.role : newer.role,
    // Only our SDK announces; its spans may come through a Collector that renames scopes.
    origin: older.origin === "sdk" && newer.origin === "otel" ? "sdk" : newer.origin,
  };
}

function startOf(fact: Fact): number {
  const announcedNs = fact.kind === "heartbeat" ? textOf(fact, "pipeline.span.start_time_unix_nano") : undefined;
  if (announcedNs === undefined || !/^\d{1,19}$/.test(announcedNs)) return fact.timeMs;
  return Number(BigInt(announcedNs) / 1000n) / 1000;
}

function statusOf(about: {
  sighting: Sighting;
  fact: Fact;
  isOver: boolean;
  isLost: boolean;
  error: StageError | null;
}): RunStatus {
  const { sighting, fact, error } = about;
  if (!about.isOver) return about.isLost ? "lost" : "running";
  const named = sighting.status ?? null;
  if (named !== null && named !== "running" && named !== "lost") return named;
  if (fact.statusCode !== 2) return "succeeded";
  return error !== null && isCancellation(error.type) ? "cancelled" : "failed";
}

function countsOf(fact: Fact): Counts {
  return {
    read: countOf(fact, "pipeline.records.read"),
    written: countOf(fact, "pipeline.records.written") ?? dbtRowsOf(fact),
    failed: countOf(fact, "pipeline.records.failed"),
    filtered: countOf(fact, "pipeline.records.filtered"),
    deduplicated: countOf(fact, "pipeline.records.deduplicated"),
    bytes: countOf(fact, "pipeline.bytes.processed"),
    isConserved: textOf(fact, "pipeline.rows.conserved") !== "false",
  };
}

/** dbt counts the rows that a model's statement wrote. */
function dbtRowsOf(fact: Fact): number | null {
  return textOf(fact, "unique_id") === undefined ? null : countOf(fact, "rows_affected");
}

/** Records per second between the last two heartbeats that count. */
function rateOf(facts: Fact[]): number | null {
  const beats = facts
    .filter((fact) => fact.kind === "heartbeat")
    .map((fact) => ({ timeMs: fact.timeMs, count: progressOf(fact) }))
    .filter((beat): beat is { timeMs: number; count: number } => beat.count !== undefined);
  const last = beats.at(-1);
  const before = last && beats.findLast((beat) => beat.timeMs < last.timeMs);
  if (last === undefined || before === undefined || last.count < before.count) return null;
  return ((last.count - before.count) * 1000) / (last.timeMs - before.timeMs);
}

const progressOf = (fact: Fact) =>
  numberOf(fact, "pipeline.records.written") ?? numberOf(fact, "pipeline.records.read");
