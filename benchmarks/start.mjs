import { setTimeout as sleep } from "node:timers/promises";
import { startServer } from "./server.mjs";

/** A server on a folder that holds data already: how soon it is ready, and what it keeps in memory. */
export async function startOn(data, { rounds = 5 } = {}) {
  const readyMs = [];
  const processorMs = [];
  let server;
  for (let round = 0; round < rounds; round++) {
    await server?.stop();
    server = await startServer({ data, keep: true });
    readyMs.push(server.readyMs);
    processorMs.push(server.processorMs());
  }
  try {
    await sleep(20_000);
    const idleBytes = server.residentBytes();
    let peakBytes = idleBytes;
    for (let question = 0; question < 100; question++) {
      const { runs } = await ask(server, `/api/runs?limit=50`);
      const { id, traceId } = runs[question % runs.length];
      await ask(server, `/api/runs/${encodeURIComponent(id)}`);
      await ask(server, `/api/traces/${traceId}`);
      peakBytes = Math.max(peakBytes, server.residentBytes());
    }
    return {
      readyMs: Math.round(median(readyMs)),
      readyProcessorMs: Math.round(median(processorMs)),
      idleMegabytes: Math.round(idleBytes / 1e6),
      askedMegabytes: Math.round(peakBytes / 1e6),
      diskMegabytes: Math.round(server.dataBytes() / 1e6),
    };
  } finally {
    await server.stop();
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function ask({ url }, path) {
  const answer = await fetch(url + path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}
