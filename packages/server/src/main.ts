import { Reload } from "./compose/reload.ts";
import { openStore } from "./compose/store.ts";
import type { Config } from "./config/schema.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import { createLog } from "./self/log.ts";
import { MetricsRegistry } from "./self/metrics.ts";
import { Running } from "./self/running.ts";

export interface Server {
  /** @throws SightglassError port_taken, data_folder_in_use, config_invalid, store_unavailable; then nothing is left running */
  start(): Promise<void>;
  /**
   * Reads the configuration again and goes over to what it says.
   * @returns the settings that have changed and wait for the next start: addresses, the data folder, the store, the spool, `derived`
   * @throws SightglassError config_invalid; then everything stays as it was
   */
  reload(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  clock?: Clock;
  /** Where the configuration is read again; without it, it stays as it is. */
  reread?: () => Config;
}

/**
 * The whole server: the place (with compose/) that knows all parts.
 * @param config as config/load.ts made it
 */
export function createServer(
  config: Config,
  { clock = systemClock, reread = () => config }: ServerOptions = {},
): Server {
  const log = createLog({ level: config.log.level });
  const running = new Running((part, error) => log.error({ part, error }, "did not stop cleanly"));
  const reload = new Reload({ clock, config, reread });
  return {
    async start() {
      try {
        const startedAtMs = clock.nowMs();
        const context = { config, clock, log, running, metrics: new MetricsRegistry(), reload };
        // The engine opens and makes its schema on threads of its own; meanwhile this one loads the modules of the other parts.
        const [store, { startParts }] = await Promise.all([openStore(context), import("./compose/parts.ts")]);
        reload.onReload(await startParts(context, { store, startedAtMs }));
      } catch (error) {
        await running.stop();
        throw error;
      }
    },
    reload: () => reload.run(),
    stop: () => running.stop(),
  };
}
