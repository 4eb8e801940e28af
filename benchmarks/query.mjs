import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fillRuns } from "./fill-runs.mjs";
import { fillSpans } from "./fill-spans.mjs";
import { startServer } from "./server.mjs";
import { startOn } from "./start.mjs";

/**
 * Times of trace by id, search, run list and run page with `spans` spans stored: traces of ten spans over a day, eight
 * services, forty operations, nine attributes; and one run of nine stages for each hundred spans. Each figure is over `rounds`
 * different questions, so that no cache of answers helps; `cold` is the first of them. And how a server starts on that folder.
 * @param dataDir is kept, and goes on from what is in it
 */
export async function query({ dataDir, ...options } = {}) {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "sightglass-bench-"));
  try {
    // A server that was there before the spans: it has counted all that is in the folder.
    if (!existsSync(join(folder, "engine"))) await (await startServer({ data: folder, keep: true })).stop();
    return { rows: await ask({ ...options, folder }), start: await startOn(folder) };
  } finally {
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function ask({
  spans = 10_000_000,
  rounds = 40,
  dist = new URL("../packages/server/dist/", import.meta.url),
  folder,
}) {
  const load = (path) => import(new URL(path, dist));
  const { openEmbeddedStore } = await load("store/embedded/store.js");
  const { migrate } = await load("store/migrate.js");
  const { systemClock } = await load("model/clock.js");
  const { createRunQueries } = await load("query/runs-queries.js");
  const { createTraceQueries } = await load("query/trace-queries.js");
  const { parseAttributeCondition } = await load("query/search-attributes.js");
  const { allOf, everySpan } = await load("query/search-filter.js");
  const { parseTraceql } = await load("query/search-traceql.js");

  const store = await openEmbeddedStore({ dataDir: folder });
  try {
    await migrate(store, { clock: systemClock });
    const endMs = await fillSpans(store, spans);
    const runCount = spans / 100;
    await fillRuns(store, { runs: runCount, endMs });
    const runs = createRunQueries({ store });
    const traces = createTraceQueries({ store });
    const traceCount = spans / 10;
    const ids = await traceIds(store, rounds, traceCount);
    const range = { startNs: 0n, endNs: BigInt(endMs) * 1_000_000n, limit: 20 };
    const search = (filter) => traces.search({ filter, ...range });
    const attribute = (text) => parseAttributeCondition(text, "any");
    const service = (name) => ({ kind: "field", field: "service", op: "=", value: name });

    const questions = {
      "run list": () => runs.list({ limit: 50 }),
      "run list: one pipeline": (i) => runs.list({ pipeline: `pipeline-${i % 12}`, limit: 50 }),
      "run list: failed": () => runs.list({ statuses: ["failed"], limit: 50 }),
      "run page": (i) => readRun(runs, `run-${(i * 2401) % runCount}`),
      "trace by id": (i) => drain(traces.document(ids[i], { fields: "all" })),
      "trace by id, summary": (i) => drain(traces.document(ids[i], { fields: "summary" })),
      "search: newest": () => search(everySpan),
      "search: service": (i) => search(service(`svc-${i % 8}`)),
      "search: service and name": (i) =>
        search(allOf(service(`svc-${i % 8}`), { kind: "field", field: "name", op: "=", value: `op-${i % 40}` })),
      "search: status error": () => search(parseTraceql("{ status = error }").filter),
      "search: duration, rare": (i) => search(parseTraceql(`{ duration > ${900 + i}s }`).filter),
      "search: attribute, frequent": (i) => search(attribute(`http.method=${i % 2 === 0 ? "GET" : "POST"}`)),
      "search: attribute, some": (i) => search(attribute(`db.table=t${i * 7}`)),
      "search: attribute, one run": (i) => search(attribute(`pipeline.run.id=run-${(i * 24_001) % traceCount}`)),
      "search: attribute, none": (i) => search(attribute(`pipeline.run.id=no-${i}`)),
      "search: number, rare": (i) => search(attribute(`pipeline.records.read=${1_000_000_000 + i}`)),
      "search: resource attribute": (i) => search(attribute(`host.name=h${i % 16}`)),
      services: () => traces.services(),
      "attribute keys": (i) => traces.attributeKeys({ ...range, service: `svc-${i % 8}` }),
    };
    const rows = [];
    for (const [question, ask] of Object.entries(questions)) {
      const times = [];
      const used = process.cpuUsage();
      for (let i = 0; i < rounds; i++) {
        const startedAt = performance.now();
        await ask(i);
        times.push(performance.now() - startedAt);
      }
      const { user, system } = process.cpuUsage(used);
      const [coldMs] = times;
      times.sort((a, b) => a - b);
      const at = (quantile) => round(times[Math.min(rounds - 1, Math.ceil(quantile * rounds) - 1)]);
      rows.push({
        question,
        p50Ms: at(0.5),
        p95Ms: at(0.95),
        coldMs: round(coldMs),
        processorMs: round((user + system) / 1000 / rounds),
      });
    }
    return rows;
  } finally {
    await store.close();
  }
}

const round = (ms) => Math.round(ms * 10) / 10;

async function readRun(runs, id) {
  const { stages } = await runs.read(id);
  if (stages.length !== 9) throw new Error(`${id} has ${stages.length} stages`);
}

async function drain(pieces) {
  let length = 0;
  for await (const piece of await pieces) length += piece.length;
  if (length < 1000) throw new Error("a trace is missing");
}

async function traceIds(store, count, traceCount) {
  const rows = await store.query(
    `SELECT lower(hex(MD5(toString((number * 24001 + 7) % ${traceCount})))) AS id FROM numbers(${count})`,
  );
  return rows.map(({ id }) => id);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [spans = "10000000", dataDir] = process.argv.slice(2);
  const { rows, start } = await query({ spans: Number(spans), ...(dataDir === undefined ? {} : { dataDir }) });
  console.table(rows);
  console.table([start]);
}
