import { isDeepStrictEqual } from "node:util";
import { checkReach } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../model/clock.ts";
import { family, type MetricFamily } from "../self/metrics.ts";

export interface ReloadOptions {
  clock: Clock;
  /** What the server starts with. */
  config: Config;
  /** Reads the configuration from where it came. @throws SightglassError config_invalid */
  reread: () => Config;
}

/** Settings that parts take once, when they start. */
const takenAtStart = [
  "data",
  "listen",
  "otlp_grpc",
  "otlp_http",
  "tls_server_config",
  "insecure",
  "store",
  "spool",
  "derived",
] as const;

/** Reads the configuration again while the server runs, one time after the other, and knows how the last time went. */
export class Reload {
  readonly #options: ReloadOptions;
  #apply: (changed: Config) => Promise<void> = async () => {};
  #hasStarted = (): void => {};
  /** Before everything has started there is nothing to apply it to: then a reload waits. */
  #last: Promise<unknown> = new Promise<void>((resolve) => {
    this.#hasStarted = resolve;
  });
  /** What the server runs with. */
  current: Config;
  /** With a fault in the file, everything stays as it was. */
  hasSucceeded = true;
  succeededAtMs: number;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.current = options.config;
    this.succeededAtMs = options.clock.nowMs();
  }

  /** @param apply what goes over to another configuration; it changes nothing when it throws config_invalid */
  onReload(apply: (changed: Config) => Promise<void>): void {
    this.#apply = apply;
    this.#hasStarted();
  }

  /**
   * @returns the settings that have changed and wait for the next start
   * @throws SightglassError config_invalid
   */
  run(): Promise<string[]> {
    const run = this.#last.then(() => this.#once());
    this.#last = run.catch(() => {});
    return run;
  }

  async #once(): Promise<string[]> {
    this.hasSucceeded = false;
    const { config, reread, clock } = this.#options;
    const wanted = reread();
    const next = { ...wanted, ...Object.fromEntries(takenAtStart.map((key) => [key, config[key]])) };
    // Tokens must not go while the addresses that need them stay.
    checkReach(next);
    await this.#apply(next);
    this.current = next;
    this.hasSucceeded = true;
    this.succeededAtMs = clock.nowMs();
    return takenAtStart.filter((key) => !isDeepStrictEqual(wanted[key], config[key]));
  }
}

export function reloadMetrics({ hasSucceeded, succeededAtMs }: Reload): MetricFamily[] {
  return [
    family(
      "gauge",
      "sightglass_config_last_reload_successful",
      "Whether the configuration was read without a fault the last time.",
      hasSucceeded ? 1 : 0,
    ),
    family(
      "gauge",
      "sightglass_config_last_reload_success_timestamp_seconds",
      "When the configuration was last read without a fault, seconds since 1970.",
      succeededAtMs / 1000,
    ),
  ];
}
