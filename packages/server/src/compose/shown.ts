import type { Rules } from "../evaluate/rules.ts";
import type { Folder } from "../fold/folder.ts";
import type { ServerTls } from "../listen/server-tls.ts";
import type { Authorize } from "../model/tokens.ts";
import type { MetricQueries } from "../query/metrics-queries.ts";
import type { Scraper } from "../receive/scrape/scraper.ts";
import type { RetentionLimits } from "../store/retention.ts";
import type { Store } from "../store/store.ts";
import type { MetricsIngest } from "./metrics.ts";
import type { startReceivers } from "./receivers.ts";
import type { TableSpools } from "./spools.ts";

/** What the page and the query APIs read from. */
export interface Shown {
  authorize: Authorize;
  tls: ServerTls | undefined;
  store: Store;
  keep: () => RetentionLimits;
  folder: Folder;
  spools: TableSpools;
  ingest: MetricsIngest;
  receivers: Awaited<ReturnType<typeof startReceivers>>;
  scraper: Scraper;
  metricQueries: MetricQueries;
  rules: Rules;
  startedAtMs: number;
}
