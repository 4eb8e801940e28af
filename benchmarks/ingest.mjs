import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { makePayload } from "./otlp-payload.mjs";
import { startServer } from "./server.mjs";

/** Durable and queryable spans a second, by protocol; memory and disk under that load; received to queryable. */
export async function ingest({ seconds = 10, connections = 8, spansPerRequest = 4096 } = {}) {
  const rows = [];
  for (const protocol of ["http", "grpc"]) {
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
  const idleBytes = server.residentBytes();
  let peakBytes = 0;
  const watch = setInterval(() => (peakBytes = Math.max(peakBytes, server.residentBytes())), 200);
  const lagsMs = [];
  const prober = probe(server, lagsMs, seconds);
  const startedAt = performance.now();
  const load = await generate(protocol, protocol === "grpc" ? server.grpc : server.http, {
    seconds,
    connections,
    spansPerRequest,
  });
  await prober;
  const stored = await waitStored(server, load.accepted);
  const elapsedMs = performance.now() - startedAt - load.prepareMs;
  clearInterval(watch);
  lagsMs.sort((a, b) => a - b);
  return {
    protocol,
    durablePerSecond: Math.round(load.accepted / (load.elapsedMs / 1000)),
    queryablePerSecond: Math.round(stored / (elapsedMs / 1000)),
    refused: load.refused,
    bytesPerSpanSent: Math.round(load.bytesPerSpan),
    acknowledgeP50Ms: Math.round(load.acknowledgeP50Ms),
    acknowledgeP99Ms: Math.round(load.acknowledgeP99Ms),
    queryableP50Ms: Math.round(lagsMs[Math.floor(lagsMs.length * 0.5)] ?? Number.NaN),
    queryableP99Ms: Math.round(lagsMs[Math.floor(lagsMs.length * 0.99)] ?? Number.NaN),
    idleMegabytes: Math.round(idleBytes / 1e6),
    peakMegabytes: Math.round(peakBytes / 1e6),
    diskBytesPerSpan: Math.round((server.dataBytes() / stored) * 10) / 10,
    readyMs: Math.round(server.readyMs),
  };
}

async function generate(protocol, address, { seconds, connections, spansPerRequest }) {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ["benchmarks/load.mjs", protocol, address, seconds, connections, spansPerRequest].map(String),
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  await once(child, "exit");
  const result = JSON.parse(output);
  return { ...result, prepareMs: performance.now() - startedAt - result.elapsedMs };
}

/** Sends one span at a time beside the load, and asks for it until it is there. */
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
      while (!(await fetch(`${server.url}/api/traces/${traceId}`)).ok) await sleep(20);
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
