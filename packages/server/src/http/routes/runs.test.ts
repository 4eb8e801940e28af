import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Folder } from "../../fold/folder.ts";
import { ShiftedClock } from "../../fold/testing/clock.ts";
import { epochMs } from "../../fold/testing/facts.ts";
import { openTestStore, type TestStore } from "../../fold/testing/store.ts";
import { createRunQueries } from "../../query/runs-queries.ts";
import { createApp } from "../app.ts";
import type {
  ErrorResponse,
  LogsResponse,
  PipelineGridResponse,
  PipelineResponse,
  RunResponse,
  RunsResponse,
} from "../contract.ts";
import { pipelinesRoutes } from "./pipelines.ts";
import { runsRoutes } from "./runs.ts";

let test: TestStore;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  test = await openTestStore();
  const attributes = {
    "pipeline.name": "flights / daily",
    "pipeline.run.id": "scheduled__2026-11-20T03:00:00+00:00/1",
  };
  await test.send([
    { span: "run", start: 0, end: 2, attributes },
    {
      span: "load",
      parent: "run",
      start: 1,
      end: 2,
      attributes: {
        ...attributes,
        "pipeline.stage": "load",
        "pipeline.records.read": 5,
        "pipeline.records.written": 5,
      },
    },
  ]);
  const folder = new Folder({ store: test.store, clock: new ShiftedClock() });
  await folder.start();
  await folder.foldNow();
  await folder.stop();
  const clock = { nowMs: () => epochMs + 60_000, monotonicMs: () => 0, after: () => () => {} };
  const runs = createRunQueries({ store: test.store });
  app = createApp({ routes: [runsRoutes({ runs }), pipelinesRoutes({ runs, clock })] });
});
afterAll(() => test.close());

async function get<Body>(path: string, expected = 200): Promise<Body> {
  const answer = await app.request(path);
  expect(answer.status).toBe(expected);
  return (await answer.json()) as Body;
}

describe("the routes of runs", () => {
  it("answers the list as the design has it", async () => {
    const body = await get<RunsResponse>(
      `/api/runs?pipeline=${encodeURIComponent("flights / daily")}&status=succeeded,failed&limit=5`,
    );
    expect(body.next).toBeNull();
    expect(body.runs).toMatchObject([
      {
        id: "scheduled__2026-11-20T03:00:00+00:00/1",
        pipeline: "flights / daily",
        status: "succeeded",
        startedAt: "2026-11-20T03:00:00.000Z",
        endedAt: "2026-11-20T03:00:02.000Z",
        durationMs: 2000,
        recordsRead: 5,
        recordsWritten: 5,
        recordsFailed: null,
        partition: null,
      },
    ]);
  });

  it("takes ids and names with any character in them", async () => {
    const id = encodeURIComponent("scheduled__2026-11-20T03:00:00+00:00/1");
    const body = await get<RunResponse>(`/api/runs/${id}`);
    expect(body.stages).toMatchObject([{ name: "load", recordsUnexplained: 0 }]);
    expect((await get<LogsResponse>(`/api/runs/${id}/logs?severity=warn`)).logs).toEqual([]);
    const pipeline = await get<PipelineResponse>(`/api/pipelines/${encodeURIComponent("flights / daily")}?window=24h`);
    expect(pipeline).toMatchObject({ windowMs: 86_400_000, pipeline: { runCount: 1 }, stages: [{ name: "load" }] });
    const grid = await get<PipelineGridResponse>(
      `/api/pipelines/${encodeURIComponent("flights / daily")}/grid?limit=5`,
    );
    expect(grid).toMatchObject({
      runs: [{ id: "scheduled__2026-11-20T03:00:00+00:00/1" }],
      stages: [{ name: "load", depth: 0 }],
      cells: [[{ status: "succeeded", attempts: 1, recordsUnexplained: 0 }]],
    });
  });

  it.each([
    ["/api/runs?status=ok", 400, /status.*"ok".*one of running, succeeded/],
    ["/api/runs?rows=lost", 400, /rows.*"lost".*one of unexplained, failed/],
    ["/api/runs?rows=failed&rows=unexplained", 400, /rows.*one value/],
    ["/api/runs?limit=0", 400, /limit.*from 1 to 1000/],
    ["/api/runs?start=tomorrow", 400, /start.*"tomorrow"/],
    ["/api/runs?piplene=x", 400, /unknown parameter "piplene"/],
    ["/api/runs?cursor=x", 400, /cursor/],
    ["/api/runs/nope", 404, /nope/],
    ["/api/runs/nope/logs", 404, /nope/],
    ["/api/runs/nope/logs?severity=loud", 400, /severity.*"loud"/],
    ["/api/pipelines?window=7", 400, /window.*"7"/],
    ["/api/pipelines?window=9999d", 400, /window.*out of bounds/],
    ["/api/pipelines/nope", 404, /nope/],
  ])("refuses %s", async (path, status, message) => {
    const { error } = await get<ErrorResponse>(path, status);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });
});
