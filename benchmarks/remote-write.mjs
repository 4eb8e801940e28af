import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { compress } from "snappyjs";
import { freePort, startServer } from "./server.mjs";

/**
 * Remote write 1.0, ours beside Debian's Prometheus: 10,000 series x 240 samples, 2,000 samples a request, over five
 * connections that each send their own series in the order of time, as Prometheus' own shards do.
 */
export async function remoteWrite({ series = 10_000, steps = 240, samplesPerRequest = 2000, options = {} } = {}) {
  const shards = makeRequests({ series, steps, samplesPerRequest });
  const samples = series * steps;
  const rows = [];
  for (const start of [() => startPrometheus(), () => startOurs(options)]) {
    const server = await start();
    try {
      rows.push(await measure(server, shards, samples));
    } finally {
      await server.stop();
    }
  }
  return rows;
}

async function measure(server, shards, samples) {
  const cpuBefore = cpuSeconds(server.pid);
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, residentBytes(server.pid))), 100);
  const startedAt = performance.now();
  await Promise.all(shards.map((bodies) => sendAll(server.writeUrl, bodies)));
  const acknowledgedMs = performance.now() - startedAt;
  await server.stored(samples);
  const storedMs = performance.now() - startedAt;
  clearInterval(watch);
  return {
    server: server.name,
    samples,
    acknowledgedPerSecond: Math.round(samples / (acknowledgedMs / 1000)),
    queryablePerSecond: Math.round(samples / (storedMs / 1000)),
    cpuSeconds: Number((cpuSeconds(server.pid) - cpuBefore).toFixed(2)),
    peakMegabytes: Math.round(peakBytes / 1e6),
  };
}

/** One keep-alive connection, one request after the other. */
async function sendAll(url, bodies) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const body of bodies) {
    for (;;) {
      const { status, text } = await post(url, body, agent);
      if (status === 503 || status === 429) await sleep(50);
      else if (status === 204 || status === 200) break;
      else throw new Error(`${status}: ${text}`);
    }
  }
  agent.destroy();
}

function post(url, body, agent) {
  return new Promise((resolve, reject) => {
    const headers = {
      "Content-Type": "application/x-protobuf",
      "Content-Encoding": "snappy",
      "X-Prometheus-Remote-Write-Version": "0.1.0",
      "Content-Length": body.length,
    };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The compressed bodies of each shard. */
function makeRequests({ series, steps, samplesPerRequest }) {
  const startMs = Date.now() - steps * 15_000;
  const shards = [];
  for (let first = 0; first < series; first += samplesPerRequest) {
    const labels = Array.from({ length: Math.min(samplesPerRequest, series - first) }, (_, i) =>
      encodeLabels(first + i),
    );
    const values = labels.map((_, i) => first + i);
    const bodies = [];
    for (let step = 0; step < steps; step++) {
      const parts = labels.map((encoded, i) => {
        values[i] += (i * 7 + step) % 13;
        return encodeSeries(encoded, values[i], startMs + step * 15_000);
      });
      bodies.push(Buffer.from(compress(new Uint8Array(Buffer.concat(parts)))));
    }
    shards.push(bodies);
  }
  return shards;
}

/** As a node exporter has them. */
function encodeLabels(i) {
  const labels = [
    ["__name__", `node_metric_${i % 100}_seconds_total`],
    ["cluster", "eu-central-1"],
    ["cpu", String(i % 16)],
    ["device", `nvme${i % 7}n1`],
    ["environment", "production"],
    ["instance", `10.0.${(i >> 8) & 255}.${i & 255}:9100`],
    ["job", "node-exporter"],
    ["mode", ["idle", "user", "system", "iowait"][i % 4]],
    ["pod", `node-exporter-${i.toString(36).padStart(5, "0")}`],
  ];
  return Buffer.concat(
    labels.map(([name, value]) => delimited(1, Buffer.concat([delimited(1, name), delimited(2, value)]))),
  );
}

function encodeSeries(labels, value, timeMs) {
  const sample = Buffer.alloc(9);
  sample[0] = 0x09;
  sample.writeDoubleLE(value, 1);
  const point = delimited(2, Buffer.concat([sample, Buffer.from([0x10]), varint(timeMs)]));
  return delimited(1, Buffer.concat([labels, point]));
}

function delimited(field, content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

async function startOurs(options) {
  const server = await startServer(options);
  return {
    ...server,
    name: "sightglass",
    writeUrl: `${server.url}/api/v1/write`,
    stored: async (samples) => {
      while ((await server.status()).ledger.samples.stored < samples) await sleep(20);
    },
  };
}

async function startPrometheus() {
  const folder = mkdtempSync(join(tmpdir(), "prometheus-bench-"));
  const config = join(folder, "prometheus.yml");
  writeFileSync(config, "global: {}\n");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`];
  const child = spawn(
    "prometheus",
    [...args, `--web.listen-address=127.0.0.1:${port}`, "--web.enable-remote-write-receiver", "--log.level=error"],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  while (
    !(await fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`);
    await sleep(20);
  }
  return {
    name: "prometheus",
    pid: child.pid,
    writeUrl: `${url}/api/v1/write`,
    // What it acknowledges can be queried.
    stored: async () => {},
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Linux only. */
function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.table(await remoteWrite());
}
