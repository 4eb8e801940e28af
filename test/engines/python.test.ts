import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { AnyValue, KeyValue, RunsResponse, RunResponse, SpanDetail, TraceResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../app/server.ts";
import { rowsOf } from "./example.ts";

const execute = promisify(execFile);
const python = process.env.SIGHTGLASS_TEST_PYTHON ?? "python3";
const installed =
  spawnSync(python, ["-c", "import opentelemetry.exporter.otlp.proto.grpc, opentelemetry.exporter.otlp.proto.http"])
    .status === 0;

describe.skipIf(!installed)(
  "the official OpenTelemetry exporters of Python (needs opentelemetry-exporter-otlp)",
  () => {
    let server: Server;
    beforeAll(async () => {
      server = await Server.start();
    });
    afterAll(() => server?.dispose());

    it.each([
      ["grpc", () => `127.0.0.1:${server.ports.grpc}`],
      ["http", () => server.otlpHttp],
    ])("over %s: what comes back equals what was sent", async (protocol, endpoint) => {
      const { stdout } = await execute(python, [join(import.meta.dirname, "send.py"), protocol, endpoint()]);
      const sent = JSON.parse(stdout) as (Omit<SpanDetail, "attributes" | "resource"> & {
        traceId: string;
        attributes: unknown;
        resource: unknown;
      })[];
      const path = `/api/traces/${sent[0]?.traceId ?? ""}`;
      await until(async () => (await fetch(server.url + path)).ok, { what: () => `${path}: ${server.output}` });
      const received = await server.get<TraceResponse>(path);
      expect(received.spans).toHaveLength(sent.length);
      for (const span of sent) {
        const back = received.spans.find(({ spanId }) => spanId === span.spanId) as SpanDetail;
        expect({
          ...span,
          traceId: received.traceId,
          attributes: typed(back.attributes),
          events: back.events.map(({ name, timeUnixNano, attributes }) => ({
            name,
            timeUnixNano,
            attributes: typed(attributes),
          })),
          links: back.links.map(({ spanId, attributes }) => ({ spanId, attributes: typed(attributes) })),
          resource: typed(received.resources[back.resource]?.attributes ?? []),
        }).toEqual(span);
        const { parentSpanId, name, kind, status, statusMessage, startTimeUnixNano, durationNs } = span;
        expect(back).toMatchObject({ parentSpanId, name, kind, status, statusMessage, startTimeUnixNano, durationNs });
      }
    });

    it("a pipeline in plain OpenTelemetry is a run with its stages and rows", async () => {
      await execute(python, ["examples/opentelemetry-python/pipeline.py"], {
        env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp },
      });
      await until(
        async () => (await server.get<RunsResponse>("/api/runs")).runs.some(({ status }) => status !== "running"),
        {
          what: () => "the run",
        },
      );
      const { runs } = await server.get<RunsResponse>("/api/runs");
      const run = await server.get<RunResponse>(`/api/runs/${runs[0]?.id ?? ""}`);
      expect(run).toMatchObject({ origin: "otel", status: "succeeded", recordsUnexplained: 0 });
      expect(rowsOf(run)).toEqual({
        extract: [5, 5, null, null, null],
        validate: [5, 2, 1, 1, 1],
        load: [2, 2, null, null, null],
      });
      expect(run.failedRecords).toMatchObject([{ stage: "validate", reason: "amount_is_no_number", count: 1 }]);
    });
  },
);

/** As send.py prints it: whole numbers as text with their type. */
function typed(list: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, typedValue(value)]));
}

function typedValue(value: AnyValue): unknown {
  if ("intValue" in value) return { int: value.intValue };
  if ("doubleValue" in value) return { double: pythonRepr(Number(value.doubleValue)) };
  if ("bytesValue" in value) return { bytes: [...Buffer.from(value.bytesValue, "base64")] };
  if ("arrayValue" in value) return value.arrayValue.values.map(typedValue);
  return Object.values(value)[0];
}

function pythonRepr(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
