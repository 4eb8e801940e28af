import { Hono } from "hono";
import type { RunQueries } from "../../query/runs-queries.ts";
import { runsWithRows } from "../../query/runs.ts";
import type { RunStatus } from "../contract.ts";
import { Parameters } from "../parameters.ts";
import { severityOf } from "../severity.ts";

const statuses: readonly RunStatus[] = ["running", "succeeded", "failed", "skipped", "cancelled", "lost"];

/** `/api/runs`, `/api/runs/ID` and `/api/runs/ID/logs`. */
export function runsRoutes({ runs }: { runs: RunQueries }): Hono {
  return new Hono()
    .get("/api/runs", async (context) => {
      const given = new Parameters(context.req.url);
      given.only("pipeline", "status", "partition", "rows", "start", "end", "limit", "cursor");
      return context.json(
        await runs.list({
          pipeline: given.text("pipeline"),
          statuses: given.choices("status", statuses),
          partition: given.text("partition"),
          rows: given.choice("rows", runsWithRows),
          ...given.timeRange(),
          limit: given.limit(),
          cursor: given.text("cursor"),
        }),
      );
    })
    .get("/api/runs/:id", async (context) => {
      new Parameters(context.req.url).only();
      return context.json(await runs.read(context.req.param("id")));
    })
    .get("/api/runs/:id/logs", async (context) => {
      const given = new Parameters(context.req.url);
      given.only("stage", "severity", "q", "limit", "cursor");
      return context.json(
        await runs.logs({
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
