import type { Config } from "../config/schema.ts";
import type { Clock } from "../model/clock.ts";
import { family, type MetricFamily } from "../self/metrics.ts";

export interface ReloadOptions {
  clock: Clock;
  /** Reads the configuration from where it came. @throws SightglassError config_invalid */
  reread: () => Config;
}

/** Reads the configuration again while the server runs, one time after the other, and knows how the last time went. */
export class Reload {
  readonly #options: ReloadOptions;
  #apply: (changed: Config) => Promise<void> = async () => {};
  #last: Promise<void> = Promise.resolve();
  /** With a fault in the file, everything stays as it was. */
  hasSucceeded = true;
  succeededAtMs: number;

  constructor(options: ReloadOptions) {
    this.#options = options;
    this.succeededAtMs = options.clock.nowMs();
  }

  /** @param apply what goes over to another configuration; it changes nothing when it throws config_invalid */
  onReload(apply: (changed: Config) => Promise<void>): void {
    this.#apply = apply;
  }

  /** @throws SightglassError config_invalid */
  run(): Promise<void> {
    const run = this.#last.then(() => this.#once());
    this.#last = run.catch(() => {});
    return run;
  }

  async #once(): Promise<void> {
    this.hasSucceeded = false;
    await this.#apply(this.#options.reread());
    this.hasSucceeded = true;
    this.succeededAtMs = this.#options.clock.nowMs();
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
