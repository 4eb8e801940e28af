/**
 * Every benchmark: what it runs, and which of its figures have a budget (docs: benchmarks/README.md). A figure is
 * { what, value, unit, floor, target, isMore } where `isMore` says that more is better.
 */
export const catalogue = {
  decode: {
    about: "OTLP protobuf to a Native block, one core",
    run: async () => ({ rows: await (await import("./decode.mjs")).decode() }),
    figures: () => [],
  },
  ingest: {
    about: "durable and queryable spans, OTLP/HTTP and gRPC, the load generator on the same machine",
    run: async () => ({ rows: await (await import("./ingest.mjs")).ingest() }),
    figures: ({ rows }) => rows.flatMap(ingestFigures),
  },
  query: {
    about: "trace by id, search, run list, run page and start, with --spans spans stored",
    run: async (options) => (await import("./query.mjs")).query(options),
    figures: ({ rows, start }) => [
      ...rows.map(({ question, p95Ms }) => less(`${question}, p95`, p95Ms, { unit: "ms", floor: 150, target: 50 })),
      less("ready after start", start.readyMs, { unit: "ms", floor: 3000, target: 1000 }),
      less("resident, idle", start.idleMegabytes, { unit: "MB", floor: 350, target: 280 }),
      less("resident, asked", start.askedMegabytes, { unit: "MB", floor: 1200, target: 800 }),
    ],
  },
  promql: {
    about: "the six PromQL queries and alert rules' over HTTP, beside Prometheus and VictoriaMetrics",
    run: async () => {
      const { promql, promqlTable } = await import("./promql.mjs");
      const found = await promql();
      return { ...found, table: promqlTable(found.rows) };
    },
    figures: ({ rows }) => rows.flatMap(promqlFigures),
  },
  "promql-engine": {
    about: "PromQL evaluation alone, in memory",
    run: async () => ({ rows: await (await import("./promql-engine.mjs")).promqlEngine() }),
    figures: () => [],
  },
  "remote-write": {
    about: "samples by remote write 1.0 and 2.0, beside Prometheus and VictoriaMetrics",
    run: async () => ({ rows: await (await import("./remote-write.mjs")).remoteWrite() }),
    figures: ({ rows }) => {
      const [ours, theirs] = ["sightglass", "prometheus"].map((name) =>
        rows.find(({ server, version }) => server === name && version === "1.0"),
      );
      if (theirs === undefined) return [];
      const budget = { unit: "x", floor: 1, target: 2 };
      return [
        more("samples a second / Prometheus", ours.queryablePerSecond / theirs.queryablePerSecond, budget),
        more(
          "samples a processor second / Prometheus",
          theirs.serverMicrosPerSample / ours.serverMicrosPerSample,
          budget,
        ),
      ];
    },
  },
  "active-series": {
    about: "a million active series: new ones, known ones, memory, beside Prometheus and VictoriaMetrics",
    run: async () => ({ rows: await (await import("./active-series.mjs")).activeSeries() }),
    figures: ({ rows }) => {
      const peak = rows.find(({ server, what }) => server === "sightglass" && what === "peak").residentMegabytes;
      return [less("resident, 1,000,000 active series", peak, { unit: "MB", floor: 1200, target: 800 })];
    },
  },
  derive: {
    about: "a grid point of derived series, 150,000 of them, while all of them grow",
    run: async () => ({ rows: await (await import("./derive.mjs")).derive() }),
    figures: ({ rows }) => {
      const costs = rows.slice(1).map(({ processorMilliseconds }) => processorMilliseconds);
      const median = costs.sort((a, b) => a - b)[Math.floor(costs.length / 2)];
      return [less("processor time of a grid point of 15 s", median, { unit: "ms", floor: 3000, target: 1500 })];
    },
  },
  "metric-disk": {
    about: "bytes a sample on disk, beside Prometheus and VictoriaMetrics",
    run: async () => ({ rows: await (await import("./metric-disk.mjs")).metricDisk() }),
    figures: ({ rows }) => {
      const of = (name, state) =>
        rows.find((row) => row.server === name && row.state.startsWith(state))?.bytesPerSample ?? Number.NaN;
      const budget = { unit: "x", floor: 1 };
      return [
        less("packed / Prometheus' blocks", of("sightglass", "folded") / of("prometheus", "blocks"), budget),
        less("whole folder / Prometheus'", of("sightglass", "whole") / of("prometheus", "whole"), budget),
      ].filter(({ value }) => !Number.isNaN(value));
    },
  },
  sdk: {
    about: "what the SDK costs a pipeline",
    run: async () => ({ rows: await (await import("./sdk.mjs")).sdk() }),
    figures: ({ rows }) =>
      rows
        .filter(({ floor }) => floor !== undefined)
        .map(({ what, value, ...budget }) => less(`SDK: ${what}`, value, budget)),
  },
};

const less = (what, value, budget) => ({ what, value, ...budget, isMore: false });
const more = (what, value, budget) => ({ what, value, ...budget, isMore: true });

function ingestFigures(row) {
  const of = (what) => `${row.protocol}: ${what}`;
  return [
    more(of("durable"), row.durablePerSecond, { unit: "spans/s", floor: 200_000, target: 500_000 }),
    more(of("queryable"), row.queryablePerSecond, { unit: "spans/s", floor: 200_000, target: 500_000 }),
    more(of("by processor time, on two idle cores"), row.onTwoIdleCores, {
      unit: "spans/s",
      floor: 200_000,
      target: 500_000,
    }),
    less(of("received to queryable, p99"), row.queryableP99Ms, { unit: "ms", floor: 2000, target: 1000 }),
    less(of("resident, idle"), row.idleMegabytes, { unit: "MB", floor: 350, target: 280 }),
    less(of("resident, full load"), row.peakMegabytes, { unit: "MB", floor: 1200, target: 800 }),
    less(of("disk, not merged yet"), row.diskBytesPerSpan, { unit: "B/span", floor: 40, target: 20 }),
    less(of("ready after start, empty"), row.readyMs, { unit: "ms", floor: 1000, target: 500 }),
  ];
}

/** Each query's time as a share of each peer's in the same run; what alert rules ask has a budget of its own. */
function promqlFigures({ query, sightglass, ...peers }) {
  if (query.startsWith("also")) return [];
  if (query.startsWith("instant")) return [less(query, sightglass.ms, { unit: "ms", floor: 50 })];
  const budgets = { prometheus: { floor: 1 }, "victoria-metrics": { floor: Infinity, target: 1.5 } };
  return Object.entries(peers).map(([peer, { ms }]) =>
    less(`${query}: time / ${peer}`, sightglass.ms / ms, { unit: "x", ...budgets[peer] }),
  );
}
