import { metrics } from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { pipeline } from "../pipeline.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Memory } from "../testing/memory.ts";
import { DataQualityError, type DatasetExpectation, expectations, type QualityReport } from "./index.ts";

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => {
  memory.remove();
  metrics.disable();
});

interface Order {
  id: number;
  amount: number | null;
  status: string;
  at?: Date | string | number;
}
const orders: Order[] = [
  { id: 1, amount: 10, status: "paid" },
  { id: 2, amount: -5, status: "paid" },
  { id: 3, amount: null, status: "lost" },
  { id: 3, amount: 20, status: "open" },
];

function check(expected: DatasetExpectation<Order>, rows = orders, clock = new ManualClock()): QualityReport {
  const quality = expectations("orders", expected, clock);
  for (const row of rows) quality.add(row);
  return quality.finish();
}
const verdicts = (report: QualityReport) =>
  report.checks.map((result) => [result.kind, result.subject, result.value, result.passed]);

describe("expectations", () => {
  it.each([
    [{ rows: { min: 4 } }, ["row_count", "orders", 4, true]],
    [{ rows: { min: 1, max: 3 } }, ["row_count", "orders", 4, false]],
    [{ columns: { amount: { complete: true } } }, ["completeness", "amount", 0.75, false]],
    [{ columns: { amount: { complete: 0.7 } } }, ["completeness", "amount", 0.75, true]],
    [{ columns: { amount: { min: 0 } } }, ["validity", "amount", 2 / 3, false]],
    [{ columns: { amount: { min: 0, valid: 0.5 } } }, ["validity", "amount", 2 / 3, true]],
    [{ columns: { status: { oneOf: ["paid", "open"] } } }, ["validity", "status", 0.75, false]],
    [{ columns: { status: { pattern: /^(paid|open|lost)$/g } } }, ["validity", "status", 1, true]],
    [{ unique: "id" }, ["uniqueness", "id", 0.75, false]],
    [{ unique: ["id", "status"] }, ["uniqueness", "id, status", 1, true]],
    [{ rules: { positive: (row: Order) => (row.amount ?? 1) > 0 } }, ["validity", "positive", 0.75, false]],
    [{ rules: { most: { test: (row: Order) => row.id < 3, atLeast: 0.5 } } }, ["validity", "most", 0.5, true]],
    [{ schema: z.object({ amount: z.number() }) }, ["validity", "schema", 0.75, false]],
  ] as [DatasetExpectation<Order>, unknown[]][])("%j", (expected, verdict) => {
    expect(verdicts(check(expected))).toEqual([verdict]);
  });

  it.each([
    ["a date", (ms: number) => new Date(ms)],
    ["ISO 8601", (ms: number) => new Date(ms).toISOString()],
    ["milliseconds", (ms: number) => ms],
  ])("freshness by %s", (_name, form) => {
    const clock = new ManualClock();
    const row = (ageMs: number) => ({ id: 1, amount: 1, status: "x", at: form(clock.nowMs() - ageMs) });
    const freshness = { column: "at" as const, ageMaxMs: 60_000 };
    expect(verdicts(check({ freshness }, [row(90_000), row(30_000)], clock))).toEqual([["freshness", "at", 30, true]]);
    expect(verdicts(check({ freshness }, [row(90_000)], clock))).toEqual([["freshness", "at", 90, false]]);
    expect(verdicts(check({ freshness }, [], clock))).toEqual([["freshness", "at", Infinity, false]]);
  });

  it("that throw are not met, and stop nothing", () => {
    const report = check({
      rules: {
        broken: () => {
          throw new Error("rule");
        },
      },
      schema: {
        safeParse: () => {
          throw new Error("schema");
        },
      },
    });
    expect(verdicts(report)).toEqual([
      ["validity", "broken", 0, false],
      ["validity", "schema", 0, false],
    ]);
  });

  it("warn or fail", () => {
    const failing = { columns: { amount: { complete: true } } } as const;
    expect(check(failing).passed).toBe(false);
    expect(check({ ...failing, severity: "warn" }).passed).toBe(true);
    expect(check({ columns: { amount: { complete: true, severity: "warn" } } }).passed).toBe(true);
  });

  it("describe the columns they name", () => {
    const { columns } = check({ columns: { amount: {}, status: {} } });
    expect(columns["amount"]).toMatchObject({ rows: 4, missing: 1, min: -5, max: 20 });
    expect(columns["status"]?.top[0]).toEqual(["paid", 2]);
  });

  it("look at rows as they pass", async () => {
    const quality = expectations<Order>("orders", { rows: { min: 4 } });
    expect([...quality.watch(orders)]).toEqual(orders);
    async function* source() {
      yield* orders;
    }
    const seen: Order[] = [];
    for await (const row of quality.watch(source())) seen.push(row);
    expect(seen).toEqual(orders);
    expect(quality.finish().rows).toBe(8);
  });
});

describe("in a stage", () => {
  it("are events and attributes of its span, the failed ones first, without any content", async () => {
    await pipeline("p", (run) =>
      run.stage("validate", () => {
        check({ partition: "d1", rows: { min: 1 }, columns: { status: { oneOf: ["paid"] } } });
      }),
    );
    const span = memory.span("validate");
    expect(span.attributes).toMatchObject({ "dq.table": "orders", "dq.checks.passed": 1, "dq.checks.failed": 1 });
    expect(span.events.map((event) => event.attributes)).toEqual([
      {
        "dq.table": "orders",
        "dq.partition": "d1",
        "dq.check.kind": "validity",
        "dq.check.subject": "status",
        "dq.check.status": "failed",
        "dq.check.severity": "error",
        "dq.check.value": 0.5,
        "dq.check.expected": "at least 100 % valid",
      },
      expect.objectContaining({ "dq.check.kind": "row_count", "dq.check.status": "passed" }),
    ]);
  });

  it("stop it when asked", async () => {
    const run = pipeline("p", (run) =>
      run.stage("validate", () => {
        const quality = expectations<Order>("orders", { unique: "id", rows: { min: 10, severity: "warn" } });
        for (const row of orders) quality.add(row);
        quality.assert();
      }),
    );
    await expect(run).rejects.toThrow(
      "orders: 1 of 2 checks failed: uniqueness of id is 0.75, expected no two rows alike",
    );
    await expect(run).rejects.toBeInstanceOf(DataQualityError);
    expect(memory.span("validate").status.code).toBe(2);
  });
});

it("are gauges where a meter provider is registered", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  metrics.setGlobalMeterProvider(provider);
  check({ partition: "d1", rows: { min: 1 }, columns: { amount: { complete: true } }, rules: { any: () => true } });
  await provider.forceFlush();
  const points = exporter
    .getMetrics()
    .flatMap((resource) => resource.scopeMetrics)
    .flatMap((scope) => scope.metrics)
    .flatMap((metric) => metric.dataPoints.map((point) => [metric.descriptor.name, point.value, point.attributes]));
  expect(points).toEqual([
    ["dq.row.count", 4, { "dq.table": "orders", "dq.partition": "d1" }],
    ["dq.completeness.ratio", 0.75, { "dq.table": "orders", "dq.column": "amount" }],
    ["dq.validity.ratio", 1, { "dq.table": "orders", "dq.rule": "any" }],
  ]);
  await provider.shutdown();
});
