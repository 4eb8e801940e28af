import { pathToFileURL } from "node:url";

const dist = new URL("../packages/promql/dist/index.js", import.meta.url);

/** The six queries of the budget, then the alert rules' kind, over series that are already in memory. */
const rangeQueries = [
  "sum(rate(requests_total[5m]))",
  "sum by (job) (rate(requests_total[5m]))",
  "rate(requests_total[5m])",
  "topk(5, increase(requests_total[5m]))",
  "max_over_time(requests_total[5m])",
  "quantile(0.9, rate(requests_total[5m]))",
];
const instantQueries = ["sum by (job) (rate(requests_total[5m])) > 100", "requests_total > 1e9"];

const intervalMs = 15_000;
const warmUpSteps = 40;

/**
 * Milliseconds per query over `seriesCount` series and `stepCount` steps of 15 s, the evaluation in TypeScript alone:
 * a source hands over the arrays. The median of `rounds`, and the processor time of it, which a busy machine disturbs
 * less.
 */
export async function promqlEngine({ rounds = 7, seriesCount = 10_000, stepCount = 200 } = {}) {
  const { Engine, Labels } = await import(dist);
  const sampleCount = stepCount + warmUpSteps;
  const timestampsMs = Float64Array.from({ length: sampleCount }, (_unused, index) => index * intervalMs);
  const series = Array.from({ length: seriesCount }, (_unused, index) => ({
    labels: Labels.of({
      __name__: "requests_total",
      instance: `instance-${index}`,
      job: `job-${index % 10}`,
      path: `/path/${index % 7}`,
    }),
    timestampsMs,
    // Every counter is reset once.
    values: timestampsMs.map((_timeMs, sample) => (sample % (97 + (index % 31))) * ((index % 13) + 1)),
  }));
  const engine = new Engine({ select: async () => ({ kind: "raw", series }) });
  const startMs = warmUpSteps * intervalMs;
  const endMs = startMs + (stepCount - 1) * intervalMs;
  const rows = [];
  for (const query of rangeQueries) {
    const run = () => engine.range({ query, startMs, endMs, stepMs: intervalMs });
    rows.push({ query, kind: `range, ${stepCount} steps`, ...(await measure(run, rounds)) });
  }
  for (const query of instantQueries) {
    const run = () => engine.instant({ query, timeMs: endMs });
    rows.push({ query, kind: "instant", ...(await measure(run, rounds)) });
  }
  return rows;
}

async function measure(run, rounds) {
  const walls = [];
  const processors = [];
  await run();
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const usedBefore = process.cpuUsage();
    await run();
    walls.push(performance.now() - startedAt);
    const { user, system } = process.cpuUsage(usedBefore);
    processors.push((user + system) / 1000);
  }
  return { wallMs: median(walls), processorMs: median(processors) };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[sorted.length >> 1]);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.table(await promqlEngine());
}
