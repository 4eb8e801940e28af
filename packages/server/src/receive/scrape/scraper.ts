import type { Clock } from "../../model/clock.ts";
import { limits } from "../../model/limits.ts";
import { Gate } from "../gate.ts";
import type { ScrapeJob } from "./job.ts";
import { type PoolContext, ScrapePool } from "./pool.ts";
import { type RelabelStep, relabelSteps } from "./relabel.ts";
import { durationText } from "./target.ts";
import type { AppendSamples } from "./target-scraper.ts";

/** `data` of `GET /api/v1/targets` (Prometheus HTTP API, "Targets"). */
export interface TargetsData {
  readonly activeTargets: readonly ActiveTarget[];
  readonly droppedTargets: readonly DroppedTargetData[];
  readonly droppedTargetCounts: Readonly<Record<string, number>>;
}

export interface ActiveTarget {
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly globalUrl: string;
  readonly lastError: string;
  /** RFC 3339; the year 1 before the first scrape, as Prometheus has it. */
  readonly lastScrape: string;
  /** In seconds. */
  readonly lastScrapeDuration: number;
  readonly health: "unknown" | "up" | "down";
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
}

export interface DroppedTargetData {
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly scrapePool: string;
}

export interface ScraperOptions {
  readonly clock: Clock;
  readonly append: AppendSamples;
  readonly onFault: PoolContext["onFault"];
  /** Stands in `User-Agent`. */
  readonly version: string;
  readonly scrapesConcurrentMax?: number;
}

const never = "0001-01-01T00:00:00Z";

/** Scrapes the targets of all jobs, as Prometheus does. */
export class Scraper {
  private readonly context: PoolContext;
  private readonly pools = new Map<string, ScrapePool>();

  constructor(options: ScraperOptions) {
    const { clock, append, onFault, version, scrapesConcurrentMax = limits.scrapesConcurrentMax.value } = options;
    this.context = {
      clock,
      append,
      onFault,
      gate: new Gate(scrapesConcurrentMax),
      userAgent: `Sightglass/${version}`,
    };
  }

  /** Goes over to these jobs: at the start, and when the configuration was read again. Targets that stay keep their series. */
  async apply(jobs: readonly ScrapeJob[]): Promise<void> {
    const names = new Set(jobs.map(({ name }) => name));
    const gone = [...this.pools].filter(([name]) => !names.has(name));
    for (const [name] of gone) this.pools.delete(name);
    for (const job of jobs) {
      const pool = this.pools.get(job.name);
      if (pool !== undefined) pool.change(job);
      else {
        const added = new ScrapePool(job, this.context);
        this.pools.set(job.name, added);
        added.start();
      }
    }
    await Promise.all([...gone.map(([, pool]) => pool.stop({ isGone: true })), ...this.settling()]);
  }

  private settling(): Promise<void>[] {
    return [...this.pools.values()].map((pool) => pool.settled());
  }

  /** Series go on after the next start, so none is ended. */
  async stop(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.stop({ isGone: false })));
    this.pools.clear();
  }

  /** What each rule of a job's `relabel_configs` makes of labels; undefined for a job that is not known. */
  relabelSteps(pool: string, labels: ReadonlyMap<string, string>): RelabelStep[] | undefined {
    const job = this.pools.get(pool)?.job;
    return job === undefined ? undefined : relabelSteps(labels, job.relabelRules);
  }

  targets(): TargetsData {
    const pools = [...this.pools.values()];
    return {
      activeTargets: pools.flatMap(activeTargets),
      droppedTargets: pools.flatMap(({ dropped }) =>
        dropped.map(({ discoveredLabels, job }) => ({ discoveredLabels, scrapePool: job.name })),
      ),
      droppedTargetCounts: Object.fromEntries(pools.map(({ job, droppedCount }) => [job.name, droppedCount])),
    };
  }
}

function activeTargets({ scrapers }: ScrapePool): ActiveTarget[] {
  return [...scrapers.values()].map(({ target, state }) => ({
    discoveredLabels: target.discoveredLabels,
    labels: Object.fromEntries(target.labels),
    scrapePool: target.job.name,
    scrapeUrl: target.url,
    globalUrl: target.url,
    lastError: state.lastError,
    lastScrape: state.lastScrapeAtMs === 0 ? never : new Date(state.lastScrapeAtMs).toISOString(),
    lastScrapeDuration: state.lastDurationMs / 1000,
    health: state.health,
    scrapeInterval: durationText(target.intervalMs),
    scrapeTimeout: durationText(target.timeoutMs),
  }));
}
