import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Folder } from "../fold/folder.ts";
import { ShiftedClock } from "../fold/testing/clock.ts";
import { epochMs, hexId, type ShortFact } from "../fold/testing/facts.ts";
import { openTestStore, type TestStore } from "../fold/testing/store.ts";
import { readRunLogs } from "./logs.ts";
import { listPipelines, readPipeline } from "./pipelines.ts";
import { readRun } from "./runs-detail.ts";
import { listRuns } from "./runs.ts";

let test: TestStore;
const iso = (seconds: number) => new Date(epochMs + seconds * 1000).toISOString();
const dayS = 86_400;

/** Five daily runs of one pipeline: the third loses rows, the fourth fails. */
function history(): ShortFact[] {
  return [0, 1, 2, 3, 4].flatMap((day): ShortFact[] => {
    const trace = `h${day}`;
    const at = (day - 5) * dayS;
    const isFailed = day === 3;
    const common = { trace, scope: "@sightglass/sdk" };
    const base = { "pipeline.name": "flights", "pipeline.run.id": `flights-${day}` };
    return [
      {
        ...common,
        span: `${trace}run`,
        start: at,
        end: at + 10,
        ...(isFailed ? { status: "error" as const, exception: { type: "TimeoutError", message: "no answer" } } : {}),
        attributes: { ...base, "pipeline.partition.key": `2026-11-${14 + day}`, "pipeline.attempt": 1 },
      },
      {
        ...common,
        span: `${trace}ext`,
        parent: `${trace}run`,
        start: at + 1,
        end: at + 4,
        attributes: {
          ...base,
          "pipeline.stage": "extract",
          "pipeline.source.system": "parquet",
          "pipeline.source.table": "flights",
          "pipeline.records.read": 100,
          "pipeline.records.written": 100,
          custom: true,
        },
      },
      {
        ...common,
        span: `${trace}val`,
        parent: `${trace}run`,
        start: at + 5,
        end: at + 6,
        ...(isFailed ? { status: "error" as const, exception: { type: "TimeoutError", message: "no answer" } } : {}),
        attributes: {
          ...base,
          "pipeline.stage": "validate",
          "pipeline.records.read": 100,
          "pipeline.records.written": day === 2 ? 90 : 97,
          "pipeline.records.failed": 3,
        },
        events: [
          ...[1, 2].map((at2) => ({
            name: "pipeline.record.failed",
            at: at + 5 + at2 / 10,
            attributes: { "pipeline.failure.reason": "no date", "pipeline.record.hash": `h${at2}` },
          })),
          {
            name: "pipeline.record.failed",
            at: at + 5.5,
            attributes: { "pipeline.failure.reason": "bad tail number", "pipeline.failure.count": 7 },
          },
        ],
      },
      { ...common, span: `${trace}sql`, parent: `${trace}val`, start: at + 5.1, end: at + 5.5 },
    ];
  });
}

const log = (trace: string, span: string, at: number, body: string, severityNumber = 9) => ({
  timeUnixNano: `${BigInt(epochMs + at * 1000) * 1000000n}`,
  severityNumber,
  severityText: severityNumber >= 17 ? "ERROR" : "INFO",
  body: { stringValue: body },
  traceId: hexId(trace, 32),
  spanId: hexId(span, 16),
  attributes: [{ key: "row", value: { intValue: "9007199254740993" } }],
});

beforeAll(async () => {
  test = await openTestStore();
  await test.send(history());
  const at = -1 * dayS;
  await test.sendLogs([
    log("h4", "h4run", at + 0.5, "begin"),
    log("h4", "h4val", at + 5, "checking"),
    log("h4", "h4sql", at + 5.2, "SELECT 1"),
    log("h4", "h4val", at + 5.4, "Row refused", 17),
    log("h4", "h4val", at + 5.4, "another at the same time", 13),
    log("other", "h4val", at + 5.4, "another trace"),
  ]);
  await test.send([
    {
      trace: "b0",
      span: "b0run",
      start: 0,
      end: 5,
      attributes: { "pipeline.name": "birds", "pipeline.run.id": "birds-0" },
    },
    // The same run at work in another process, which began a trace of its own.
    {
      trace: "b1",
      span: "b1load",
      start: 2,
      end: 4,
      attributes: { "pipeline.name": "birds", "pipeline.run.id": "birds-0", "pipeline.stage": "load" },
    },
  ]);
  const folder = new Folder({ store: test.store, clock: new ShiftedClock() });
  await folder.start();
  await folder.foldNow();
  await folder.stop();
});
afterAll(() => test.close());

describe("the list of runs", () => {
  it("is newest first and pages through each run once", async () => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRuns(test.store, { limit: 2, cursor });
      expect(page.runs.length).toBeLessThanOrEqual(2);
      ids.push(...page.runs.map(({ id }) => id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(ids).toEqual(["birds-0", "flights-4", "flights-3", "flights-2", "flights-1", "flights-0"]);
  });

  it.each([
    [{ pipeline: "birds" }, ["birds-0"]],
    [{ statuses: ["failed", "lost"] as const }, ["flights-3"]],
    [{ partition: "2026-11-15" }, ["flights-1"]],
    [{ rows: "unexplained" as const }, ["flights-2"]],
    [{ rows: "failed" as const }, ["flights-4", "flights-3", "flights-2", "flights-1", "flights-0"]],
    [{ startMs: epochMs - 3 * dayS * 1000, endMs: epochMs - dayS * 1000 }, ["flights-3", "flights-2"]],
    [{ pipeline: "none" }, []],
  ])("filters by %j", async (filter, expected) => {
    const { runs, next } = await listRuns(test.store, { limit: 10, ...filter });
    expect(runs.map(({ id }) => id)).toEqual(expected);
    expect(next).toBeNull();
  });

  it("refuses a cursor that is none", async () => {
    for (const cursor of ["x", "bnVsbA", Buffer.from('["1; DROP","a"]').toString("base64url")])
      await expect(listRuns(test.store, { limit: 2, cursor })).rejects.toThrowError(/cursor/);
  });
});

describe("one run", () => {
  it("has everything that the run page shows", async () => {
    const run = await readRun(test.store, "flights-2");
    expect(run).toMatchObject({
      id: "flights-2",
      pipeline: "flights",
      status: "succeeded",
      origin: "sdk",
      startedAt: iso(-3 * dayS),
      endedAt: iso(-3 * dayS + 10),
      durationMs: 10_000,
      waitMs: 6000,
      partition: "2026-11-16",
      isBackfill: false,
      stageCount: 2,
      recordsRead: 100,
      recordsWritten: 90,
      recordsFailed: 3,
      recordsFiltered: null,
      recordsUnexplained: 7,
      error: null,
      traceIds: [hexId("h2", 32)],
      lastGoodRunId: "flights-1",
      previousRunId: "flights-1",
      nextRunId: "flights-3",
    });
    expect(run.resource).toEqual([{ key: "service.name", value: { stringValue: "flights" } }]);
    expect(run.attributes).toContainEqual({ key: "pipeline.attempt", value: { intValue: "1" } });
    expect(run.stages).toMatchObject([
      {
        id: hexId("h2ext", 16),
        name: "extract",
        parentId: null,
        status: "succeeded",
        durationMs: 3000,
        waitMs: 1000,
        source: { system: "parquet", table: "flights" },
        sink: null,
        recordsUnexplained: 0,
        attributes: [{ key: "custom", value: { boolValue: true } }],
      },
      { name: "validate", waitMs: 1000, recordsUnexplained: 7 },
    ]);
    expect(run.handoffs).toEqual([
      { fromStageId: hexId("h2ext", 16), toStageId: hexId("h2val", 16), written: 100, read: 100, unexplained: 0 },
    ]);
  });

  it("groups failed records by reason, with the newest as samples", async () => {
    const { failedRecords } = await readRun(test.store, "flights-2");
    expect(failedRecords).toMatchObject([
      { stage: "validate", stageId: hexId("h2val", 16), reason: "bad tail number", count: 7 },
      { stage: "validate", reason: "no date", count: 2 },
    ]);
    expect(failedRecords[1]?.samples).toEqual([
      {
        at: iso(-3 * dayS + 5.2),
        attributes: [
          { key: "pipeline.failure.reason", value: { stringValue: "no date" } },
          { key: "pipeline.record.hash", value: { stringValue: "h2" } },
        ],
      },
      expect.objectContaining({ at: iso(-3 * dayS + 5.1) }),
    ]);
  });

  it("says why it failed, and skips runs that lost rows when it names the last good one", async () => {
    const run = await readRun(test.store, "flights-3");
    expect(run.error).toEqual({ type: "TimeoutError", message: "no answer" });
    expect(run.stagesFailed).toBe(1);
    expect(run.lastGoodRunId).toBe("flights-1");
  });

  it("is found by its trace id too", async () => {
    expect((await readRun(test.store, hexId("h1", 32))).id).toBe("flights-1");
    expect((await readRun(test.store, hexId("b0", 32))).id).toBe("birds-0");
    expect((await readRun(test.store, hexId("b1", 32))).id).toBe("birds-0");
  });

  it("is refused with a hint when nobody knows it", async () => {
    await expect(readRun(test.store, "nope")).rejects.toMatchObject({
      code: "not_found",
      hint: expect.stringContaining("/api/runs"),
    });
  });
});

describe("logs of a run", () => {
  const read = (more: object = {}) => readRunLogs(test.store, { runId: "flights-4", limit: 50, ...more });
  const bodies = async (more: object = {}) => (await read(more)).logs.map(({ body }) => body);

  it("are those of its traces, oldest first", async () => {
    const all = await bodies();
    expect(all.slice(0, 3)).toEqual(["begin", "checking", "SELECT 1"]);
    expect(all.slice(3).sort()).toEqual(["Row refused", "another at the same time"]);
    expect((await read()).logs[0]).toEqual({
      time: iso(-dayS + 0.5),
      severityNumber: 9,
      severityText: "INFO",
      body: "begin",
      service: "flights",
      traceId: hexId("h4", 32),
      spanId: hexId("h4run", 16),
      attributes: [{ key: "row", value: { intValue: "9007199254740993" } }],
    });
  });

  it("can be narrowed to a stage with the spans inside it, a severity, a text", async () => {
    expect(await bodies({ stageId: hexId("h4val", 16) })).toHaveLength(4);
    expect(await bodies({ stageId: hexId("h4ext", 16) })).toEqual([]);
    expect(await bodies({ severityMin: 17 })).toEqual(["Row refused"]);
    expect(await bodies({ text: "row REFUSED" })).toEqual(["Row refused"]);
    await expect(read({ stageId: "0000000000000000" })).rejects.toMatchObject({ code: "not_found" });
  });

  it("page through records of the same time once each", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await read({ limit: 1, cursor });
      seen.push(...page.logs.map(({ body }) => body));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(await bodies());
  });
});

describe("pipelines", () => {
  const nowMs = epochMs + 60_000;

  it("are listed with a strip, rates, quantiles and rows of the window", async () => {
    const { pipelines, windowMs } = await listPipelines(test.store, { nowMs, windowMs: 7 * dayS * 1000 });
    expect(windowMs).toBe(7 * dayS * 1000);
    expect(pipelines.map(({ name }) => name)).toEqual(["birds", "flights"]);
    const [, flights] = pipelines;
    expect(flights).toMatchObject({
      origin: "sdk",
      services: ["flights"],
      runCount: 5,
      succeeded: 4,
      failed: 1,
      running: 0,
      lost: 0,
      successRate: 0.8,
      durationP50Ms: 10_000,
      recordsRead: 500,
      recordsUnexplained: 7,
      lastRunAt: iso(-dayS),
      lastSuccessAt: iso(-dayS + 10),
    });
    expect(flights?.latestRuns.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map((day) => `flights-${day}`));
  });

  it("count only the window, and still list what ran before", async () => {
    const { pipelines } = await listPipelines(test.store, { nowMs, windowMs: 1.5 * dayS * 1000 });
    expect(pipelines[1]).toMatchObject({ name: "flights", runCount: 1, failed: 0, recordsRead: 100 });
    const { pipelines: none } = await listPipelines(test.store, { nowMs, windowMs: 1000 });
    expect(none[1]).toMatchObject({ runCount: 0, successRate: null, durationP50Ms: null, recordsRead: null });
  });

  it("say of each stage how it did, in the order of a run", async () => {
    const { stages } = await readPipeline(test.store, { name: "flights", nowMs, windowMs: 7 * dayS * 1000 });
    expect(stages).toEqual([
      {
        name: "extract",
        runCount: 5,
        failed: 0,
        durationP50Ms: 3000,
        durationP95Ms: 3000,
        recordsReadAverage: 100,
        recordsWrittenAverage: 100,
        recordsUnexplained: 0,
      },
      expect.objectContaining({ name: "validate", failed: 1, recordsWrittenAverage: 95.25, recordsUnexplained: 7 }),
    ]);
    await expect(readPipeline(test.store, { name: "x", nowMs, windowMs: 1 })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
