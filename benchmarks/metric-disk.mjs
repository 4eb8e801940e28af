import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isInstalled, metricServers } from "./metric-peers.mjs";
import { headersOf, makeRequests } from "./metric-requests.mjs";
import { intervalMs, makeSeries } from "./metric-series.mjs";
import { sendShards } from "./remote-write.mjs";
import { folderBytes } from "./server.mjs";

const tables = ["samples", "samples_closed", "sample_chunks", "series"];

/**
 * Bytes a sample on disk, of 5,000 series over six hours: right after the last is stored, and once each server has packed
 * them as tightly as it does by itself. Labels and indexes are part of it.
 */
export async function metricDisk({ series = 5000, hours = 6, samplesPerRequest = 5000 } = {}) {
  const steps = (hours * 3_600_000) / intervalMs;
  const all = makeSeries(series, { startMs: Date.now() - steps * intervalMs });
  const bodies = [];
  for (let first = 0; first < series; first += samplesPerRequest) {
    bodies.push(makeRequests(all.slice(first, first + samplesPerRequest), { steps, versions: ["1.0"] })[0]);
  }
  const samples = series * steps;
  const rows = [];
  for (const [name, packed] of Object.entries({ prometheus, "victoria-metrics": victoriaMetrics, sightglass })) {
    if (!isInstalled(name)) continue;
    const data = name === "sightglass" ? mkdtempSync(join(tmpdir(), "sightglass-bench-")) : undefined;
    const server = await metricServers[name]({ data, keep: true });
    try {
      await sendShards(server.writeUrl, bodies, headersOf["1.0"]);
      await server.stored(samples);
      const atOnce = server.dataBytes();
      rows.push({ server: name, state: "whole folder, right after", bytesPerSample: round(atOnce / samples) });
      for (const [state, bytes] of Object.entries(await packed(server))) {
        rows.push({ server: name, state, bytesPerSample: round(bytes / samples) });
      }
    } finally {
      await server.stop();
      if (data !== undefined) rmSync(data, { recursive: true, force: true });
    }
  }
  return rows;
}

/** A snapshot has the head as a block too, and no log. The head is compacted while samples arrive, so that is done by now. */
async function prometheus({ url, data }) {
  const snapshot = await fetch(`${url}/api/v1/admin/tsdb/snapshot`, { method: "POST" });
  if (!snapshot.ok) throw new Error(`${url}: ${snapshot.status} ${await snapshot.text()}`);
  return { "blocks alone, without log and head": folderBytes(join(data, "snapshots")) };
}

async function victoriaMetrics({ url, data }) {
  await fetch(`${url}/internal/force_merge`);
  let before = -1;
  for (let bytes = folderBytes(data); bytes !== before; bytes = folderBytes(data)) {
    before = bytes;
    await sleep(3000);
  }
  return { merged: before };
}

/** The fold of half hours that are over, on the stopped server's folder with a clock that is ahead, and the merges after it. */
async function sightglass(server) {
  await server.stop();
  const dist = new URL("../packages/server/dist/", import.meta.url);
  const { openEmbeddedStore } = await import(new URL("store/embedded/store.js", dist));
  const { Chunking } = await import(new URL("store/chunking.js", dist));
  const store = await openEmbeddedStore({ dataDir: server.data });
  try {
    const clock = { nowMs: () => Date.now() + 3_600_000, after: () => () => {} };
    await new Chunking({ store, clock }).run();
    for (const table of tables) await store.execute(`OPTIMIZE TABLE ${table} FINAL`, { timeoutMs: 600_000 });
    const [{ bytes }] = await store.query(
      `SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table IN ({tables:Array(String)})`,
      { params: { tables } },
    );
    return { "folded and merged": Number(bytes) };
  } finally {
    await store.close();
  }
}

const round = (value) => Math.round(value * 100) / 100;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await metricDisk());
