import { Hono } from "hono";
import { readRunLogs } from "../../query/logs.ts";
import { readRun } from "../../query/runs-detail.ts";
import { listRuns } from "../../query/runs.ts";
import type { Store } from "../../store/store.ts";
import type { RunStatus } from "../contract.ts";
import { Parameters } from "../parameters.ts";
import { severityOf } from "../severity.ts";

const statuses: readonly RunStatus[] = ["running", "succeeded", "failed", "skipped", "cancelled", "lost"];

/** `/api/runs`, `/api/runs/ID` and `/api/runs/ID/logs`. */
export function runsRoutes({ store }: { store: Store }): Hono {
  return new Hono()
    .get("/api/runs", async (context) => {
      const given = new Parameters(context.req.url);
      given.only("pipeline", "status", "partition", "start", "end", "limit", "cursor");
      return context.json(
        await listRuns(store, {
          pipeline: given.text("pipeline"),
          statuses: given.choices("status", statuses),
          partition: given.text("partition"),
          startMs: given.timeMs("start"),
          endMs: given.timeMs("end"),
          limit: given.limit(),
          cursor: given.text("cursor"),
        }),
      );
    })
    .get("/api/runs/:id", async (context) => {
      new Parameters(context.req.url).only();
      return context.json(await readRun(store, context.req.param("id")));
    })
    .get("/api/runs/:id/logs", async (context) => {
      const given = new Parameters(context.req.url);
      given.only("stage", "severity", "q", "limit", "cursor");
      return context.json(
        await readRunLogs(store, {
          runId: context.req.param("id"),
          stageId: given.text("stage"),
          severityMin: severityOf(given.text("severity")),
          text: given.text("q"),
          limit: given.limit(),
          cursor: given.text("cursor"),
        }),
      );
    });
}
