import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { makePayload } from "./otlp-payload.mjs";
import { startServer } from "./server.mjs";

/**
 * Durable and queryable spans a second, by protocol; memory and disk under that load; received to queryable. Processor time
 * is given apart from time, since a busy machine disturbs it less: `onTwoIdleCores` is what it amounts to.
 */
export async function ingest({
  protocols = ["http", "grpc"],
  seconds = 10,
  connections = 8,
  spansPerRequest = 4096,
} = {}) {
  const rows = [];
  for (const protocol of protocols) {
    const server = await startServer();
    try {
      rows.push(await measure(server, { protocol, seconds, connections, spansPerRequest }));
    } finally {
      await server.stop();
    }
  }
  return rows;
}

async function measure(server, { protocol, seconds, connections, spansPerRequest }) {
  const idleBytes = await mostAtRest(server);
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, server.residentBytes())), 200);
  const lagsMs = [];
  let slowestStatusMs = 0;
  const usedBeforeMs = server.processorMs();
  const load = await generate(protocol, protocol === "grpc" ? server.grpc : server.http, {
    seconds,
    connections,
    spansPerRequest,
    // Not while the payloads are made: the server is idle then.
    onStarted: () =>
      Promise.all([
        ...Array.from({ length: probers }, () => probe(server, lagsMs, seconds)),
        watchStatus(server, seconds, (tookMs) => (slowestStatusMs = Math.max(slowestStatusMs, tookMs))),
      ]),
  });
  const stored = await waitStored(server, load.accepted);
  const elapsedMs = performance.now() - load.startedAt;
  const serverUs = ((server.processorMs() - usedBeforeMs) * 1000) / stored;
  const generatorUs = (load.processorMs * 1000) / load.accepted;
  clearInterval(watch);
  lagsMs.sort((a, b) => a - b);
  return {
    protocol,
    durablePerSecond: Math.round(load.accepted / (load.elapsedMs / 1000)),
    queryablePerSecond: Math.round(stored / (elapsedMs / 1000)),
    serverMicrosPerSpan: hundredth(serverUs),
    generatorMicrosPerSpan: hundredth(generatorUs),
    onTwoIdleCores: Math.round(2e6 / (serverUs + generatorUs)),
    refused: load.refused,
    bytesPerSpanSent: Math.round(load.bytesPerSpan),
    acknowledgeP50Ms: Math.round(load.acknowledgeP50Ms),
    acknowledgeP99Ms: Math.round(load.acknowledgeP99Ms),
    probes: lagsMs.length,
    queryableP50Ms: Math.round(lagsMs[Math.floor(lagsMs.length * 0.5)] ?? Number.NaN),
    queryableP99Ms: Math.round(lagsMs[Math.floor(lagsMs.length * 0.99)] ?? Number.NaN),
    slowestStatusMs: Math.round(slowestStatusMs),
    idleMegabytes: Math.round(idleBytes / 1e6),
    peakMegabytes: Math.round(peakBytes / 1e6),
    diskBytesPerSpan: Math.round((server.dataBytes() / stored) * 10) / 10,
    readyMs: Math.round(server.readyMs),
  };
}

/** The most that is resident while nothing is sent: over one round of what the server does every 10 and 15 s. */
async function mostAtRest(server) {
  await sleep(20_000);
  let most = 0;
  for (let seconds = 0; seconds < 16; seconds += 0.25) {
    most = Math.max(most, server.residentBytes());
    await sleep(250);
  }
  return most;
}

const hundredth = (value) => Math.round(value * 100) / 100;

async function generate(protocol, address, { seconds, connections, spansPerRequest, onStarted }) {
  const args = ["benchmarks/load.mjs", protocol, address, seconds, connections, spansPerRequest].map(String);
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let startedAt = Number.NaN;
  let beside = Promise.resolve();
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    if (!Number.isNaN(startedAt) || !output.includes("\n")) return;
    startedAt = performance.now();
    beside = onStarted();
  });
  await once(child, "close");
  await beside;
  return { ...JSON.parse(output.slice(output.indexOf("\n"))), startedAt };
}

/** The page's status must answer while the server is at its limit. */
async function watchStatus(server, seconds, took) {
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const askedAt = performance.now();
    await server.status();
    took(performance.now() - askedAt);
    await sleep(500);
  }
}

/** So many at once, or a run of ten seconds would have a dozen probes, and its p99 would be the slowest of them. */
const probers = 6;
/** No span is queryable sooner; asking for it would only be more load. */
const firstQuestionMs = 200;
const betweenQuestionsMs = 40;

/**
 * Sends one span at a time beside the load, and asks for its trace until it is there. The time begins before the request is
 * sent and ends with the answer, so it holds the acknowledgement, and up to 40 ms between two questions.
 */
async function probe(server, lagsMs, seconds) {
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const { body, refresh } = makePayload(1, { service: `probe-${randomBytes(4).toString("hex")}` });
    refresh(BigInt(Date.now()) * 1_000_000n);
    const traceId = body
      .subarray(body.indexOf(Buffer.from([0x0a, 0x10])) + 2)
      .subarray(0, 16)
      .toString("hex");
    const sentAt = performance.now();
    const answer = await fetch(`${server.http}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body,
    });
    if (answer.ok) {
      await sleep(firstQuestionMs);
      while (!(await fetch(`${server.url}/api/traces/${traceId}?fields=summary`)).ok) await sleep(betweenQuestionsMs);
      lagsMs.push(performance.now() - sentAt);
    }
    await sleep(100);
  }
}

async function waitStored(server, spans) {
  for (;;) {
    const { ledger } = await server.status();
    if (ledger.spans.stored >= spans && ledger.spans.spooled === 0) return ledger.spans.stored;
    await sleep(50);
  }
}
