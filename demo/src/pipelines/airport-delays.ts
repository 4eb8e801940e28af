import { pipeline } from "@sightglass/sdk";
import type { Warehouse } from "../warehouse.ts";

/** What the dashboards read: delays by airport and day, from the flights that the flights pipeline loaded. */
export function runAirportDelays(warehouse: Warehouse, day: string): Promise<void> {
  return pipeline("airport_delays", { partition: day, backfill: false }, async (run) => {
    await run.stage(
      "aggregate",
      {
        source: { system: "clickhouse", table: "flights" },
        sink: { system: "clickhouse", table: "airport_delays" },
        // An aggregation writes fewer rows than it reads, and none is lost by that.
        attributes: { "pipeline.rows.conserved": false },
      },
      async (stage) => {
        const [flights] = await warehouse.query<{ rows: number }>(
          "SELECT toUInt32(count()) AS rows FROM flights WHERE flight_day = {day:Date}",
          { day },
        );
        stage.read(flights?.rows ?? 0);
        if (!flights?.rows) throw new Error(`flights has no rows for ${day}: the upstream run did not load them`);
        await warehouse.execute(
          `INSERT INTO airport_delays
           SELECT flight_day, origin, count(), countIf(delay_minutes > 15), avg(delay_minutes)
           FROM flights WHERE flight_day = {day:Date} GROUP BY flight_day, origin`,
          { day },
        );
        const [delays] = await warehouse.query<{ rows: number }>(
          "SELECT toUInt32(count()) AS rows FROM airport_delays FINAL WHERE flight_day = {day:Date}",
          { day },
        );
        stage.written(delays?.rows ?? 0);
      },
    );
  });
}
