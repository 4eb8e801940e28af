import { pipeline } from "@sightglass/sdk";
import { check } from "@sightglass/sdk/checks";
import { weatherExpected } from "../expectations.ts";
import { type Observation, sources } from "../sources.ts";
import type { Warehouse } from "../warehouse.ts";

/** The weather of one calendar day over the years of the file, for Seattle and New York. */
export function runWeather(warehouse: Warehouse, monthAndDay: string): Promise<void> {
  return pipeline("weather", { partition: monthAndDay, backfill: false }, async (run) => {
    const observations = await run.stage("extract", { source: { system: "csv", table: "weather" } }, async (stage) => {
      const rows = await warehouse.query<Observation>(
        `SELECT toString(date) AS day, location, precipitation AS rain_mm, temp_max AS high_celsius, temp_min AS low_celsius, weather AS kind
         FROM ${sources.weather} WHERE formatDateTime(date, '%m-%d') = {day:String}`,
        { day: monthAndDay },
      );
      stage.read(rows.length);
      stage.written(rows.length);
      await check(rows, { table: "weather", ...weatherExpected });
      return rows;
    });
    await run.stage("load", { sink: { system: "clickhouse", table: "weather" } }, async (stage) => {
      stage.read(observations.length);
      await warehouse.insert("weather", observations);
      stage.written(observations.length);
    });
  });
}
