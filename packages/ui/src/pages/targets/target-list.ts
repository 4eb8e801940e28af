import type { Target } from "../../api/prometheus.ts";
import type { TargetsSearch } from "../../url/targets-search.ts";

export interface Job {
  name: string;
  /** Of all its targets, shown or not. */
  up: number;
  count: number;
  targets: Target[];
}

const order = { down: 0, unknown: 1, up: 2 } as const;

/** What is down first: its jobs, and in them its targets. */
export function jobsOf(targets: readonly Target[], { health, q }: TargetsSearch): Job[] {
  const wanted = (q ?? "").toLowerCase();
  const matches = (target: Target) =>
    (health === undefined || target.health === health) &&
    [target.scrapePool, target.scrapeUrl, target.lastError, ...Object.values(target.labels)].some((text) =>
      text.toLowerCase().includes(wanted),
    );
  const byJob = new Map<string, Target[]>();
  for (const target of targets) {
    const list = byJob.get(target.scrapePool);
    if (list === undefined) byJob.set(target.scrapePool, [target]);
    else list.push(target);
  }
  const worst = (job: Job) => Math.min(...job.targets.map((target) => order[target.health]));
  return [...byJob]
    .map(([name, all]) => ({
      name,
      up: all.filter((target) => target.health === "up").length,
      count: all.length,
      targets: all
        .filter(matches)
        .sort((a, b) => order[a.health] - order[b.health] || (a.scrapeUrl < b.scrapeUrl ? -1 : 1)),
    }))
    .filter((job) => job.targets.length > 0)
    .sort((a, b) => worst(a) - worst(b) || (a.name < b.name ? -1 : 1));
}

/** Prometheus writes year 1 for a scrape that has not been. */
export function lastScrapeOf({ lastScrape }: Target): string | null {
  const ms = Date.parse(lastScrape);
  return Number.isNaN(ms) || ms <= 0 ? null : lastScrape;
}
