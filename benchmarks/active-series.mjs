import { pathToFileURL } from "node:url";
import { isInstalled, metricServers } from "./metric-peers.mjs";
import { headersOf, makeRequests } from "./metric-requests.mjs";
import { intervalMs, makeSeries, seriesPerTarget } from "./metric-series.mjs";
import { sendShards } from "./remote-write.mjs";

const connections = 4;

/**
 * A million active series: the scrape that brings them all for the first time, those after it, the memory, and questions
 * about one metric of them while all are there.
 */
export async function activeSeries({ series = 1_000_000, scrapes = 4, samplesPerRequest = 2000 } = {}) {
  const startMs = Date.now() - scrapes * intervalMs;
  const bodies = [];
  for (let first = 0; first < series; first += samplesPerRequest) {
    const own = makeSeries(Math.min(samplesPerRequest, series - first), {
      startMs,
      seed: 1 + first,
      firstTarget: first / seriesPerTarget,
    });
    bodies.push(makeRequests(own, { steps: scrapes, versions: ["1.0"] })[0]);
  }
  const rows = [];
  for (const name of ["prometheus", "victoria-metrics", "sightglass"]) {
    if (!isInstalled(name)) continue;
    const server = await metricServers[name]();
    try {
      rows.push(...(await measure(server, { bodies, series, scrapes })).map((row) => ({ server: name, ...row })));
    } finally {
      await server.stop();
    }
  }
  return rows;
}

async function measure(server, { bodies, series, scrapes }) {
  const rows = [];
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, server.residentBytes())), 100);
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const usedBeforeMs = server.processorMs();
    const startedAt = performance.now();
    const shards = Array.from({ length: connections }, (_unused, connection) =>
      bodies.filter((_body, index) => index % connections === connection).map((body) => body[scrape]),
    );
    await sendShards(server.writeUrl, shards, headersOf["1.0"]);
    await server.stored(series * (scrape + 1));
    const tookMs = performance.now() - startedAt;
    rows.push({
      what: scrape === 0 ? "new series" : `scrape ${scrape + 1}`,
      perSecond: Math.round(series / (tookMs / 1000)),
      serverMicrosPerSample: Number((((server.processorMs() - usedBeforeMs) * 1000) / series).toFixed(2)),
      residentMegabytes: Math.round(server.residentBytes() / 1e6),
    });
  }
  for (const query of ["count(node_requests_0_total)", "sum(rate(node_requests_0_total[5m]))"]) {
    const startedAt = performance.now();
    const answer = await fetch(`${server.url}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${server.url} ${query}: ${answer.status} ${text.slice(0, 300)}`);
    rows.push({ what: query, milliseconds: Math.round(performance.now() - startedAt) });
  }
  clearInterval(watch);
  rows.push({ what: "peak", residentMegabytes: Math.round(peakBytes / 1e6) });
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.table(await activeSeries({ series: Number(process.env.BENCH_SERIES ?? 1_000_000) }));
}
