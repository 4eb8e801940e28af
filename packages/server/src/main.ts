import { formatAddress } from "./config/quantities.ts";
import type { Context } from "./compose/context.ts";
import { startHttp } from "./compose/http.ts";
import { startMetricsIngest } from "./compose/metrics.ts";
import { startReceivers } from "./compose/receivers.ts";
import { startRules } from "./compose/rules.ts";
import { startDeriver, startFolder } from "./compose/runs.ts";
import { openSpools } from "./compose/spools.ts";
import { openStore, startChunking, startRetention } from "./compose/store.ts";
import type { Config } from "./config/schema.ts";
import { scrapeJobs } from "./config/scrape-jobs.ts";
import { startScraping } from "./compose/scraping.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import { createMetricQueries } from "./query/metrics-queries.ts";
import type { Scraper } from "./receive/scrape/scraper.ts";
import { createLog } from "./self/log.ts";
import { MetricsRegistry } from "./self/metrics.ts";
import { Running } from "./self/running.ts";

export interface Server {
  /** @throws SightglassError port_taken, data_folder_in_use, config_invalid, store_unavailable; then nothing is left running */
  start(): Promise<void>;
  /** Goes over to the scrape_configs of a configuration that was read again; other settings need a restart. */
  reload(config: Config): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The whole server: the place (with compose/) that knows all parts.
 * @param config as config/load.ts made it
 */
export function createServer(config: Config, { clock = systemClock }: { clock?: Clock } = {}): Server {
  const log = createLog({ level: config.log.level });
  const running = new Running((part, error) => log.error({ part, error }, "did not stop cleanly"));
  let scraper: Scraper | undefined;
  return {
    async start() {
      try {
        scraper = await start({ config, clock, log, running, metrics: new MetricsRegistry() });
      } catch (error) {
        await running.stop();
        throw error;
      }
    },
    async reload(changed) {
      await scraper?.apply(scrapeJobs(changed, changed.folder));
      log.info({ jobs: changed.scrape_configs.length }, "scrape_configs were read again");
    },
    stop: () => running.stop(),
  };
}

async function start(context: Context): Promise<Scraper> {
  const { config, clock, log } = context;
  const startedAtMs = clock.nowMs();
  const store = await openStore(context);
  const keep = startRetention(context, store);
  startChunking(context, store);
  const folder = await startFolder(context, store);
  await startDeriver(context, store);
  const spools = await openSpools(context, store, folder);
  const ingest = startMetricsIngest(context, store, spools);
  const { scraper, pushgateway } = await startScraping(context, ingest.write);
  const receivers = await startReceivers(context, spools, ingest, pushgateway);
  const metricQueries = createMetricQueries({ store, clock });
  const rules = startRules(context, { queries: metricQueries, write: ingest.write });
  await startHttp(context, {
    store,
    keep,
    folder,
    spools,
    ingest,
    receivers,
    scraper,
    metricQueries,
    rules,
    startedAtMs,
  });
  log.info({ page: `http://${formatAddress(config.listen)}`, tookMs: clock.nowMs() - startedAtMs }, "ready");
  return scraper;
}
