import type { RunResponse, SpanDetail, SpanKind, TraceResponse, TraceSummary } from "sightglass/contract";
import { type Random, randomFrom } from "./random.ts";
import { text } from "./run-builder.ts";

/** The id of a trace with a hundred thousand spans. */
export const hugeTraceId = "f00dfeed".repeat(4);

/** The spans of a run: the run, its stages' attempts, and the calls that they make. */
export function runTrace(run: RunResponse, leavesPerStage = 14): TraceResponse {
  const random = randomFrom(`${run.id} trace`);
  const startMs = Date.parse(run.startedAt);
  const endMs = Date.parse(run.endedAt ?? run.lastSeenAt);
  const rootId = random.hex(16);
  const spans: SpanDetail[] = [
    span({
      id: rootId,
      parentId: "",
      name: run.pipeline,
      startMs,
      endMs,
      service: run.service,
      isError: run.status === "failed",
    }),
  ];
  for (const stage of run.stages) {
    for (const attempt of stage.attempts) {
      const fromMs = Date.parse(attempt.startedAt);
      const toMs = Date.parse(attempt.endedAt ?? run.lastSeenAt);
      const id = attempt.spanId;
      const made = span({
        id,
        parentId: stage.parentId ?? rootId,
        name: stage.name,
        startMs: fromMs,
        endMs: toMs,
        service: run.service,
        isError: attempt.error !== null,
      });
      made.stage = stage.name;
      made.attributes.push(text("pipeline.stage", stage.name));
      if (attempt.error !== null) {
        made.statusMessage = attempt.error.message;
        made.eventCount = 1;
        made.events.push({
          timeUnixNano: nanos(toMs),
          name: "exception",
          attributes: [
            text("exception.type", attempt.error.type),
            text("exception.message", attempt.error.message),
            text("exception.stacktrace", attempt.error.stack ?? ""),
          ],
          droppedAttributesCount: 0,
        });
      }
      spans.push(made, ...leaves({ random, parentId: id, startMs: fromMs, endMs: toMs, count: leavesPerStage }));
    }
  }
  return finish(run.traceId, run.id, startMs, endMs, spans);
}

/** One trace of `spanCount` spans: nested a few levels, with some errors. */
export function hugeTrace(spanCount: number, endMs: number): TraceResponse {
  const random = randomFrom("huge");
  const startMs = endMs - 1_800_000;
  const spans = [
    span({
      id: random.hex(16),
      parentId: "",
      name: "clickstream-compact",
      startMs,
      endMs,
      service: "clickstream",
      isError: false,
    }),
  ];
  while (spans.length < spanCount) {
    const parent = spans[Math.floor(random.next() ** 3 * Math.min(spans.length, 4_000))] ?? spans[0];
    if (parent === undefined) break;
    const parentMs = Number(BigInt(parent.startTimeUnixNano) / 1_000_000n);
    const lengthMs = parent.durationNs / 1e6;
    const count = Math.min(40, spanCount - spans.length);
    spans.push(...leaves({ random, parentId: parent.spanId, startMs: parentMs, endMs: parentMs + lengthMs, count }));
  }
  return finish(hugeTraceId, null, startMs, endMs, spans);
}

export function summarizeTrace(trace: TraceResponse): TraceSummary {
  const root = trace.spans.find((each) => each.parentSpanId === "");
  return {
    traceId: trace.traceId,
    rootService: root?.service ?? "",
    rootName: root?.name ?? "",
    startedAt: trace.startedAt,
    durationMs: Number(trace.durationNs) / 1e6,
    spanCount: trace.spanCount,
    errorCount: trace.spans.filter((each) => each.status === "error").length,
    services: [...new Set(trace.spans.map((each) => each.service))],
    matchedSpans: trace.spanCount,
    runId: trace.runId,
  };
}

/** The same span without its heavy parts. */
export function withoutDetail(trace: TraceResponse): TraceResponse {
  return {
    ...trace,
    spans: trace.spans.map((each) => {
      const { spanId, parentSpanId, name, kind, service, startTimeUnixNano, durationNs, status } = each;
      const { resource, scope, eventCount, linkCount, stage } = each;
      return {
        spanId,
        parentSpanId,
        name,
        kind,
        service,
        startTimeUnixNano,
        durationNs,
        status,
        resource,
        scope,
        eventCount,
        linkCount,
        stage,
      };
    }),
  };
}

const calls = [
  ["SELECT warehouse.flights", "client", "postgres"],
  ["INSERT batch", "client", "postgres"],
  ["GET /v2/stock", "client", "erp-gateway"],
  ["s3.GetObject", "client", "s3-proxy"],
  ["decode row group", "internal", ""],
  ["join airports", "internal", ""],
] as const satisfies readonly [string, SpanKind, string][];

function leaves(options: {
  random: Random;
  parentId: string;
  startMs: number;
  endMs: number;
  count: number;
}): SpanDetail[] {
  const { random, parentId, startMs, endMs, count } = options;
  return Array.from({ length: count }, (_, index) => {
    const slotMs = (endMs - startMs) / count;
    const fromMs = startMs + slotMs * index + slotMs * 0.2 * random.next();
    const [name, kind, service] = calls[Math.floor(random.next() * calls.length)] ?? calls[0];
    const made = span({
      id: random.hex(16),
      parentId,
      name,
      startMs: fromMs,
      endMs: fromMs + slotMs * random.between(0.1, 0.9),
      service: service || "worker",
      isError: random.next() < 0.004,
    });
    made.kind = kind;
    made.attributes.push(text("db.system", service), {
      key: "rows",
      value: { intValue: String(Math.floor(random.between(1, 500))) },
    });
    return made;
  });
}

function span(options: {
  id: string;
  parentId: string;
  name: string;
  startMs: number;
  endMs: number;
  service: string;
  isError: boolean;
}): SpanDetail {
  return {
    spanId: options.id,
    parentSpanId: options.parentId,
    name: options.name,
    kind: "internal",
    service: options.service,
    startTimeUnixNano: nanos(options.startMs),
    durationNs: Math.max(1, Math.round((options.endMs - options.startMs) * 1e6)),
    status: options.isError ? "error" : "unset",
    resource: 0,
    scope: 0,
    eventCount: 0,
    linkCount: 0,
    stage: null,
    traceState: "",
    flags: 1,
    statusMessage: "",
    attributes: [],
    events: [],
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function finish(
  traceId: string,
  runId: string | null,
  startMs: number,
  endMs: number,
  spans: SpanDetail[],
): TraceResponse {
  spans.sort((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1));
  return {
    traceId,
    startedAt: new Date(startMs).toISOString(),
    durationNs: String(Math.round((endMs - startMs) * 1e6)),
    spanCount: spans.length,
    runId,
    resources: [
      { attributes: [text("service.name", spans[0]?.service ?? "")], droppedAttributesCount: 0, schemaUrl: "" },
    ],
    scopes: [{ name: "@sightglass/sdk", version: "0.1.0", attributes: [], droppedAttributesCount: 0, schemaUrl: "" }],
    spans,
  };
}

const nanos = (ms: number) => String(BigInt(Math.round(ms * 1000)) * 1000n);
