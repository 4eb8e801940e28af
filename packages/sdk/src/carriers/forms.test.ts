import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Context, context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { B3Propagator } from "../bootstrap/b3-propagator.ts";
import { airflowConf, airflowXcom, bullmq, dbt, kafka, notify, prefect, row, sidecar, spark, text } from "./index.ts";

/** The exact form that each boundary's readers expect. */

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const traceparent = `00-${traceId}-${spanId}-01`;
const inTrace = <T>(work: () => T, baggage?: Record<string, { value: string }>) => {
  const span = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
  return context.with(baggage ? propagation.setBaggage(span, propagation.createBaggage(baggage)) : span, work);
};
const traceOf = (extracted: Context) => trace.getSpanContext(extracted)?.traceId;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

const forms: [string, () => unknown, unknown][] = [
  ["a line of text is the traceparent", () => text.inject(), traceparent],
  ["a row has a column", () => [{ id: 1 }].map(row.inject), [{ id: 1, trace_context: traceparent }]],
  ["a notification is JSON", () => notify.inject({ id: 1 }), `{"id":1,"otel":{"traceparent":"${traceparent}"}}`],
  [
    "BullMQ's own metadata",
    () => bullmq.inject({ attempts: 2, telemetry: { omitContext: false } }),
    { attempts: 2, telemetry: { omitContext: false, metadata: `{"traceparent":"${traceparent}"}` } },
  ],
  [
    "Airflow's reserved key",
    () => airflowConf.inject({ day: "x" }),
    { day: "x", "airflow/dagrun_parent_trace_context": { traceparent } },
  ],
  [
    "an XCom",
    () => airflowXcom.inject({ mapIndex: 2 }),
    { key: "trace_context", value: { traceparent }, map_index: 2 },
  ],
  ["Prefect's label", () => prefect.inject({ team: "x" }), { team: "x", __OTEL_TRACEPARENT: traceparent }],
  [
    "dbt's variables",
    () => dbt.inject({ A: "b" }),
    {
      A: "b",
      TRACEPARENT: traceparent,
      DBT_ENV_CUSTOM_ENV_TRACEPARENT: traceparent,
      DBT_INVOCATION_ID: "0af76519-16cd-43dd-8448-eb211c80319c",
      DBT_PARENT_SPAN_ID: spanId,
    },
  ],
  [
    "Spark's arguments",
    () => spark.args(spark.inject({ "spark.driver.extraJavaOptions": "-Xss4m -Dtraceparent=old" })),
    [
      "--conf",
      `spark.driver.extraJavaOptions=-Xss4m -Dtraceparent=${traceparent}`,
      ...["spark.executorEnv", "spark.yarn.appMasterEnv", "spark.kubernetes.driverEnv"].flatMap((prefix) => [
        "--conf",
        `${prefix}.TRACEPARENT=${traceparent}`,
      ]),
    ],
  ],
];

describe("in the form that readers expect", () => {
  it.each(forms)("%s", (_name, inject, expected) => {
    expect(inTrace(inject)).toEqual(expected);
  });

  it("engines that read W3C only get it beside B3", () => {
    propagation.setGlobalPropagator(new B3Propagator("single"));
    const b3 = `${traceId}-${spanId}-1`;
    expect(inTrace(() => airflowXcom.inject().value)).toEqual({ traceparent, b3 });
    expect(inTrace(() => prefect.inject())).toEqual({ __OTEL_TRACEPARENT: traceparent, __OTEL_B3: b3 });
    expect(traceOf(prefect.extract({ __OTEL_TRACEPARENT: traceparent }))).toBe(traceId);
    expect(inTrace(() => text.inject())).toBe(b3);
    propagation.disable();
  });

  it("a line of text with more to say is a query string", () => {
    const line = inTrace(() => text.inject(), { "run id": { value: "a&b" } });
    expect(line).toBe(`traceparent=${traceparent}&baggage=run%2520id%3Da%2526b`);
    expect(propagation.getBaggage(text.extract(line))?.getEntry("run id")?.value).toBe("a&b");
  });
});

describe("Kafka", () => {
  it("keeps the message's form and its other headers", () => {
    const other = Buffer.from("x");
    expect(inTrace(() => [{ value: "v" }].map(kafka.inject))).toEqual([{ value: "v", headers: { traceparent } }]);
    expect(inTrace(() => kafka.inject({ headers: [{ traceparent: "old" }, { other }] }).headers)).toEqual([
      { other },
      { traceparent },
    ]);
    expect(inTrace(() => kafka.inject({ headers: new Map([["other", other]]) }).headers)).toEqual(
      new Map<string, unknown>([
        ["other", other],
        ["traceparent", traceparent],
      ]),
    );
  });
});

describe("Airflow", () => {
  it("escapes the parts of a path", () => {
    const address = { dagId: "orders", runId: "manual__2026-11-25T18:00:00+00:00", taskId: "group.load" };
    const entries =
      "/api/v2/dags/orders/dagRuns/manual__2026-11-25T18%3A00%3A00%2B00%3A00/taskInstances/group.load/xcomEntries";
    expect(airflowXcom.path(address)).toBe(entries);
    expect(airflowXcom.path({ ...address, key: "a/b" })).toBe(`${entries}/a%2Fb`);
  });

  it.each([
    ["the traceparent alone", { "airflow/dagrun_parent_trace_context": traceparent }],
    ["JSON text", { conf: { "airflow/dagrun_parent_trace_context": JSON.stringify({ traceparent }) } }],
    ["the whole conf as text", { conf: JSON.stringify({ "airflow/dagrun_parent_trace_context": { traceparent } }) }],
  ])("reads a run's conf with %s", (_form, run) => {
    expect(traceOf(airflowConf.extract(run))).toBe(traceId);
  });
});

describe("a notification", () => {
  it("is never made too long", () => {
    const fitsAlone = { text: "x".repeat(7950) };
    expect(inTrace(() => notify.inject(fitsAlone))).toBe(JSON.stringify(fitsAlone));
    const longBaggage = { a: { value: "x".repeat(8000) } };
    expect(inTrace(() => notify.inject({ id: 1 }), longBaggage)).toBe(
      `{"id":1,"otel":{"traceparent":"${traceparent}"}}`,
    );
  });
});

describe("a sidecar", () => {
  it("lies beside its file, hidden from readers of data, and is read from there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sightglass-sidecar-"));
    try {
      const [file, broken, foreign] = ["part-0.parquet", "b", "c"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      await inTrace(() => sidecar.inject(file));
      expect(readdirSync(folder)).toEqual(["_part-0.parquet.trace.json"]);
      expect(traceOf(await sidecar.extract(file))).toBe(traceId);
      writeFileSync(sidecar.path(broken), "{".repeat(20_000));
      mkdirSync(sidecar.path(foreign));
      for (const other of [broken, foreign, join(folder, "none"), "\0"])
        expect(await sidecar.extract(other)).toBe(ROOT_CONTEXT);
      expect(await sidecar.links([file, broken, file], () => 10)).toMatchObject([
        { context: { traceId, spanId }, attributes: { "pipeline.records.read": 10 } },
      ]);
      // Writers of one name at one time are not in each other's way.
      await inTrace(() => Promise.all(Array.from({ length: 8 }, () => sidecar.inject(file))));
      await inTrace(() => sidecar.inject(join(folder, "no", "such", "folder")));
      await sidecar.inject(join(folder, "without-a-trace"));
      expect(readdirSync(folder)).not.toContain("_without-a-trace.trace.json");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
