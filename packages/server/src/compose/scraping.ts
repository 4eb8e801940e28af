import { join } from "node:path";
import { scrapeJobs } from "../config/scrape-jobs.ts";
import { type SampleBatch, writeSamples } from "../decode/exposition/write-samples.ts";
import type { WriteMetrics } from "../receive/metrics-sink.ts";
import { Pushgateway } from "../receive/pushgateway/pushgateway.ts";
import { Scraper } from "../receive/scrape/scraper.ts";
import { version } from "../self/version.ts";
import type { Context } from "./context.ts";

/** The part of the composition (main.ts) that fetches metrics and keeps pushed ones alive. */
export async function startScraping({ config, clock, log, running, reload }: Context, write: WriteMetrics) {
  const append = async (batch: SampleBatch): Promise<void> => {
    const { reasons } = await write(clock.nowMs(), (block, context) => writeSamples(batch, block, context));
    if (reasons.length > 0) log.warn({ reasons }, "scraped samples were refused");
  };
  const pushgateway = new Pushgateway({
    folder: join(config.data, "pushgateway"),
    clock,
    append,
    repeatMs: () => reload.current.global.scrape_interval,
    onFault: (error) => log.error({ error }, "pushed metrics: a group could not be read, or not be stored again"),
  });
  await pushgateway.start();
  running.add("pushgateway", () => pushgateway.stop());
  const scraper = new Scraper({
    clock,
    append,
    version,
    onFault: (fault) => log.warn(fault, "targets could not all be found"),
  });
  await scraper.apply(scrapeJobs(config, config.folder));
  running.add("scraper", () => scraper.stop());
  return { scraper, pushgateway };
}
