import { pipeline } from "@sightglass/sdk";
import { check } from "@sightglass/sdk/checks";
import { strikesExpected } from "../expectations.ts";
import { sources, type Strike } from "../sources.ts";
import type { Warehouse } from "../warehouse.ts";

/** Bird strikes of one calendar month, over all years of the file. */
export function runBirdStrikes(warehouse: Warehouse, month: number): Promise<void> {
  const partition = `month-${String(month).padStart(2, "0")}`;
  return pipeline("bird_strikes", { partition, backfill: false }, async (run) => {
    const strikes = await run.stage("extract", { source: { system: "csv", table: "birdstrikes" } }, async (stage) => {
      const rows = await warehouse.query<Strike>(
        `SELECT toString(toStartOfMonth("Flight Date")) AS month, toString("Flight Date") AS struck_on, "Airport Name" AS airport,
                ifNull("Wildlife Species", '') AS species, ifNull("Phase of flight", '') AS phase,
                ifNull("Effect Amount of damage", '') AS damage, toUInt32(ifNull("Cost Total $", 0)) AS cost_dollars
         FROM ${sources.birdStrikes} WHERE toMonth("Flight Date") = {month:UInt8}`,
        { month },
      );
      stage.read(rows.length);
      stage.written(rows.length);
      await check(rows, { table: "bird_strikes", ...strikesExpected });
      return rows;
    });

    const known = await run.stage("clean", (stage) => {
      stage.read(strikes.length);
      const rows = strikes.filter((strike) => {
        if (strike.species.startsWith("Unknown")) return (stage.filtered(1), false);
        if (strike.phase === "") return (stage.failed(1, "phase of flight is missing"), false);
        return true;
      });
      stage.written(rows.length);
      return rows;
    });

    await run.stage("load", { sink: { system: "clickhouse", table: "bird_strikes" } }, async (stage) => {
      stage.read(known.length);
      await warehouse.execute("ALTER TABLE bird_strikes DELETE WHERE toMonth(month) = {month:UInt8}", { month });
      await warehouse.insert("bird_strikes", known);
      stage.written(known.length);
    });
  });
}
