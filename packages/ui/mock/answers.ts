import type {
  LogsResponse,
  PipelineResponse,
  PipelinesResponse,
  RunsResponse,
  RunSummary,
  TraceResponse,
} from "sightglass/contract";
import { runLogs } from "./logs.ts";
import { serverStatus } from "./status.ts";
import { oddTrace, oddTraceId, oddTraceLogs } from "./trace-samples.ts";
import { hugeTrace, hugeTraceId, runTrace, summarizeTrace, withoutDetail } from "./traces.ts";
import { gridOf, summarize, summarizePipeline, summarizeStages, type World } from "./world.ts";

/** What the server answers under /api/, from the made-up world. Undefined: no such thing. */
export function answer(world: World, url: URL, nowMs: number): unknown {
  const parts = url.pathname.split("/").slice(2).map(decodeURIComponent);
  const parameters = url.searchParams;
  const [kind, id, part, subId] = parts;
  if (kind === "pipelines" && part === "grid") {
    const found = world.runs.filter((run) => run.pipeline === id);
    return found.length === 0 ? undefined : gridOf(found, Number(parameters.get("limit") ?? 40));
  }
  if (kind === "pipelines")
    return id === undefined ? pipelines(world, parameters, nowMs) : pipeline(world, id, parameters, nowMs);
  if (kind === "runs" && id === undefined) return runs(world, parameters);
  if (kind === "runs" && part === "logs") return logs(world, id ?? "", parameters);
  if (kind === "runs") return world.byId.get(id ?? "");
  if (kind === "traces" && id === undefined) return traces(world, parameters);
  if (kind === "traces") {
    const found = trace(world, id ?? "", nowMs);
    if (part === "logs") return found === undefined ? undefined : traceLogs(world, found, parameters);
    if (part === "spans") return found === undefined ? undefined : spanOf(found, subId ?? "");
    return found !== undefined && parameters.get("fields") === "summary" ? withoutDetail(found) : found;
  }
  if (kind === "services") return services(world);
  if (kind === "attributes")
    return id === undefined ? attributeKeys(parameters) : { values: attributeValues(world, id) };
  if (kind === "status") return serverStatus(nowMs, nowMs - 6 * 86_400_000);
  return undefined;
}

function attributeValues(world: World, key: string): string[] {
  if (key !== "pipeline.sink.table") return ["postgres", "s3-proxy", "erp-gateway"];
  const tables = world.runs.flatMap((run) => run.stages.map((stage) => stage.sink?.table ?? null));
  return [...new Set(tables.filter((table) => table !== null))];
}

function windowMs(parameters: URLSearchParams): number {
  const match = /^(\d+)([hd])$/.exec(parameters.get("window") ?? "7d");
  return match === null ? 604_800_000 : Number(match[1]) * (match[2] === "h" ? 3_600_000 : 86_400_000);
}

function pipelines(world: World, parameters: URLSearchParams, nowMs: number): PipelinesResponse {
  const covered = windowMs(parameters);
  const all = world.plans.map((plan) =>
    summarizePipeline(
      world.runs.filter((run) => run.pipeline === plan.name),
      nowMs,
      covered,
    ),
  );
  return { windowMs: covered, pipelines: all.filter((each) => each !== null) };
}

function pipeline(
  world: World,
  name: string,
  parameters: URLSearchParams,
  nowMs: number,
): PipelineResponse | undefined {
  const covered = windowMs(parameters);
  const found = world.runs.filter((run) => run.pipeline === name);
  const summary = summarizePipeline(found, nowMs, covered);
  if (summary === null) return undefined;
  return { windowMs: covered, pipeline: summary, stages: summarizeStages(found) };
}

function page<T>(
  items: readonly T[],
  parameters: URLSearchParams,
  limitDefault: number,
): { items: T[]; next: string | null } {
  const limit = Number(parameters.get("limit") ?? limitDefault);
  const from = Number(parameters.get("cursor") ?? 0);
  return { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null };
}

function runs(world: World, parameters: URLSearchParams): RunsResponse {
  const statuses = parameters.getAll("status").flatMap((value) => value.split(","));
  const found = world.runs.filter(
    (run) =>
      (parameters.get("pipeline") ?? run.pipeline) === run.pipeline &&
      (statuses.length === 0 || statuses.includes(run.status)) &&
      (parameters.get("partition") ?? run.partition) === run.partition &&
      hasRows(run, parameters.get("rows")) &&
      (parameters.get("start") ?? "") <= run.startedAt &&
      run.startedAt <= (parameters.get("end") ?? "9"),
  );
  const { items, next } = page(found, parameters, 50);
  return { runs: items.map(summarize), next };
}

function hasRows(run: RunSummary, rows: string | null): boolean {
  if (rows === null) return true;
  return ((rows === "failed" ? run.recordsFailed : run.recordsUnexplained) ?? 0) !== 0;
}

const severityFloor: Record<string, number> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17 };

function logs(world: World, id: string, parameters: URLSearchParams): LogsResponse | undefined {
  const run = world.byId.get(id);
  if (run === undefined) return undefined;
  const floor = severityFloor[parameters.get("severity") ?? ""] ?? 0;
  const wanted = (parameters.get("q") ?? "").toLowerCase();
  const stage = run.stages.find((each) => each.id === parameters.get("stage"));
  const found = runLogs(run).filter(
    (log) =>
      log.severityNumber >= floor &&
      log.body.toLowerCase().includes(wanted) &&
      (stage === undefined || log.spanId === stage.spanId),
  );
  const { items, next } = page(found, parameters, 500);
  return { logs: items, next };
}

function trace(world: World, id: string, nowMs: number): TraceResponse | undefined {
  if (id === oddTraceId)
    return oddTrace(Math.floor(nowMs / 3_600_000) * 3_600_000 - 600_000, world.runs[0]?.traceId ?? oddTraceId);
  if (id === hugeTraceId) return hugeTrace(100_000, nowMs);
  const run = world.runs.find((each) => each.traceId === id);
  return run === undefined ? undefined : runTrace(run);
}

/** A span by itself carries its own resource and scope. */
function spanOf(found: TraceResponse, spanId: string) {
  const span = found.spans.find((each) => each.spanId === spanId);
  if (span === undefined) return undefined;
  const [resource, scope] = [found.resources[span.resource], found.scopes[span.scope]];
  return {
    ...span,
    resource: 0,
    scope: 0,
    resources: resource === undefined ? [] : [resource],
    scopes: scope === undefined ? [] : [scope],
  };
}

function traceLogs(world: World, found: TraceResponse, parameters: URLSearchParams): LogsResponse {
  const spanId = parameters.get("span") ?? "";
  const run = world.runs.find((each) => each.id === found.runId);
  const written = run === undefined ? oddTraceLogs(found, spanId) : runLogs(run).filter((log) => log.spanId === spanId);
  const { items, next } = page(written, parameters, 500);
  return { logs: items, next };
}

function traces(world: World, parameters: URLSearchParams) {
  const service = parameters.get("service");
  const status = parameters.get("status");
  const found = world.runs.filter(
    (run) =>
      (service === null || run.service === service) &&
      (status === null || (status === "error") === (run.status === "failed")) &&
      run.pipeline.includes(parameters.get("name") ?? "") &&
      (parameters.get("start") ?? "") <= run.startedAt,
  );
  const { items, next } = page(found, parameters, 50);
  return { traces: items.map((run) => summarizeTrace(runTrace(run))), next };
}

function services(world: World) {
  const names = [...new Set(world.plans.map((plan) => plan.service))];
  return {
    services: names.map((name) => ({
      name,
      operations: world.plans
        .filter((plan) => plan.service === name)
        .flatMap((plan) => plan.stages.map((stage) => stage.name)),
      lastSeenAt: world.runs.find((run) => run.service === name)?.lastSeenAt ?? "",
    })),
  };
}

function attributeKeys(parameters: URLSearchParams) {
  const keys = [
    { key: "db.system", type: "string" },
    { key: "pipeline.stage", type: "string" },
    { key: "rows", type: "int" },
    { key: "service.name", type: "resource" },
  ];
  return { keys: keys.filter((each) => each.key.startsWith(parameters.get("prefix") ?? "")) };
}
