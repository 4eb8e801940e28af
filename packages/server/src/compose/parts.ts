import { formatAddress } from "../config/quantities.ts";
import type { Config } from "../config/schema.ts";
import { redactionOf } from "../config/redaction.ts";
import { scrapeJobs } from "../config/scrape-jobs.ts";
import { type Authorize, createAuthorize } from "../model/tokens.ts";
import { createMetricQueries } from "../query/metrics-queries.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import { startHttp } from "./http.ts";
import { startMetricsIngest } from "./metrics.ts";
import { watchForRecent } from "./recent.ts";
import { createRedaction } from "./redaction.ts";
import { startReceivers } from "./receivers.ts";
import { ruleGroupsOf, startRules } from "./rules.ts";
import { startDeriver, startFolder } from "./runs.ts";
import { startScraping } from "./scraping.ts";
import { startTls } from "./tls.ts";
import { openSpools } from "./spools.ts";
import { startChunking, startCollectorTables, startLibraryPages, startRetention } from "./store.ts";

/**
 * Starts every part but the store, in order.
 * @returns goes over to a configuration that was read again, as far as parts do not look it up themselves (Reload.current)
 */
export async function startParts(
  context: Context,
  { store: opened, startedAtMs }: { store: Store; startedAtMs: number },
): Promise<(changed: Config) => Promise<void>> {
  const { config, clock, log } = context;
  let check = createAuthorize(config.auth.tokens);
  const authorize: Authorize = (authorization, scope) => check(authorization, scope);
  const { store, recent } = watchForRecent(opened, clock);
  const keep = startRetention(context, store, () => recent?.clear());
  startChunking(context, store);
  startCollectorTables(context, store);
  const folder = await startFolder(context, store);
  await startDeriver(context, store);
  const redaction = createRedaction(context);
  const spools = await openSpools(context, { store, folder, redaction });
  const ingest = startMetricsIngest(context, store, spools);
  const tls = startTls(context);
  const { scraper, pushgateway } = await startScraping(context, ingest.write);
  const receivers = await startReceivers(context, { spools, metrics: ingest, pushgateway, redaction, authorize, tls });
  const metricQueries = createMetricQueries({ store, clock, ...(recent === undefined ? {} : { recent }) });
  const rules = startRules(context, { queries: metricQueries, write: ingest.write });
  await startHttp(context, {
    authorize,
    tls,
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
  await startLibraryPages(context, store);
  const scheme = tls === undefined ? "http" : "https";
  log.info({ page: `${scheme}://${formatAddress(config.listen)}`, tookMs: clock.nowMs() - startedAtMs }, "ready");
  return async (changed) => {
    // First what may have a fault, so that a wrong file changes nothing.
    const groups = ruleGroupsOf(changed);
    tls?.reload();
    await rules.apply(groups);
    receivers.apply(changed);
    redaction.apply(redactionOf(changed.redaction));
    check = createAuthorize(changed.auth.tokens);
    log.level = changed.log.level;
    await scraper.apply(scrapeJobs(changed, changed.folder));
    log.info({ jobs: changed.scrape_configs.length, rule_groups: groups.length }, "the configuration was read again");
  };
}
