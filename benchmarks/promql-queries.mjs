import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { startServer } from "./server.mjs";

/** The six queries of the budget over a range, then those that alert rules ask at a moment. */
const rangeQueries = {
  "sum(rate)": "sum(rate(requests_total[5m]))",
  "sum by": "sum by (job) (rate(requests_total[5m]))",
  "rate{}": 'rate(requests_total{job=~"job-1.*"}[5m])',
  "topk(increase)": "topk(5, increase(requests_total[5m]))",
  max_over_time: "max(max_over_time(requests_total[5m]))",
  "quantile(rate)": "quantile(0.9, rate(requests_total[5m]))",
};
const instantQueries = {
  "instant: sum by (rate) > x": "sum by (job) (rate(requests_total[5m])) > 1e9",
  "instant: last > x": "requests_total > 1e12",
  "instant: increase[1h]": "sum(increase(requests_total[1h]))",
};

const intervalMs = 15_000;

/**
 * Milliseconds of each query over HTTP, with `seriesCount` series of `sampleCount` samples and `steps` steps of 15 s, in
 * Sightglass and, where it is installed, in Prometheus: the same samples by remote write, the same requests in turn. The
 * median of `rounds`.
 */
export async function promqlQueries({ seriesCount = 10_000, sampleCount = 240, steps = 200, rounds = 5 } = {}) {
  const endMs = Math.floor(Date.now() / 60_000) * 60_000;
  const server = await startServer();
  const prometheus = await startPrometheus();
  const engines = { sightglass: server.url, ...(prometheus === undefined ? {} : { prometheus: prometheus.url }) };
  const rows = [];
  try {
    for (const [name, url] of Object.entries(engines)) {
      const startedMs = performance.now();
      await load(url, { seriesCount, sampleCount, endMs });
      const tookMs = performance.now() - startedMs;
      rows.push({
        engine: name,
        query: "remote write, samples/s",
        ms: Math.round((seriesCount * sampleCount * 1000) / tookMs),
      });
    }
    while ((await server.status()).ledger.samples.stored < seriesCount * sampleCount) await sleep(100);
    const times = { start: endMs / 1000 - steps * 15, end: endMs / 1000, step: 15 };
    const questions = [
      ...Object.entries(rangeQueries).map(([name, query]) => ({
        name,
        path: "query_range",
        form: { query, ...times },
      })),
      ...Object.entries(instantQueries).map(([name, query]) => ({
        name,
        path: "query",
        form: { query, time: times.end },
      })),
    ];
    for (const { name, path, form } of questions) {
      const took = Object.fromEntries(Object.keys(engines).map((engine) => [engine, []]));
      for (let round = 0; round < rounds; round++)
        for (const [engine, url] of Object.entries(engines))
          took[engine].push(await ask(`${url}/api/v1/${path}`, form));
      for (const engine of Object.keys(engines)) rows.push({ engine, query: name, ms: median(took[engine]) });
    }
    return { rows, missing: prometheus === undefined ? ["prometheus"] : [] };
  } finally {
    await server.stop();
    await prometheus?.stop();
  }
}

async function ask(url, form) {
  const body = new URLSearchParams(Object.entries(form).map(([key, value]) => [key, String(value)]));
  const startedMs = performance.now();
  const answer = await fetch(url, { method: "POST", body });
  const bytes = await answer.arrayBuffer();
  const tookMs = performance.now() - startedMs;
  if (!answer.ok) throw new Error(`${url} ${form.query}: ${Buffer.from(bytes).toString().slice(0, 300)}`);
  return tookMs;
}

const median = (values) => Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] * 10) / 10;

/** Requests of 2,000 samples: 1,000 series with two samples each, in order of time. */
async function load(url, { seriesCount, sampleCount, endMs }) {
  for (let at = 0; at < sampleCount; at += 2) {
    const inFlight = [];
    for (let first = 0; first < seriesCount; first += 1000) {
      const series = Array.from({ length: Math.min(1000, seriesCount - first) }, (_unused, offset) =>
        timeSeries(first + offset, at, { endMs, sampleCount }),
      );
      inFlight.push(send(url, Buffer.concat(series)));
      if (inFlight.length === 4) await Promise.all(inFlight.splice(0));
    }
    await Promise.all(inFlight);
  }
}

async function send(url, body) {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: "POST",
    headers: {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
    },
    body: snappyStored(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

function timeSeries(series, at, { endMs, sampleCount }) {
  const labels = {
    __name__: "requests_total",
    instance: `instance-${series % 500}`,
    job: `job-${series % 20}`,
    path: `/api/v1/thing/${series}`,
  };
  const offsetMs = 1 + ((series * 7919) % 14_997);
  const samples = [at, at + 1]
    .filter((index) => index < sampleCount)
    .map((index) =>
      message(
        2,
        sample(endMs - (sampleCount - index) * intervalMs + offsetMs, index * (1 + (series % 50)) + (series % 7)),
      ),
    );
  const pairs = Object.entries(labels).map(([name, value]) =>
    message(1, Buffer.concat([message(1, Buffer.from(name)), message(2, Buffer.from(value))])),
  );
  return message(1, Buffer.concat([...pairs, ...samples]));
}

function sample(timeMs, value) {
  const double = Buffer.alloc(9);
  double[0] = 0x09;
  double.writeDoubleLE(value, 1);
  return Buffer.concat([double, Buffer.of(0x10), varint(timeMs)]);
}

const message = (field, bytes) => Buffer.concat([Buffer.of((field << 3) | 2), varint(bytes.length), bytes]);

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Snappy's block format with literals only. */
function snappyStored(bytes) {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const chunk = bytes.subarray(at, at + 65_536);
    parts.push(Buffer.of(61 << 2, (chunk.length - 1) & 0xff, (chunk.length - 1) >>> 8), chunk);
  }
  return Buffer.concat(parts);
}

async function startPrometheus() {
  if (spawnSync("prometheus", ["--version"]).status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "sightglass-bench-prometheus-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  writeFileSync(join(folder, "prometheus.yml"), "global: {scrape_interval: 1h}\n");
  const child = spawn(
    "prometheus",
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--web.enable-remote-write-receiver",
    ],
    { stdio: "ignore" },
  );
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`);
    await sleep(50);
  }
  return {
    url,
    async stop() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { rows, missing } = await promqlQueries({
    seriesCount: Number(process.env.BENCH_SERIES ?? 10_000),
    rounds: Number(process.env.BENCH_ROUNDS ?? 5),
  });
  const names = [...new Set(rows.map(({ query }) => query))];
  const of = (query, engine) => rows.find((row) => row.query === query && row.engine === engine)?.ms;
  console.table(
    names.map((query) => {
      const [ours, theirs] = [of(query, "sightglass"), of(query, "prometheus")];
      return {
        query,
        sightglass: ours,
        prometheus: theirs,
        ratio: theirs === undefined ? undefined : (theirs / ours).toFixed(2),
      };
    }),
  );
  if (missing.length > 0) console.log(`not installed: ${missing.join(", ")}`);
}
