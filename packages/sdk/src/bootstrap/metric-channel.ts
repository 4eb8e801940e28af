import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { runtimeScopeName } from "../attribute-names.ts";
import type { Clock } from "../clock.ts";
import { safely } from "../safely.ts";
import type { Letter } from "./last-post.ts";
import { withStarts } from "./metric-starts.ts";
import type { OnDemandReader } from "./metric-reader.ts";
import type { Channel } from "./channel.ts";

/** What carries collected metrics away: an OTLP channel, or one to a Pushgateway. */
export interface MetricCarrier extends Channel {
  add(collected: ResourceMetrics): void;
}

export interface MetricChannelOptions {
  readonly reader: OnDemandReader;
  readonly carrier: MetricCarrier;
  readonly clock: Clock;
  readonly intervalMs: number;
  /** How long a collector of the program may take. */
  readonly timeoutMs: number;
}

/** Runtime metrics change all the time; alone they must not keep a process from ending. */
const gathersMax = 3;

/**
 * Collects in intervals, and once more when the process ends where something has changed since. Its timer never keeps the
 * process alive.
 */
export class MetricChannel implements Channel {
  readonly #options: MetricChannelOptions;
  #cancelTimer: (() => void) | undefined;
  #lastSeen: string | undefined;
  #gathers = 0;
  #isClosed = false;

  constructor(options: MetricChannelOptions) {
    this.#options = options;
    this.#schedule();
  }

  get unsentCount(): number {
    return this.#options.carrier.unsentCount;
  }

  /** Takes over what has been recorded since the last collection, at once: for the end of the process. Never throws. */
  gather(): void {
    if (this.#isClosed || this.#gathers === gathersMax) return;
    this.#gathers += 1;
    safely(() => this.#handOver(this.#options.reader.collectNow(this.#options.clock.nowMs()), false), undefined);
  }

  async drain(deadlineMs: number): Promise<boolean> {
    const { clock, timeoutMs } = this.#options;
    // Half of the time at most, so that the other half is left for sending.
    const limitMs = Math.min(timeoutMs, Math.max(0, deadlineMs - clock.nowMs()) / 2);
    let cancel = () => {};
    const timeUp = new Promise<void>((resolve) => (cancel = clock.afterHolding(limitMs, resolve)));
    await this.#collect(timeUp, false);
    cancel();
    return await this.#options.carrier.drain(deadlineMs);
  }

  takeLetters(): Letter[] {
    return this.#options.carrier.takeLetters();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#options.carrier.close();
  }

  #schedule(): void {
    const { clock, intervalMs, timeoutMs } = this.#options;
    this.#cancelTimer = clock.after(intervalMs, () => {
      this.#gathers = 0;
      const timeUp = new Promise<void>((resolve) => void clock.after(timeoutMs, resolve));
      // Also when nothing has changed: a series that is silent for minutes counts as gone.
      void this.#collect(timeUp, true).finally(() => {
        if (!this.#isClosed) this.#schedule();
      });
    });
  }

  /** Never rejects. When a collector of the program is slow, the others go out without it, and it when it is there. */
  async #collect(timeUp: Promise<void>, evenUnchanged: boolean): Promise<void> {
    const { reader, clock } = this.#options;
    const take = (collected: ResourceMetrics | undefined, always: boolean) => {
      if (!this.#isClosed) safely(() => this.#handOver(collected, always), undefined);
    };
    const collecting = reader.collect().then(
      ({ resourceMetrics }) => take(resourceMetrics, evenUnchanged),
      () => undefined,
    );
    const isLate = await Promise.race([collecting.then(() => false), timeUp.then(() => true)]);
    if (isLate) safely(() => take(reader.collectNow(clock.nowMs()), evenUnchanged), undefined);
  }

  #handOver(collected: ResourceMetrics | undefined, evenUnchanged: boolean): void {
    if (collected === undefined || collected.scopeMetrics.length === 0) return;
    const seen = fingerprint(collected);
    if (seen === this.#lastSeen && !evenUnchanged) return;
    this.#lastSeen = seen;
    this.#options.carrier.add(withStarts(collected));
  }
}

/** The values, and for deltas the time that they are of; not when they were collected. */
function fingerprint({ scopeMetrics }: ResourceMetrics): string {
  return JSON.stringify(
    scopeMetrics
      .filter(({ scope }) => scope.name !== runtimeScopeName)
      .flatMap(({ metrics }) =>
        metrics.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          dataPoints.map(({ attributes, value, startTime }) => [attributes, value, startTime]),
        ]),
      ),
  );
}
