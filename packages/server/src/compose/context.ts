import type { Config } from "../config/schema.ts";
import type { Clock } from "../model/clock.ts";
import type { Log } from "../self/log.ts";
import type { MetricsRegistry } from "../self/metrics.ts";
import type { Running } from "../self/running.ts";
import type { Reload } from "./reload.ts";

/** What every part is given. */
export interface Context {
  config: Config;
  clock: Clock;
  log: Log;
  running: Running;
  metrics: MetricsRegistry;
  reload: Reload;
}
