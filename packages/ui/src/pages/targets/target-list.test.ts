import { describe, expect, it } from "vitest";
import type { Target } from "../../api/prometheus.ts";
import { jobsOf, lastScrapeOf } from "./target-list.ts";

const target = (scrapePool: string, host: string, health: Target["health"], lastError = ""): Target => ({
  labels: { job: scrapePool, instance: host },
  scrapePool,
  scrapeUrl: `http://${host}/metrics`,
  lastError,
  lastScrape: "2026-11-20T10:00:00Z",
  lastScrapeDuration: 0.01,
  health,
});
const targets = [
  target("api", "a:1", "up"),
  target("node", "b:1", "up"),
  target("node", "c:1", "down", "connection refused"),
  target("db", "d:1", "unknown"),
];

describe("jobsOf", () => {
  it("shows what is down first", () => {
    const jobs = jobsOf(targets, {});
    expect(jobs.map(({ name, up }) => [name, up])).toEqual([
      ["node", 1],
      ["db", 0],
      ["api", 1],
    ]);
    expect(jobs[0]?.targets.map(({ health }) => health)).toEqual(["down", "up"]);
  });

  it.each([
    [{ health: "down" as const }, ["c:1"]],
    [{ q: "REFUSED" }, ["c:1"]],
    [{ q: "a:1" }, ["a:1"]],
    [{ q: "nowhere" }, []],
  ])("filters by %j, and still counts all of a job", (search, instances) => {
    const jobs = jobsOf(targets, search);
    expect(jobs.flatMap((job) => job.targets.map(({ labels }) => labels["instance"]))).toEqual(instances);
    for (const job of jobs) expect(job.up).toBe(1);
  });
});

it("knows a scrape that has not been", () => {
  expect(lastScrapeOf({ ...target("a", "a", "unknown"), lastScrape: "0001-01-01T00:00:00Z" })).toBeNull();
  expect(lastScrapeOf(target("a", "a", "up"))).toBe("2026-11-20T10:00:00Z");
});
