import { context, trace } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter as LogsGrpc } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPLogExporter as LogsJson } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as LogsProtobuf } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPTraceExporter as TracesGrpc } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as TracesJson } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as TracesProtobuf } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, type LogRecordExporter, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestEngine } from "../decode/testing/engine.ts";
import { systemClock } from "../model/clock.ts";
import { Admission } from "./admission.ts";
import { createOtlpGrpcReceiver } from "./otlp-grpc.ts";
import { createOtlpHttpReceiver } from "./otlp-http.ts";
import { ReceiverStats } from "./receiver-stats.ts";
import type { Receiver } from "./receiver.ts";
import { Gate } from "./gate.ts";
import { FakeSink } from "./testing/fake-sink.ts";

/** The official exporters of OpenTelemetry for JavaScript send, and the engine has what they sent. */
const sink = new FakeSink();
const engine = new TestEngine();
let receivers: Receiver[];
let http: string;
let grpc: string;

beforeAll(async () => {
  const admission = new Admission({ requestsMax: 8, bytesMax: 2 ** 24 });
  const shared = {
    sink,
    largeBodies: new Gate(1),
    clock: systemClock,
    admission,
    authorize: () => {},
    onInternalError: () => {},
  };
  const address = { host: "127.0.0.1", port: 0 };
  receivers = [
    createOtlpHttpReceiver({ ...shared, address, stats: new ReceiverStats("otlp-http") }),
    createOtlpGrpcReceiver({ ...shared, address, stats: new ReceiverStats("otlp-grpc") }),
  ];
  const [onHttp, onGrpc] = await Promise.all(receivers.map((receiver) => receiver.start()));
  http = `http://127.0.0.1:${onHttp?.port}`;
  grpc = `http://127.0.0.1:${onGrpc?.port}`;
});
afterAll(async () => {
  await Promise.all(receivers.map((receiver) => receiver.stop()));
  engine.close();
});
beforeEach(() => {
  sink.spanBlock.clear();
  sink.logBlock.clear();
  engine.execute("TRUNCATE TABLE spans");
  engine.execute("TRUNCATE TABLE logs");
});

const resource = resourceFromAttributes({ "service.name": "orders", "host.cores": 8 });
const gzip = { compression: "gzip" as never };
const tracers: [string, () => SpanExporter][] = [
  ["gRPC", () => new TracesGrpc({ url: grpc })],
  ["gRPC with gzip", () => new TracesGrpc({ url: grpc, ...gzip })],
  ["protobuf", () => new TracesProtobuf({ url: `${http}/v1/traces` })],
  ["protobuf with gzip", () => new TracesProtobuf({ url: `${http}/v1/traces`, ...gzip })],
  ["JSON", () => new TracesJson({ url: `${http}/v1/traces` })],
];

describe.each(tracers)("traces over %s", (_name, newExporter) => {
  it("arrive as they were", async () => {
    const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(newExporter())] });
    const tracer = provider.getTracer("tests", "1.2.3");
    const parent = tracer.startSpan("parent", { startTime: [1_700_000_000, 5] });
    const child = tracer.startSpan(
      "child",
      {
        attributes: { "pipeline.stage": "load", rows: 42, share: 0.5, ok: true, tags: ["a", "b"] },
        links: [{ context: parent.spanContext(), attributes: { why: "retry" } }],
      },
      trace.setSpan(context.active(), parent),
    );
    child.recordException(new RangeError("out of rows"));
    child.end();
    parent.end([1_700_000_001, 5]);
    await provider.shutdown();
    engine.insert(sink.spanBlock);
    const rows = engine.rows<Record<string, unknown>>(
      `SELECT name, lower(hex(span_id)) AS id, lower(hex(parent_span_id)) AS parent, service, attributes_string, attributes_int,
        attributes_double, attributes_bool, attributes_other, event_names, JSONExtractString(event_attributes[1],
        'attributes', 'exception.message') AS message, lower(hex(link_span_ids[1])) AS link, link_attributes,
        JSONExtractString(scope, 'name') AS scope, JSONExtractInt(resource, 'attributes', 'host.cores') AS cores, is_pipeline,
        toString(duration_ns) AS duration FROM spans ORDER BY name`,
    );
    expect(rows).toMatchObject([
      {
        name: "child",
        id: child.spanContext().spanId,
        parent: parent.spanContext().spanId,
        service: "orders",
        attributes_string: { "pipeline.stage": "load" },
        attributes_int: { rows: "42" },
        attributes_double: { share: 0.5 },
        attributes_bool: { ok: true },
        attributes_other: { tags: '["a","b"]' },
        event_names: ["exception"],
        message: "out of rows",
        link: parent.spanContext().spanId,
        link_attributes: [expect.stringContaining('"attributes":{"why":"retry"}')],
        scope: "tests",
        cores: "8",
        is_pipeline: true,
      },
      { name: "parent", parent: "0".repeat(16), duration: "1000000000", is_pipeline: false },
    ]);
  });
});

const loggers: [string, () => LogRecordExporter][] = [
  ["gRPC", () => new LogsGrpc({ url: grpc })],
  ["protobuf", () => new LogsProtobuf({ url: `${http}/v1/logs` })],
  ["JSON", () => new LogsJson({ url: `${http}/v1/logs` })],
];

describe.each(loggers)("logs over %s", (_name, newExporter) => {
  it("arrive as they were", async () => {
    const provider = new LoggerProvider({
      resource,
      processors: [new SimpleLogRecordProcessor({ exporter: newExporter() })],
    });
    const logger = provider.getLogger("tests");
    logger.emit({
      eventName: "pipeline.heartbeat",
      timestamp: [1_700_000_000, 7],
      attributes: { "pipeline.attempt": 2 },
    });
    logger.emit({
      body: { rows: [1, 2] },
      severityNumber: SeverityNumber.ERROR,
      severityText: "ERROR",
      timestamp: [1_700_000_001, 0],
    });
    await provider.shutdown();
    engine.insert(sink.logBlock);
    const rows = engine.rows<Record<string, unknown>>(
      `SELECT event_name, is_pipeline, attributes_int, body, body_is_json, severity_number, severity_text, service,
        toString(toUnixTimestamp64Nano(time)) AS at FROM logs ORDER BY time`,
    );
    expect(rows).toMatchObject([
      {
        event_name: "pipeline.heartbeat",
        is_pipeline: true,
        attributes_int: { "pipeline.attempt": "2" },
        body: "",
        at: "1700000000000000007",
        service: "orders",
      },
      {
        event_name: "",
        is_pipeline: false,
        body: '{"$map":[["rows",[1,2]]]}',
        body_is_json: true,
        severity_number: 17,
        severity_text: "ERROR",
      },
    ]);
  });
});
