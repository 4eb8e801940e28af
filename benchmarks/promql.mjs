import { Agent, request } from "node:http";
import { pathToFileURL } from "node:url";
import { isInstalled, metricServers } from "./metric-peers.mjs";
import { counterBodies, intervalMs } from "./promql-load.mjs";

/** The six queries of the budget over a range, then the two of them with less to send. */
const rangeQueries = {
  "sum(rate)": "sum(rate(requests_total[5m]))",
  "sum by": "sum by (job) (rate(requests_total[5m]))",
  "rate{}": "rate(requests_total[5m])",
  "topk(increase)": "topk(5, increase(requests_total[5m]))",
  max_over_time: "max_over_time(requests_total[5m])",
  "quantile(rate)": "quantile(0.9, rate(requests_total[5m]))",
  "also: rate{job=~}": 'rate(requests_total{job=~"job-1.*"}[5m])',
  "also: max(max_over_time)": "max(max_over_time(requests_total[5m]))",
};
/** As alert rules ask them. */
const instantQueries = {
  "instant: sum by (rate) > x": "sum by (job) (rate(requests_total[5m])) > 1e9",
  "instant: rate > x": "rate(requests_total[5m]) > 1e9",
  "instant: last > x": "requests_total > 1e12",
  "instant: increase[1h]": "sum(increase(requests_total[1h]))",
};

/**
 * Milliseconds of each query over HTTP, in Sightglass and in the peers that are installed: the same samples by remote
 * write, the same requests in turn, warm, without compression of the answer. Medians of `rounds`, of the time until the
 * last byte and of the server's processor time.
 */
export async function promql({ seriesCount = 10_000, ...options } = {}) {
  const loaded = await loadServers({ seriesCount });
  try {
    return { rows: await measureQueries(loaded, options), missing: loaded.missing };
  } finally {
    await loaded.stop();
  }
}

/** One server after the other, each with all samples stored. */
export async function loadServers({ seriesCount, sampleCount = 240 }) {
  const endMs = Math.floor(Date.now() / 60_000) * 60_000;
  const names = ["sightglass", "prometheus", "victoria-metrics"];
  const servers = [];
  const stop = async () => {
    for (const server of servers.toReversed()) await server.stop();
  };
  try {
    const bodies = counterBodies({ seriesCount, sampleCount, endMs });
    for (const name of names.filter(isInstalled)) {
      const server = await metricServers[name]();
      servers.push({ ...server, name });
      await load(server, bodies);
      await server.stored(seriesCount * sampleCount);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { servers, endMs, stop, missing: names.filter((name) => !isInstalled(name)) };
}

/** `steps` steps of 15 s that end with the samples. `warmUps` rounds do not count. */
export async function measureQueries({ servers, endMs }, { rounds = 7, warmUps = 5, steps = 200 } = {}) {
  const range = { start: endMs / 1000 - steps * (intervalMs / 1000), end: endMs / 1000, step: intervalMs / 1000 };
  const rows = [];
  for (const [name, query] of Object.entries(rangeQueries))
    rows.push(await compare(servers, { name, path: "query_range", form: { query, ...range }, rounds, warmUps }));
  for (const [name, query] of Object.entries(instantQueries))
    rows.push(await compare(servers, { name, path: "query", form: { query, time: range.end }, rounds, warmUps }));
  return rows;
}

async function compare(servers, { name, path, form, rounds, warmUps }) {
  const measured = new Map(servers.map((server) => [server, { walls: [], processors: [], bytes: 0 }]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const [server, figures] of measured) {
      const usedBefore = server.processorMs();
      const { tookMs, bytes } = await ask(`${server.url}/api/v1/${path}`, form);
      if (round < 0) continue;
      figures.walls.push(tookMs);
      figures.processors.push(server.processorMs() - usedBefore);
      figures.bytes = bytes;
    }
  }
  const row = { query: name };
  for (const [server, { walls, processors, bytes }] of measured)
    row[server.name] = { ms: median(walls), processorMs: median(processors), bytes };
  return row;
}

const agent = new Agent({ keepAlive: true });

function ask(url, form) {
  const body = new URLSearchParams(Object.entries(form).map(([key, value]) => [key, String(value)])).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) };
  return send(url, { headers, body });
}

/** Until the last byte of the answer. */
function send(url, { headers, body }) {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers }, (answer) => {
      let bytes = 0;
      let begin = "";
      answer.on("data", (chunk) => {
        bytes += chunk.length;
        if (begin.length < 300) begin += chunk;
      });
      answer.on("end", () => {
        if (answer.statusCode >= 300) reject(new Error(`${url} answered ${answer.statusCode}: ${begin.slice(0, 300)}`));
        else resolve({ tookMs: performance.now() - startedMs, bytes });
      });
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function load({ writeUrl }, bodies) {
  const headers = {
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "0.1.0",
  };
  for (let at = 0; at < bodies.length; at += 4)
    await Promise.all(bodies.slice(at, at + 4).map((body) => send(writeUrl, { headers, body })));
}

const median = (values) => Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] * 10) / 10;

/** Rows as a table: the time of each server, and ours as a share of each other's. */
export function promqlTable(rows) {
  return rows.map(({ query, sightglass, ...peers }) => ({
    query,
    sightglass: sightglass.ms,
    "processor ms": sightglass.processorMs,
    ...Object.fromEntries(
      Object.entries(peers).flatMap(([name, { ms, processorMs }]) => [
        [name, ms],
        [`${name} processor ms`, processorMs],
        [`/ ${name}`, Math.round((sightglass.ms / ms) * 100) / 100],
      ]),
    ),
  }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { rows, missing } = await promql({
    seriesCount: Number(process.env.BENCH_SERIES ?? 10_000),
    rounds: Number(process.env.BENCH_ROUNDS ?? 7),
  });
  console.table(promqlTable(rows));
  if (missing.length > 0) console.log(`not installed: ${missing.join(", ")}`);
  process.exit(0);
}
