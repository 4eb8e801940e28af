import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isInstalled, metricServers } from "./metric-peers.mjs";
import { headersOf, makeRequests } from "./metric-requests.mjs";
import { intervalMs, makeSeries } from "./metric-series.mjs";

const servers = [
  { name: "prometheus", version: "1.0" },
  { name: "victoria-metrics", version: "1.0" },
  { name: "sightglass", version: "1.0" },
  // Neither of Debian's peers knows it.
  { name: "sightglass", version: "2.0" },
];

/**
 * Remote write of the same payloads to each server in turn: 10,000 series x 240 samples, 2,000 samples a request, over five
 * connections that each send their own series in the order of time, as Prometheus' own shards do.
 */
export async function remoteWrite({ series = 10_000, steps = 240, samplesPerRequest = 2000 } = {}) {
  const all = makeSeries(series, { startMs: Date.now() - steps * intervalMs });
  const shards = { "1.0": [], "2.0": [] };
  for (let first = 0; first < series; first += samplesPerRequest) {
    const own = all.slice(first, first + samplesPerRequest);
    const [v1, v2] = makeRequests(own, { steps, versions: ["1.0", "2.0"] });
    shards["1.0"].push(v1);
    shards["2.0"].push(v2);
  }
  const rows = [];
  for (const { name, version } of servers.filter(({ name }) => isInstalled(name))) {
    const server = await metricServers[name]();
    try {
      const measured = await measure(server, { shards: shards[version], version, samples: series * steps });
      rows.push({ server: name, version, ...measured });
    } finally {
      await server.stop();
    }
  }
  return rows;
}

async function measure(server, { shards, version, samples }) {
  const usedBeforeMs = server.processorMs();
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, server.residentBytes())), 100);
  const startedAt = performance.now();
  await sendShards(server.writeUrl, shards, headersOf[version]);
  const acknowledgedMs = performance.now() - startedAt;
  await server.stored(samples);
  const storedMs = performance.now() - startedAt;
  clearInterval(watch);
  return {
    samples,
    acknowledgedPerSecond: Math.round(samples / (acknowledgedMs / 1000)),
    queryablePerSecond: Math.round(samples / (storedMs / 1000)),
    serverMicrosPerSample: Number((((server.processorMs() - usedBeforeMs) * 1000) / samples).toFixed(3)),
    peakMegabytes: Math.round(peakBytes / 1e6),
  };
}

/** Each shard over a keep-alive connection of its own, one request after the other. */
export async function sendShards(url, shards, headers) {
  await Promise.all(
    shards.map(async (bodies) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const body of bodies) await send(url, body, { agent, headers });
      agent.destroy();
    }),
  );
}

/** As a sender does it: what is refused for a while is sent again. */
async function send(url, body, { agent, headers }) {
  for (;;) {
    const { status, text } = await post(url, body, { agent, headers });
    if (status === 200 || status === 204) return;
    if (status !== 503 && status !== 429) throw new Error(`${url}: ${status} ${text}`);
    await sleep(50);
  }
}

function post(url, body, { agent, headers }) {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", agent, headers: { ...headers, "Content-Length": body.length } };
    const sent = request(url, options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await remoteWrite());
