import { openStore } from "./compose/store.ts";
import type { Config } from "./config/schema.ts";
import { type Clock, systemClock } from "./model/clock.ts";
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
  let reload: ((config: Config) => Promise<void>) | undefined;
  return {
    async start() {
      try {
        const startedAtMs = clock.nowMs();
        const context = { config, clock, log, running, metrics: new MetricsRegistry() };
        // The engine opens and makes its schema on threads of its own; meanwhile this one loads the modules of the other parts.
        const [store, { startParts }] = await Promise.all([openStore(context), import("./compose/parts.ts")]);
        reload = await startParts(context, { store, startedAtMs });
      } catch (error) {
        await running.stop();
        throw error;
      }
    },
    reload: async (changed) => reload?.(changed),
    stop: () => running.stop(),
  };
}
