import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";

/** A million real flights as lines of JSON, and a stage that does with each what such stages do. */

export const flightLines = (folder) => join(folder, "flights.ndjson");

/** Writes the file. It takes some 100 MB. */
export async function writeFlightLines(folder) {
  const { openWarehouse } = await import("../../demo/dist/warehouse.js");
  const { sources } = await import("../../demo/dist/sources.js");
  const warehouse = await openWarehouse(join(folder, "warehouse"));
  await warehouse.execute(
    `INSERT INTO FUNCTION file('${flightLines(folder)}', 'JSONEachRow')
     SELECT formatDateTime(date, '%F %T') AS departed_at, origin, destination, distance, delay
     FROM ${sources.flights} LIMIT 1000000`,
  );
  warehouse.close();
}

/**
 * Reads, parses, checks, transforms and writes each line; each is counted when it is read and when it is written or left out. What
 * is written goes nowhere, so that no disk hides the cost of counting.
 */
export async function transformLines(counts, path) {
  const out = createWriteStream(devNull);
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 2 ** 18 })) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    let text = "";
    for (const line of lines) {
      counts.read(1);
      const flight = JSON.parse(line);
      if (flight.distance < 40) {
        counts.filtered(1);
        continue;
      }
      if (flight.delay < -120) {
        counts.failed(1, "departed implausibly early");
        continue;
      }
      const { departed_at: departedAt, origin, destination, distance, delay } = flight;
      const hour = Number(departedAt.slice(11, 13));
      const loaded = { departedAt, hour, route: `${origin}-${destination}`, distance, delay, isLate: delay > 15 };
      text += `${JSON.stringify(loaded)}\n`;
      counts.written(1);
    }
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}
