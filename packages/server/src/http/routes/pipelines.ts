import { Hono } from "hono";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import type { RunQueries } from "../../query/runs-queries.ts";
import { Parameters } from "../parameters.ts";

const dayMs = 24 * 60 * 60 * 1000;
const windowDefaultMs = 7 * dayMs;
const windowMaxMs = 366 * dayMs;

/** Runs of a grid, when not told: as many columns as a screen shows. */
const gridRunsDefault = 40;
const gridRunsMax = 200;

/** `/api/pipelines`, `/api/pipelines/NAME` and `/api/pipelines/NAME/grid`. */
export function pipelinesRoutes({ runs, clock }: { runs: RunQueries; clock: Clock }): Hono {
  return new Hono()
    .get("/api/pipelines", async (context) => {
      const windowMs = windowOf(new Parameters(context.req.url).only("window"));
      return context.json(await runs.pipelines({ nowMs: clock.nowMs(), windowMs }));
    })
    .get("/api/pipelines/:name", async (context) => {
      const windowMs = windowOf(new Parameters(context.req.url).only("window"));
      const name = context.req.param("name");
      return context.json(await runs.pipeline({ name, nowMs: clock.nowMs(), windowMs }));
    })
    .get("/api/pipelines/:name/grid", async (context) => {
      const given = new Parameters(context.req.url).only("limit");
      const limit = given.integer("limit", { least: 1, most: gridRunsMax }) ?? gridRunsDefault;
      return context.json(await runs.grid({ name: context.req.param("name"), limit }));
    });
}

function windowOf(given: Parameters): number {
  const windowMs = given.durationMs("window") ?? windowDefaultMs;
  if (windowMs >= 1 && windowMs <= windowMaxMs) return Math.round(windowMs);
  throw new SightglassError("invalid_argument", `parameter window: "${given.text("window")}" is out of bounds`, {
    hint: "send a duration from 1ms to 366d, such as 24h or 7d",
  });
}
