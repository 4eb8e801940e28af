import { type Attributes, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter as LogsGrpc } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as LogsJson } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as LogsProtobuf } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter as TracesGrpc } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as TracesJson } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as TracesProtobuf } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import {
  BasicTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";
import type { AnyValue, KeyValue, LogsResponse, SpanDetail, StatusResponse, TraceResponse } from "sightglass/contract";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "./server.ts";

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.dispose());

const resource: Attributes = {
  "service.name": "orders",
  "host.name": "büro-1",
  "process.pid": 4711,
  "deployment.ok": true,
};
const attributes: Attributes = {
  text: "line one\nline two \u0000 ünïcödé 🛬",
  empty: "",
  whole: 42,
  negative: -7,
  large: Number.MAX_SAFE_INTEGER,
  fraction: 0.1,
  yes: true,
  no: false,
  texts: ["a", "", "ß"],
  numbers: [1, 2.5, -3],
  flags: [true, false],
};

const exporters: [string, () => SpanExporter][] = [
  ["gRPC", () => new TracesGrpc({ url: server.otlpGrpc })],
  ["HTTP/protobuf", () => new TracesProtobuf({ url: `${server.otlpHttp}/v1/traces` })],
  ["HTTP/JSON", () => new TracesJson({ url: `${server.otlpHttp}/v1/traces` })],
  [
    "HTTP/protobuf, gzip",
    () => new TracesProtobuf({ url: `${server.otlpHttp}/v1/traces`, compression: "gzip" as never }),
  ],
  ["HTTP/JSON on the page's port", () => new TracesJson({ url: `${server.url}/v1/traces` })],
];

describe.each(exporters)("traces from the official exporter over %s", (_name, makeExporter) => {
  let sent: ReadableSpan[];
  let received: TraceResponse;

  beforeAll(async () => {
    sent = await send(makeExporter());
    const traceId = sent[0]?.spanContext().traceId ?? "";
    await until(
      async () =>
        (await fetch(`${server.url}/api/traces/${traceId}`)).ok &&
        (await server.get<TraceResponse>(`/api/traces/${traceId}`)).spans.length === sent.length,
      { what: () => `trace ${traceId}; the server said ${server.output}` },
    );
    received = await server.get(`/api/traces/${traceId}`);
  });

  it("come back from the own API as they were sent, attribute by attribute", () => {
    for (const span of sent) {
      const back = received.spans.find(({ spanId }) => spanId === span.spanContext().spanId) as SpanDetail;
      expect(back).toMatchObject({
        parentSpanId: span.parentSpanContext?.spanId ?? "",
        name: span.name,
        kind: SpanKind[span.kind].toLowerCase(),
        service: "orders",
        startTimeUnixNano: nanos(span.startTime),
        durationNs: Number(BigInt(nanos(span.endTime)) - BigInt(nanos(span.startTime))),
        status: ["unset", "ok", "error"][span.status.code],
        statusMessage: span.status.message ?? "",
      });
      expect(plain(back.attributes)).toEqual(span.attributes);
      expect(
        back.events.map(({ name, timeUnixNano, attributes }) => ({
          name,
          timeUnixNano,
          attributes: plain(attributes),
        })),
      ).toEqual(
        span.events.map(({ name, time, attributes }) => ({
          name,
          timeUnixNano: nanos(time),
          attributes: attributes ?? {},
        })),
      );
      expect(
        back.links.map(({ traceId, spanId, attributes }) => ({ traceId, spanId, attributes: plain(attributes) })),
      ).toEqual(
        span.links.map(({ context, attributes }) => ({
          traceId: context.traceId,
          spanId: context.spanId,
          attributes: attributes ?? {},
        })),
      );
      expect(plain(received.resources[back.resource]?.attributes ?? [])).toEqual(resource);
      expect(received.scopes[back.scope]).toMatchObject({ name: "test-tracer", version: "1.2.3" });
    }
  });

  it("come back from the Jaeger API as they were sent", async () => {
    const traceId = sent[0]?.spanContext().traceId ?? "";
    const { data } = await server.get<{ data: JaegerTrace[] }>(`/jaeger/api/traces/${traceId}`);
    expect(data).toHaveLength(1);
    for (const span of sent) {
      const back = data[0]?.spans.find(({ spanID }) => spanID === span.spanContext().spanId);
      expect(back?.operationName).toBe(span.name);
      expect(data[0]?.processes[back?.processID ?? ""]?.serviceName).toBe("orders");
      const tags = Object.fromEntries((back?.tags ?? []).map(({ key, value }) => [key, value]));
      for (const [key, value] of Object.entries(span.attributes)) {
        const tag = tags[key];
        expect(Array.isArray(value) ? JSON.parse(String(tag)) : tag, key).toEqual(value);
      }
      expect(tags["span.kind"]).toBe(SpanKind[span.kind].toLowerCase());
      expect(back?.logs).toHaveLength(span.events.length);
    }
  });

  it("are found by Jaeger's search and Tempo's", async () => {
    const traceId = sent[0]?.spanContext().traceId ?? "";
    const tags = encodeURIComponent(JSON.stringify({ whole: "42" }));
    const jaeger = await server.get<{ data: JaegerTrace[] }>(
      `/jaeger/api/traces?service=orders&operation=parent&tags=${tags}&limit=100`,
    );
    expect(jaeger.data.map(({ traceID }) => traceID)).toContain(traceId);
    const query = encodeURIComponent('{ resource.service.name = "orders" && span.whole = 42 }');
    const tempo = await server.get<{ traces: { traceID: string }[] }>(`/tempo/api/search?q=${query}&limit=100`);
    expect(tempo.traces.map(({ traceID }) => traceID)).toContain(traceId);
  });
});

interface JaegerTrace {
  traceID: string;
  spans: {
    spanID: string;
    operationName: string;
    processID: string;
    tags: { key: string; type: string; value: unknown }[];
    logs: unknown[];
  }[];
  processes: Record<string, { serviceName: string }>;
}

describe.each([
  ["gRPC", () => new LogsGrpc({ url: server.otlpGrpc })],
  ["HTTP/protobuf", () => new LogsProtobuf({ url: `${server.otlpHttp}/v1/logs` })],
  ["HTTP/JSON", () => new LogsJson({ url: `${server.otlpHttp}/v1/logs` })],
] as const)("logs from the official exporter over %s", (name, makeExporter) => {
  it("come back as they were sent", async () => {
    const provider = new LoggerProvider({
      resource: resourceFromAttributes(resource),
      processors: [new SimpleLogRecordProcessor({ exporter: makeExporter() })],
    });
    const spans = await send(new TracesProtobuf({ url: `${server.otlpHttp}/v1/traces` }));
    const parent = spans[0]?.spanContext();
    if (!parent) throw new Error("no span was sent");
    provider.getLogger("test-logger").emit({
      body: `loaded over ${name}`,
      severityNumber: SeverityNumber.WARN,
      severityText: "WARN",
      attributes: { rows: 12, ratio: 0.5, ok: true },
      context: trace.setSpanContext(ROOT_CONTEXT, parent),
    });
    await provider.shutdown();
    const path = `/api/traces/${parent.traceId}/logs`;
    const arrived = () =>
      server.get<LogsResponse>(path).then(
        ({ logs }) => logs.length === 1,
        () => false,
      );
    await until(arrived, {
      what: () => `${path}: ${server.output}`,
    });
    const { logs } = await server.get<LogsResponse>(path);
    expect(logs[0]).toMatchObject({
      body: `loaded over ${name}`,
      severityNumber: 13,
      severityText: "WARN",
      spanId: parent.spanId,
    });
    expect(plain(logs[0]?.attributes ?? [])).toEqual({ rows: 12, ratio: 0.5, ok: true });
  });
});

describe("a counter of the SDK, in jobs that count and end", () => {
  it.each(["cumulative", "delta"])("is what they have counted together, where it is %s", async (temporality) => {
    const program = `
      const { bootstrap } = await import("@sightglass/sdk/bootstrap");
      const { counter } = await import("@sightglass/sdk/metrics");
      bootstrap({ service: "job", exitTimeoutMs: 60_000, metrics: { temporality: "${temporality}" } });
      counter("rows_${temporality}").add(5);
      process.exit(0);`;
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp };
    for (let job = 0; job < 3; job++)
      await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], { env });
    // Extrapolated to the window, it is a little more.
    const query = `sum(increase(rows_${temporality}_total[5m])) >= 15 < 20`;
    await until(
      async () => {
        const path = `/api/v1/query?query=${encodeURIComponent(query)}`;
        return (await server.get<{ data: { result: unknown[] } }>(path)).data.result.length === 1;
      },
      { what: () => `an increase of 15; the server said ${server.output}` },
    );
  });
});

describe("the ledger", () => {
  it("balances after all that was sent", async () => {
    await until(async () => (await server.get<StatusResponse>("/api/status")).ledger.spans.spooled === 0, {
      what: () => "an empty spool",
    });
    const { ledger } = await server.get<StatusResponse>("/api/status");
    for (const counts of [ledger.spans, ledger.logs]) {
      expect(counts.received).toBe(counts.stored + counts.refused + counts.spooled);
      expect(counts.refused).toBe(0);
      expect(counts.received).toBeGreaterThan(0);
    }
  });
});

async function send(exporter: SpanExporter): Promise<ReadableSpan[]> {
  const spans: ReadableSpan[] = [];
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(resource),
    spanProcessors: [
      new SimpleSpanProcessor(exporter),
      {
        onStart() {},
        onEnd: (span) => void spans.push(span),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  const tracer = provider.getTracer("test-tracer", "1.2.3");
  const link = {
    context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 },
    attributes: { rows: 3, file: "a" },
  };
  const parent = tracer.startSpan("parent", { kind: SpanKind.CONSUMER, attributes, links: [link] });
  const inside = trace.setSpan(ROOT_CONTEXT, parent);
  const child = tracer.startSpan("child", { kind: SpanKind.CLIENT }, inside);
  child.addEvent("retry", { attempt: 2, reason: "busy" });
  child.recordException(new TypeError("boom"));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "boom" });
  child.end();
  tracer.startSpan("sibling", {}, inside).end();
  parent.setStatus({ code: SpanStatusCode.OK });
  parent.end();
  await provider.shutdown();
  return spans;
}

function nanos([seconds, nanoseconds]: [number, number]): string {
  return (BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)).toString();
}

function plain(list: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: AnyValue): unknown {
  if ("intValue" in value) return Number(value.intValue);
  if ("arrayValue" in value) return value.arrayValue.values.map(plainValue);
  return Object.values(value)[0];
}
