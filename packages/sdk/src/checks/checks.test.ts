import Ajv from "ajv";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { pipeline } from "../pipeline.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Memory } from "../testing/memory.ts";
import { Meters } from "../testing/meters.ts";
import { check, DataQualityError, type DatasetExpectation, expectations, type QualityReport } from "./index.ts";

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => memory.remove());

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

function checked(expected: DatasetExpectation<Order>, rows = orders, clock = new ManualClock()): QualityReport {
  const quality = expectations("orders", expected, clock);
  for (const row of rows) quality.add(row);
  return quality.finish();
}
const verdicts = (report: QualityReport) =>
  report.checks.map(({ kind, subject, value, passed }) => [kind, subject, value, passed]);

const ajv = new Ajv();
const distribution = (statistic: string, value: number, passed: boolean) => [
  "distribution",
  `amount ${statistic}`,
  value,
  passed,
];

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
    [{ schema: { schema: z.object({ amount: z.number() }), valid: 0.7 } }, ["validity", "schema", 0.75, true]],
    [{ schema: ajv.compile({ properties: { id: { maximum: 2 } } }) }, ["validity", "schema", 0.5, false]],
    [{ schema: { properties: { id: { maximum: 2 } } } }, ["validity", "schema", 0.5, false]],
    [{ schema: { schema: { required: ["at"] }, valid: 0, severity: "warn" } }, ["validity", "schema", 0, true]],
    [{ unique: { columns: "id", severity: "warn" } }, ["uniqueness", "id", 0.75, false]],
    [{ columns: { amount: { distribution: { max: { min: 15, max: 25 } } } } }, distribution("max", 20, true)],
    [{ columns: { amount: { distribution: { missing: { max: 0.2 } } } } }, distribution("missing", 0.25, false)],
    [{ columns: { amount: { distribution: { distinct: { min: 3 } } } } }, distribution("distinct", 3, true)],
    [{ columns: { status: { distribution: { mean: { min: 0 } } } } }, ["distribution", "status mean", NaN, false]],
  ] as [DatasetExpectation<Order>, unknown[]][])("%j", (expected, verdict) => {
    expect(verdicts(checked(expected))).toEqual([verdict]);
  });

  it.each([
    ["a date", (ms: number) => new Date(ms)],
    ["ISO 8601", (ms: number) => new Date(ms).toISOString()],
    ["milliseconds", (ms: number) => ms],
  ])("freshness by %s", (_name, form) => {
    const clock = new ManualClock();
    const row = (ageMs: number) => ({ id: 1, amount: 1, status: "x", at: form(clock.nowMs() - ageMs) });
    const freshness = { column: "at" as const, ageMaxMs: 60_000 };
    expect(verdicts(checked({ freshness }, [row(90_000), row(30_000)], clock))).toEqual([
      ["freshness", "at", 30, true],
    ]);
    expect(verdicts(checked({ freshness }, [row(90_000)], clock))).toEqual([["freshness", "at", 90, false]]);
    expect(verdicts(checked({ freshness }, [], clock))).toEqual([["freshness", "at", Infinity, false]]);
  });

  it("that throw, or answer with a promise, are not met, and stop nothing", () => {
    const fail = () => {
      throw new Error("broken");
    };
    const later = z.object({ id: z.number().refine(() => Promise.resolve(true)) });
    for (const schema of [{ safeParse: fail }, fail, { "~standard": later["~standard"] }])
      expect(verdicts(checked({ rules: { broken: fail }, schema }))).toEqual([
        ["validity", "broken", 0, false],
        ["validity", "schema", 0, false],
      ]);
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const rows = [{ ...orders[0], status: cyclic as unknown as string }, null] as Order[];
    expect(checked({ rows: { min: 2 }, unique: "status", columns: { status: {} } }, rows).rows).toBe(2);
  });

  it.each<[string, unknown[], boolean]>([
    ["objects that hold large integers", [{ n: 1n }, { n: 2n }], true],
    ["objects that hold the same one", [{ n: 1n }, { n: 1n }], false],
    ["maps", [new Map([["a", 1]]), new Map([["a", 2]])], true],
    ["sets", [new Set([1]), new Set([1])], false],
    ["what writes itself as nothing", [{ toJSON: () => undefined }, 1], true],
    ["bytes", [Buffer.from("a"), Buffer.from("b")], true],
  ])("tell keys apart: %s", (_name, keys, passed) => {
    const rows = keys.map((status) => ({ ...orders[0], status })) as Order[];
    expect(checked({ unique: "status" }, rows).passed).toBe(passed);
  });

  it("tell keys of several columns apart, whatever is in them", () => {
    const rows = [
      { id: 1, status: "a\u001F", amount: "b" },
      { id: 1, status: "a", amount: "\u001Fb" },
      { id: 1, status: "1:a", amount: "b" },
      { id: 1, status: null, amount: "b" },
      { id: 1, status: "null", amount: "b" },
      { id: 1, status: "", amount: "b" },
    ] as unknown as Order[];
    expect(checked({ unique: ["status", "amount"] }, rows).passed).toBe(true);
    expect(checked({ unique: ["status", "amount"] }, [...rows, ...rows.slice(3, 4)]).passed).toBe(false);
  });

  it("count a value that cannot be read, and a date that is none, as missing", () => {
    const broken = {
      id: 1,
      get amount(): number {
        throw new Error("no");
      },
      status: "x",
      at: new Date(Number.NaN),
    };
    const report = checked({ columns: { amount: { complete: true, min: 0 }, at: { complete: true } } }, [
      broken,
      { id: 2, amount: 1, status: "x", at: new Date(0) },
    ]);
    expect(verdicts(report)).toEqual([
      ["completeness", "amount", 0.5, false],
      ["validity", "amount", 1, true],
      ["completeness", "at", 0.5, false],
    ]);
  });

  it("know a date among those that are allowed", () => {
    const rows = [
      { ...orders[0], at: new Date(5) },
      { ...orders[0], at: new Date(6) },
    ] as Order[];
    expect(verdicts(checked({ columns: { at: { oneOf: [new Date(5)] } } }, rows))).toEqual([
      ["validity", "at", 0.5, false],
    ]);
  });

  it("of what cannot be looked at are not met", () => {
    const rows = [null, undefined, orders[0]] as Order[];
    const expected = { columns: { amount: { complete: true } }, rules: { any: () => true }, schema: z.object({}) };
    expect(verdicts(checked(expected, rows))).toEqual([
      ["completeness", "amount", 1 / 3, false],
      ["validity", "any", 1, true],
      ["validity", "schema", 1 / 3, false],
    ]);
  });

  it("may come from a configuration file", () => {
    const expected = {
      rows: null,
      unique: null,
      freshness: null,
      columns: { status: { pattern: "^(paid|open)$" }, amount: { pattern: "(" } },
      rules: null,
      schema: null,
    };
    expect(verdicts(checked(expected as unknown as DatasetExpectation<Order>))).toEqual([
      ["validity", "status", 0.75, false],
      ["validity", "amount", 0, false],
    ]);
  });

  it("warn or fail", () => {
    const failing = { columns: { amount: { complete: true } } } as const;
    expect(checked(failing).passed).toBe(false);
    expect(checked({ ...failing, severity: "warn" }).passed).toBe(true);
    expect(checked({ columns: { amount: { complete: true, severity: "warn" } } }).passed).toBe(true);
  });

  it("describe the columns they name", () => {
    const { columns } = checked({ columns: { amount: {}, status: {} } });
    expect(columns["amount"]).toMatchObject({ rows: 4, missing: 1, numbers: { min: -5, max: 20 } });
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

it("check looks at rows of any source at once", async () => {
  async function* source() {
    yield* orders;
  }
  for (const rows of [orders, new Set(orders), source()]) {
    const report = await check<Order>(rows, { table: "orders", unique: "id", rows: { min: 1 } });
    expect(report).toMatchObject({ table: "orders", rows: 4, passed: false, score: 0.5 });
  }
  const stopping = check(orders, { table: "orders", unique: "id", onFailed: "stop" });
  await expect(stopping).rejects.toBeInstanceOf(DataQualityError);
});

it("the score is the share that passed, warnings at half the weight", () => {
  const failing = { complete: true } as const;
  expect(checked({ rows: { min: 1 } }).score).toBe(1);
  expect(checked({}).score).toBe(1);
  expect(checked({ rows: { min: 1 }, columns: { amount: failing } }).score).toBe(0.5);
  expect(checked({ rows: { min: 1 }, columns: { amount: { ...failing, severity: "warn" } } }).score).toBeCloseTo(2 / 3);
});

describe("in a stage", () => {
  it("are events and attributes of its span, the failed ones first, without any content", async () => {
    await pipeline("p", (run) =>
      run.stage("validate", () => {
        checked({ partition: "d1", rows: { min: 1 }, columns: { status: { oneOf: ["paid"] } } });
      }),
    );
    const span = memory.span("validate");
    expect(span.attributes).toMatchObject({
      "dq.tables": ["orders"],
      "dq.checks.passed": 1,
      "dq.checks.failed": 1,
      "dq.checks.warned": 0,
      "dq.score": 0.5,
    });
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
      {
        "dq.table": "orders",
        "dq.partition": "d1",
        "dq.column": "status",
        "dq.column.rows": 4,
        "dq.column.missing": 0,
        "dq.column.distinct": 3,
      },
    ]);
  });

  it("add up where several tables are checked, and never crowd out a failed one", async () => {
    const columns = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`c${i}`, { complete: true }]));
    const good = Object.fromEntries(Object.keys(columns).map((name) => [name, 1]));
    await pipeline("p", (run) =>
      run.stage("validate", async (stage) => {
        for (let reason = 0; reason < 8; reason++) stage.failed(10, `reason ${reason}`);
        await check([good], { table: "a", columns });
        await check([{ ...good, c99: null }], {
          table: "b",
          columns: { ...columns, c99: { complete: true, severity: "warn" } },
        });
      }),
    );
    const { attributes, events, droppedEventsCount } = memory.span("validate");
    expect(attributes).toMatchObject({ "dq.tables": ["a", "b"], "dq.checks.passed": 199, "dq.checks.warned": 1 });
    expect(events.filter(({ attributes }) => attributes?.["dq.check.status"] === "warned")).toHaveLength(1);
    expect(droppedEventsCount).toBe(0);
  });

  it("send the most frequent values only when told to", async () => {
    await pipeline("p", (run) =>
      run.stage("validate", () => void checked({ columns: { status: {} }, sendTopValues: true })),
    );
    expect(memory.span("validate").events[0]?.attributes?.["dq.column.top"]).toEqual(["paid 2", "lost 1", "open 1"]);
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
  const meters = new Meters();
  const freshness = { column: "at" as const, ageMaxMs: 60_000 };
  const clock = new ManualClock();
  const at = new Date(clock.nowMs() - 30_000);
  checked(
    {
      partition: "d1",
      rows: { min: 1 },
      unique: "id",
      freshness,
      columns: { amount: { complete: true } },
      rules: { any: () => true },
    },
    orders.map((row) => ({ ...row, at })),
    clock,
  );
  const table = { "dq.table": "orders" };
  const partition = { ...table, "dq.partition": "d1" };
  for (const [name, labels, value] of [
    ["dq.row.count", partition, 4],
    ["dq.freshness.seconds", partition, 30],
    ["dq.completeness.ratio", { ...table, "dq.column": "amount" }, 0.75],
    ["dq.uniqueness.ratio", { ...table, "dq.column": "id" }, 0.75],
    ["dq.validity.ratio", { ...table, "dq.rule": "any" }, 1],
    ["data.quality.score", { table: "orders" }, 0.6],
  ] as const)
    expect(await meters.samples(name)).toEqual([{ labels, value }]);
  expect(await meters.samples("dq.checks")).toContainEqual({
    labels: { ...table, "dq.check.status": "failed" },
    value: 2,
  });
  expect(await meters.samples("dq.column.statistic")).toContainEqual({
    labels: { ...table, "dq.column": "amount", "dq.statistic": "missing" },
    value: 0.25,
  });
  meters.remove();
});
