import { once } from "node:events";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";
import { health } from "@sightglass/sdk/health";
import { counter } from "@sightglass/sdk/metrics";
import { Cron } from "croner";

/** Every night: yesterday's sales become totals by currency. Runs until it is told to stop. */

const telemetry = bootstrap({ service: "nightly-totals", metrics: { runtime: true } });
const folder = process.env.SALES_FOLDER ?? "sales";
const currencies = ["EUR", "USD", "other"] as const;
type Currency = (typeof currencies)[number];
const revenue = counter("revenue_processed_total", { labels: { currency: currencies } });

async function totals(day: string): Promise<void> {
  await pipeline("nightly-totals", { partition: day, logicalDate: day }, async (run) => {
    const path = join(folder, `${day}.csv`);
    const lines = await run.stage("extract", { source: { system: "csv", table: path } }, async (stage) => {
      const text = await readFile(path, "utf8");
      const lines = text.split("\n").slice(1).filter(Boolean);
      stage.bytes(Buffer.byteLength(text));
      stage.read(lines.length);
      stage.written(lines.length);
      return lines;
    });
    const sums = new Map<Currency, number>();
    // A sum writes fewer rows than it reads, and none is lost by that.
    const aggregate = { attributes: { "pipeline.rows.conserved": false } };
    await run.stage("aggregate", aggregate, (stage) => {
      stage.read(lines.length);
      for (const line of lines) {
        const [code, amount] = line.split(",");
        const value = Number(amount);
        if (!(value >= 0)) {
          stage.failed(1, "amount_is_no_number", { record: line });
          continue;
        }
        const currency = currencies.find((known) => known === code) ?? "other";
        sums.set(currency, (sums.get(currency) ?? 0) + value);
        revenue.add(value, { currency });
      }
      stage.written(sums.size);
    });
    await run.stage("load", { sink: { system: "json", table: "totals" } }, async (stage) => {
      stage.read(sums.size);
      const target = join(folder, `${day}.totals.json`);
      await writeFile(`${target}.tmp`, JSON.stringify(Object.fromEntries(sums)));
      await rename(`${target}.tmp`, target);
      stage.written(sums.size);
    });
  });
}

const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
// `protect`: a run that takes long is never overtaken by the next. What a run throws is in its telemetry already.
const job = new Cron(process.env.CRON ?? "15 3 * * *", { protect: true, catch: true }, () => totals(yesterday()));
const checked = health({ checks: { schedule: () => job.nextRun() !== null } });
const server = await checked.listen({ port: Number(process.env.HEALTH_PORT ?? 8081) });
process.stdout.write(`next run ${job.nextRun()?.toISOString() ?? "never"}, health on port ${server.port}\n`);

await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
checked.drain();
job.stop();
while (job.isBusy()) await sleep(50);
await server.close();
await telemetry.shutdown();
