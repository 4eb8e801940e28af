import type {
  FailedRecordGroup,
  Handoff,
  KeyValue,
  RowCounts,
  RunResponse,
  RunStatus,
  StageAttempt,
  StageDetail,
  StageError,
} from "sightglass/contract";
import type { Fault, PipelinePlan, StagePlan } from "./catalogue.ts";
import { qualityOf } from "./quality.ts";
import { type Random, randomFrom } from "./random.ts";

/**
 * Makes one run from its plan, its id, its age and its fault. The same input gives the same run.
 * Chance comes from the id and never from the time of day: the made-up weeks are the same ones whenever they are made.
 */

export const text = (key: string, value: string): KeyValue => ({ key, value: { stringValue: value } });
const int = (key: string, value: number): KeyValue => ({ key, value: { intValue: String(value) } });
const iso = (ms: number) => new Date(Math.round(ms)).toISOString();

interface Draft {
  plan: PipelinePlan;
  fault: Fault;
  faultStage: number;
  random: Random;
  startMs: number;
  nowMs: number;
  traceId: string;
  slowness: number;
}

export function buildRun(options: {
  plan: PipelinePlan;
  id: string;
  startMs: number;
  nowMs: number;
  fault: Fault;
  isBackfill: boolean;
}): RunResponse {
  const { plan, id, startMs, nowMs, fault } = options;
  const random = randomFrom(id);
  const draft: Draft = {
    plan,
    fault,
    faultStage: faultStage(plan, fault, random),
    random,
    startMs,
    nowMs,
    traceId: random.hex(32),
    slowness: (fault === "slow" ? 3.4 : 1) * random.spread(0.14),
  };
  const stages = fault === "skipped" ? [] : buildStages(draft);
  const status = runStatus(plan, fault, stages);
  const endMs =
    status === "running"
      ? null
      : Math.max(startMs + 300, ...stages.map((stage) => Date.parse(stage.endedAt ?? stage.startedAt)));
  const failed = stages.find((stage) => stage.status === "failed");
  const top = stages.filter((stage) => !stages.some((other) => other.parentId === stage.id));
  return {
    id,
    pipeline: plan.name,
    status,
    origin: plan.origin,
    startedAt: iso(startMs),
    endedAt: endMs === null || status === "lost" ? null : iso(endMs),
    durationMs: endMs === null || status === "lost" ? null : Math.round(endMs - startMs),
    waitMs: endMs === null ? null : idleTime(startMs, endMs, top),
    traceId: draft.traceId,
    service: plan.service,
    partition: partition(plan, startMs),
    isBackfill: options.isBackfill,
    attempts: Math.max(1, ...stages.map((stage) => stage.attempts.length)),
    stageCount: stages.length,
    stagesFailed: stages.filter((stage) => stage.status === "failed").length,
    error: failed?.error ? { type: failed.error.type, message: failed.error.message } : null,
    ...sumCounts(top),
    stages,
    handoffs: handoffs(plan, stages),
    failedRecords: failedRecords(plan, stages, random),
    quality: qualityOf(stages, partition(plan, startMs), randomFrom(`${id} quality`)),
    attributes: runAttributes(draft),
    resource: [
      text("service.name", plan.service),
      text("service.version", random.next() < 0.2 ? "2.14.0" : "2.14.1"),
      text("host.name", `worker-${1 + Math.floor(random.next() * 6)}`),
      int("process.pid", Math.floor(random.between(2000, 60_000))),
      text("telemetry.sdk.language", plan.origin === "sdk" ? "nodejs" : "python"),
    ],
    traceIds: [draft.traceId],
    lastGoodRunId: null,
    previousRunId: null,
    nextRunId: null,
    lastSeenAt: iso(status === "lost" ? startMs + 40_000 : (endMs ?? nowMs)),
  };
}

function faultStage(plan: PipelinePlan, fault: Fault, random: Random): number {
  const last = plan.stages.length - 1;
  if (fault === "refused") return 0;
  if (fault === "vanished" || fault === "surplus") return fault === "vanished" ? last : last - 1;
  if (fault === "bad-schema") return Math.floor(last * 0.7);
  return Math.min(last, 1 + Math.floor(random.next() * last));
}

function partition(plan: PipelinePlan, startMs: number): string | null {
  if (plan.partition === "none") return null;
  const at = iso(startMs - (plan.partition === "day" ? 86_400_000 : 3_600_000));
  return plan.partition === "day" ? at.slice(0, 10) : `${at.slice(0, 13)}:00`;
}

function runStatus(plan: PipelinePlan, fault: Fault, stages: StageDetail[]): RunStatus {
  const isOver = stages.length === plan.stages.length && stages.every((stage) => stage.status === "succeeded");
  if (fault === "running" && isOver) return "succeeded";
  if (fault === "skipped" || fault === "cancelled" || fault === "lost" || fault === "running") return fault;
  return stages.some((stage) => stage.status === "failed") ? "failed" : "succeeded";
}

function buildStages(draft: Draft): StageDetail[] {
  const stages: StageDetail[] = [];
  const byName = new Map<string, StageDetail>();
  for (const [index, plan] of draft.plan.stages.entries()) {
    const before = plan.after === undefined ? stages.at(-1) : byName.get(plan.after);
    const upstream = plan.after === "" || before?.name === plan.parent ? undefined : before;
    if (upstream !== undefined && upstream.status !== "succeeded") {
      if (draft.fault === "running" || draft.fault === "lost" || draft.fault === "cancelled") break;
      if (plan.parent === undefined) break;
    }
    const stage = buildStage(draft, { plan, index, upstream, parent: byName.get(plan.parent ?? "") });
    if (stage === null) break;
    stages.push(stage);
    byName.set(plan.name, stage);
  }
  closeParents(stages);
  return stages;
}

interface StagePlace {
  plan: StagePlan;
  index: number;
  upstream: StageDetail | undefined;
  parent: StageDetail | undefined;
}

function buildStage(draft: Draft, { plan, index, upstream, parent }: StagePlace): StageDetail | null {
  const { random, fault } = draft;
  const readyMs = upstream === undefined ? draft.startMs + 220 : Date.parse(upstream.endedAt ?? upstream.startedAt);
  const queueMs = (plan.queueMs ?? 350) * random.spread(0.4) * (fault === "slow" && plan.queueMs !== undefined ? 5 : 1);
  const beginMs = readyMs + queueMs;
  const workMs = Math.max(200, plan.workMs * draft.slowness * random.spread(0.1));
  const isHit = index === draft.faultStage;
  const willFail = isHit && (fault === "refused" || fault === "bad-schema");
  const cutMs = cutAt(draft, isHit, beginMs, workMs);
  if (beginMs > draft.nowMs) return null;
  const attempts = buildAttempts(draft, { beginMs, workMs, willFail, retried: isHit && fault === "retry" });
  const last = attempts.at(-1);
  if (last === undefined) return null;
  if (cutMs !== null) {
    last.status = fault === "running" ? "running" : fault === "lost" ? "lost" : "cancelled";
    last.endedAt = fault === "cancelled" ? iso(cutMs) : null;
    last.durationMs = fault === "cancelled" ? Math.round(cutMs - Date.parse(last.startedAt)) : null;
    last.error = null;
  }
  const first = attempts[0] ?? last;
  const share = cutMs === null ? 1 : Math.min(0.97, (cutMs - beginMs) / workMs);
  const counts =
    plan.workMs === 0 ? unknownCounts : countRows(draft, { plan, upstream, isHit, status: last.status, share });
  return {
    id: last.spanId,
    name: plan.name,
    parentId: parent?.id ?? null,
    status: last.status,
    startedAt: first.startedAt,
    endedAt: last.endedAt,
    durationMs: last.endedAt === null ? null : Math.round(Date.parse(last.endedAt) - Date.parse(first.startedAt)),
    queuedAt: plan.queueMs === undefined ? null : iso(readyMs),
    waitMs: Math.round(queueMs),
    traceId: draft.traceId,
    spanId: last.spanId,
    service: draft.plan.service,
    source: plan.source === undefined ? null : { system: plan.source[0], table: plan.source[1] },
    sink: plan.sink === undefined ? null : { system: plan.sink[0], table: plan.sink[1] },
    bytes: counts.recordsRead === null ? null : counts.recordsRead * 143,
    recordsPerSecond: last.status === "running" ? Math.round((draft.plan.rows / workMs) * 1000) : null,
    attempts,
    error: last.error,
    attributes: stageAttributes(draft, plan),
    ...counts,
  };
}

/** When the run breaks off inside this stage; null when it does not. */
function cutAt(draft: Draft, isHit: boolean, beginMs: number, workMs: number): number | null {
  if (draft.fault === "running") return beginMs + workMs > draft.nowMs ? draft.nowMs : null;
  if (!isHit) return null;
  return draft.fault === "lost" || draft.fault === "cancelled" ? beginMs + workMs * 0.6 : null;
}

function buildAttempts(
  draft: Draft,
  options: { beginMs: number; workMs: number; willFail: boolean; retried: boolean },
): StageAttempt[] {
  const total = options.willFail ? 3 : options.retried ? 2 : 1;
  const attempts: StageAttempt[] = [];
  let atMs = options.beginMs;
  for (let number = 1; number <= total; number++) {
    const fails = options.willFail || number < total;
    const lengthMs = options.workMs * (fails ? 0.25 : 1);
    attempts.push({
      number,
      spanId: draft.random.hex(16),
      status: fails ? "failed" : "succeeded",
      startedAt: iso(atMs),
      endedAt: iso(atMs + lengthMs),
      durationMs: Math.round(lengthMs),
      error: fails ? stageError(draft) : null,
    });
    atMs += lengthMs + options.workMs * 0.18 * number;
  }
  return attempts;
}

function stageError(draft: Draft): StageError {
  if (draft.fault === "bad-schema")
    return {
      type: "DatabaseError",
      message: 'column "customer_tier" does not exist in relation "analytics.int_customer_orders"',
      stack: [
        'DatabaseError: column "customer_tier" does not exist in relation "analytics.int_customer_orders"',
        '  File "/dbt/adapters/bigquery/connections.py", line 412, in exception_handler',
        "    raise DbtDatabaseError(message)",
        '  File "/dbt/task/run.py", line 288, in execute',
        "    result = self._execute(compiled_node, manifest)",
        "  models/marts/dim_customers.sql:18:12",
      ].join("\n"),
    };
  return {
    type: "Error",
    message: "connect ECONNREFUSED 10.4.0.17:5432",
    stack: [
      "Error: connect ECONNREFUSED 10.4.0.17:5432",
      "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)",
      "    at async Pool.connect (/srv/app/node_modules/pg-pool/index.js:45:11)",
      "    at async readEntries (/srv/app/src/extract.ts:31:18)",
      "    at async Stage.run (/srv/app/node_modules/@sightglass/sdk/dist/stage.js:88:20)",
    ].join("\n"),
  };
}

const unknownCounts: RowCounts = {
  recordsRead: null,
  recordsWritten: null,
  recordsFailed: null,
  recordsFiltered: null,
  recordsDeduplicated: null,
  recordsUnexplained: null,
};

function countRows(
  draft: Draft,
  options: { plan: StagePlan; upstream: StageDetail | undefined; isHit: boolean; status: RunStatus; share: number },
): RowCounts {
  const { plan, isHit, status, share } = options;
  if (status === "failed") return { ...unknownCounts, recordsRead: 0, recordsWritten: 0 };
  const offered = options.upstream?.recordsWritten ?? Math.round(draft.plan.rows * draft.random.spread(0.08));
  const read = Math.round(offered * share);
  const failed = Math.round(read * (plan.failed ?? 0) * draft.random.spread(0.3) * (draft.fault === "dirty" ? 3 : 1));
  const filtered = Math.round(read * (plan.filtered ?? 0));
  const deduplicated = Math.round(read * (plan.deduplicated ?? 0));
  const lost = isHit && draft.fault === "vanished" ? Math.max(1, Math.round(read * 0.0118)) : 0;
  const gained = isHit && draft.fault === "surplus" ? Math.round(read * 0.0007) : 0;
  return {
    recordsRead: read,
    recordsWritten: read - failed - filtered - deduplicated - lost + gained,
    recordsFailed: failed,
    recordsFiltered: filtered,
    recordsDeduplicated: deduplicated,
    recordsUnexplained: status === "running" ? null : lost - gained,
  };
}

function sumCounts(stages: readonly StageDetail[]): RowCounts {
  const sum = (pick: (stage: StageDetail) => number | null) => {
    const known = stages.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  return {
    recordsRead: stages[0]?.recordsRead ?? null,
    recordsWritten: stages.at(-1)?.recordsWritten ?? null,
    recordsFailed: sum((stage) => stage.recordsFailed),
    recordsFiltered: sum((stage) => stage.recordsFiltered),
    recordsDeduplicated: sum((stage) => stage.recordsDeduplicated),
    recordsUnexplained: sum((stage) => stage.recordsUnexplained),
  };
}

/** A parent covers its children and takes their worst state. */
function closeParents(stages: StageDetail[]): void {
  for (const parent of stages) {
    const children = stages.filter((stage) => stage.parentId === parent.id);
    if (children.length === 0) continue;
    const worst = (["running", "lost", "failed", "cancelled"] as const).find((status) =>
      children.some((child) => child.status === status),
    );
    const ends = children.map((child) => child.endedAt);
    const endedAt = ends.includes(null)
      ? null
      : ends.reduce((latest, end) => ((end ?? "") > (latest ?? "") ? end : latest), null);
    parent.status = worst ?? "succeeded";
    parent.endedAt = endedAt;
    parent.durationMs = endedAt === null ? null : Date.parse(endedAt) - Date.parse(parent.startedAt);
    const attempt = parent.attempts[0];
    if (attempt !== undefined)
      Object.assign(attempt, { status: parent.status, endedAt, durationMs: parent.durationMs });
  }
}

function idleTime(startMs: number, endMs: number, stages: readonly StageDetail[]): number {
  let idleMs = 0;
  let busyUntilMs = startMs;
  const spans = stages
    .flatMap((stage) => stage.attempts)
    .map((attempt) => [Date.parse(attempt.startedAt), Date.parse(attempt.endedAt ?? iso(endMs))] as const)
    .sort((a, b) => a[0] - b[0]);
  for (const [from, to] of spans) {
    idleMs += Math.max(0, from - busyUntilMs);
    busyUntilMs = Math.max(busyUntilMs, to);
  }
  return Math.round(idleMs + Math.max(0, endMs - busyUntilMs));
}

function handoffs(plan: PipelinePlan, stages: readonly StageDetail[]): Handoff[] {
  return plan.stages.flatMap((stagePlan, index) => {
    const to = stages.find((stage) => stage.name === stagePlan.name);
    const fromName = stagePlan.after ?? plan.stages[index - 1]?.name;
    const from = stages.find((stage) => stage.name === fromName);
    if (to === undefined || from === undefined || from.id === to.parentId) return [];
    if (from.recordsWritten === null || to.recordsRead === null || to.status !== "succeeded") return [];
    return [
      {
        fromStageId: from.id,
        toStageId: to.id,
        written: from.recordsWritten,
        read: to.recordsRead,
        unexplained: from.recordsWritten - to.recordsRead,
      },
    ];
  });
}

function failedRecords(plan: PipelinePlan, stages: readonly StageDetail[], random: Random): FailedRecordGroup[] {
  return stages.flatMap((stage) => {
    const reasons = plan.stages.find((each) => each.name === stage.name)?.failReasons;
    let left = stage.recordsFailed ?? 0;
    if (reasons === undefined || left === 0) return [];
    return reasons.flatMap((reason, index) => {
      const count = index === reasons.length - 1 ? left : Math.ceil(left * 0.58);
      left -= count;
      if (count === 0) return [];
      const samples = Array.from({ length: Math.min(count, 4) }, (_, at) => ({
        at: iso(Date.parse(stage.startedAt) + at * 900),
        attributes: [
          text("pipeline.record.hash", random.hex(16)),
          int("row", Math.floor(random.between(1, 18_000))),
          text("value", random.pick(["N/A", "-12", "ZZZ", "1899-12-31", "‘TBD’"])),
        ],
      }));
      return [{ stageId: stage.id, stage: stage.name, reason, count, samples }];
    });
  });
}

function runAttributes(draft: Draft): KeyValue[] {
  const at = iso(draft.startMs);
  const daysOld = Math.floor((draft.nowMs - draft.startMs) / 86_400_000);
  return [
    text("pipeline.name", draft.plan.name),
    text("pipeline.logical_date", at),
    text("deployment.environment", "production"),
    text("git.commit", randomFrom(`${draft.plan.name} ${daysOld} days old`).hex(10)),
    int("batch.size", draft.fault === "vanished" ? 1000 : 500),
    { key: "dry_run", value: { boolValue: false } },
    { key: "sample.ratio", value: { doubleValue: 1 } },
  ];
}

function stageAttributes(draft: Draft, plan: StagePlan): KeyValue[] {
  const own: KeyValue[] = [int("batch.size", draft.fault === "vanished" ? 1000 : 500)];
  if (draft.plan.origin === "airflow")
    own.push(
      text("airflow.dag_id", draft.plan.name),
      text("airflow.task_id", plan.name),
      text("airflow.operator", "PythonOperator"),
    );
  if (draft.plan.origin === "dbt") own.push(text("dbt.materialized", plan.name.startsWith("stg") ? "view" : "table"));
  return own;
}
