import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import type { SightglassError } from "../model/errors.ts";
import { CollectorTables } from "./collector-tables.ts";
import { openEmbeddedStore } from "./embedded/store.ts";
import { readStoredCounts } from "./ledger-counts.ts";
import { migrate } from "./migrate.ts";
import type { Store } from "./store.ts";
import { createCollectorTable, logColumns, traceColumns } from "./testing/collector-columns.ts";

const span = {
  Timestamp: "2026-11-20T03:00:00.000000001Z",
  TraceId: "0102030405060708090a0b0c0d0e0f10",
  SpanId: "0102030405060708",
  ParentSpanId: "",
  SpanName: "load",
  ServiceName: "flights",
  Duration: 1_500_000,
};

describe("tables that a Collector fills", () => {
  const root = mkdtempSync(join(tmpdir(), "sightglass-collector-"));
  let store: Store;
  const failures: SightglassError[] = [];
  const missing: string[] = [];
  const tables = (names: { traces?: string; logs?: string }) =>
    new CollectorTables({
      store,
      clock: systemClock,
      tables: names,
      onJoined: () => {},
      onMissing: ({ table }) => missing.push(table),
      onFailure: (error) => failures.push(error),
    });
  beforeAll(async () => {
    store = await openEmbeddedStore({ dataDir: root });
    await migrate(store, { clock: systemClock });
    await store.execute("CREATE DATABASE otel");
  });
  afterAll(async () => {
    await store.close();
    rmSync(root, { recursive: true, force: true });
  });

  it("are waited for", async () => {
    const joining = tables({ traces: "otel.otel_traces", logs: "otel.otel_logs" });
    await joining.join();
    expect(missing).toEqual(["otel.otel_traces", "otel.otel_logs"]);
    await store.execute(createCollectorTable("otel.otel_traces", traceColumns));
    await store.execute(createCollectorTable("otel.otel_logs", logColumns));
    await joining.join();
    await joining.join();
    expect(failures).toEqual([]);
  });

  it("give their spans to ours, as OTLP would have been stored but for attributes' types", async () => {
    await store.insertRows("otel.otel_traces", [
      {
        ...span,
        TraceState: "a=b",
        SpanKind: "Server",
        ResourceAttributes: { "service.name": "flights", quoted: 'say "no"\n' },
        ScopeName: "my.scope",
        ScopeVersion: "1.2",
        SpanAttributes: { "pipeline.stage": "load", "pipeline.records.read": "42" },
        StatusCode: "Error",
        StatusMessage: "no",
        "Events.Timestamp": ["2026-11-20T03:00:00.5Z"],
        "Events.Name": ["exception"],
        "Events.Attributes": [{ "exception.type": "ValueError" }],
        "Links.TraceId": ["ff02030405060708090a0b0c0d0e0f10"],
        "Links.SpanId": ["ff02030405060708"],
        "Links.TraceState": ["c=d"],
        "Links.Attributes": [{ why: "because" }],
      },
    ]);
    const [row] = await store.query<Record<string, unknown>>(
      `SELECT toString(toUnixTimestamp64Nano(start_time)) AS start, duration_ns, hex(trace_id) AS trace, hex(span_id) AS span,
              hex(parent_span_id) AS parent, trace_state, name, kind, status_code, status_message, service, resource, scope,
              attributes_string, event_names, event_attributes, arrayMap(id -> hex(id), link_trace_ids) AS link_traces,
              arrayMap(id -> hex(id), link_span_ids) AS link_spans, link_attributes, is_pipeline,
              received_at > now() - 60 AS is_received_now FROM spans`,
    );
    expect(row).toEqual({
      start: "1795143600000000001",
      duration_ns: 1_500_000,
      trace: span.TraceId.toUpperCase(),
      span: span.SpanId,
      parent: "0000000000000000",
      trace_state: "a=b",
      name: "load",
      kind: 2,
      status_code: 2,
      status_message: "no",
      service: "flights",
      resource:
        '{"attributes":{"service.name":"flights","quoted":"say \\"no\\"\\n"},"droppedAttributesCount":0,"schemaUrl":""}',
      scope: '{"name":"my.scope","version":"1.2","attributes":{},"droppedAttributesCount":0,"schemaUrl":""}',
      attributes_string: { "pipeline.stage": "load", "pipeline.records.read": "42" },
      event_names: ["exception"],
      event_attributes: ['{"attributes":{"exception.type":"ValueError"},"droppedAttributesCount":0}'],
      link_traces: ["FF02030405060708090A0B0C0D0E0F10"],
      link_spans: ["FF02030405060708"],
      link_attributes: ['{"traceState":"c=d","flags":0,"attributes":{"why":"because"},"droppedAttributesCount":0}'],
      is_pipeline: true,
      is_received_now: 1,
    });
    expect(await store.query("SELECT hex(span_id) AS span, exception FROM run_facts")).toEqual([
      { span: span.SpanId, exception: '{"attributes":{"exception.type":"ValueError"},"droppedAttributesCount":0}' },
    ]);
  });

  it.each([
    ["pipeline.name", { "pipeline.name": "p" }, true],
    ["Airflow 3", { "airflow.dag_id": "d" }, true],
    ["Prefect", { "prefect.flow.name": "f" }, true],
    ["Airflow 2.10", { dag_id: "d", task_id: "t" }, true],
    ["dag_id alone", { dag_id: "d" }, false],
    ["dbt's node", { unique_id: "model.a", sql_hash: "1" }, true],
    ["unique_id alone", { unique_id: "model.a" }, false],
    ["dbt's invocation", { invocation_id: "i", raw_command: "dbt run" }, true],
    ["node_outcome", { node_outcome: "success" }, true],
    ["a web request", { "http.route": "/" }, false],
  ])("know what tells of a pipeline: %s", async (name, SpanAttributes, expected) => {
    await store.insertRows("otel.otel_traces", [{ ...span, SpanName: name, SpanAttributes }]);
    expect(await store.query("SELECT is_pipeline FROM spans WHERE name = {name:String}", { params: { name } })).toEqual(
      [{ is_pipeline: expected }],
    );
  });

  it("give their logs, announcements of runs included", async () => {
    const log = { Timestamp: span.Timestamp, TraceId: span.TraceId, SpanId: span.SpanId, ServiceName: "flights" };
    await store.insertRows("otel.otel_logs", [
      { ...log, TraceFlags: 1, SeverityText: "WARN", SeverityNumber: 13, Body: "careful", LogAttributes: { a: "b" } },
      { ...log, LogAttributes: { "event.name": "pipeline.heartbeat", "pipeline.run.id": "r1" } },
      { ...log, EventName: "pipeline.run.start", LogAttributes: { "pipeline.run.id": "r2" } },
    ]);
    const columns = "severity_number, severity_text, flags, body, event_name, attributes_string, is_pipeline";
    expect(await store.query(`SELECT ${columns} FROM logs ORDER BY body DESC, event_name`)).toEqual([
      {
        severity_number: 13,
        severity_text: "WARN",
        flags: 1,
        body: "careful",
        event_name: "",
        attributes_string: { a: "b" },
        is_pipeline: false,
      },
      {
        severity_number: 0,
        severity_text: "",
        flags: 0,
        body: "",
        event_name: "pipeline.heartbeat",
        attributes_string: { "event.name": "pipeline.heartbeat", "pipeline.run.id": "r1" },
        is_pipeline: true,
      },
      {
        severity_number: 0,
        severity_text: "",
        flags: 0,
        body: "",
        event_name: "pipeline.run.start",
        attributes_string: { "pipeline.run.id": "r2" },
        is_pipeline: true,
      },
    ]);
    expect(await store.query("SELECT run_id FROM run_facts WHERE fact = 'pipeline.heartbeat'")).toEqual([
      { run_id: "r1" },
    ]);
  });

  it("are no part of the ledger", async () => {
    expect(await readStoredCounts(store)).toEqual({});
  });

  it("may be of an old exporter", async () => {
    await store.execute("DROP VIEW collector_spans_1_mv");
    await store.execute(
      createCollectorTable(
        "otel.old",
        traceColumns.filter(([, , since]) => since === "old"),
      ),
    );
    await tables({ traces: "otel.old" }).join();
    const row = { ...span, SpanName: "old", SpanKind: "SPAN_KIND_CONSUMER", StatusCode: "STATUS_CODE_OK" };
    await store.insertRows("otel.old", [row]);
    expect(await store.query("SELECT kind, status_code FROM spans WHERE name = 'old'")).toEqual([
      { kind: 5, status_code: 1 },
    ]);
  });

  it.each([
    ["the attributes are JSON", "SpanAttributes JSON", "keeps SpanAttributes as JSON, not as Map"],
    ["the table is another one", "number UInt8", "has no column SpanAttributes"],
  ])("are refused when %s", async (_name, column, message) => {
    await store.execute(`CREATE OR REPLACE TABLE otel.other (${column}) ENGINE = MergeTree ORDER BY tuple()`);
    await tables({ traces: "otel.other" }).join();
    expect(failures.at(-1)).toMatchObject({ code: "config_invalid", message: expect.stringContaining(message) });
  });
});
