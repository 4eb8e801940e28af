import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fillRuns } from "./fill-runs.mjs";

/**
 * Times of trace by id, search, run list and run page with `spans` spans stored: traces of ten spans over a day, eight
 * services, forty operations, nine attributes; and one run of nine stages for each hundred spans. Each figure is over `rounds` different questions, so that no cache
 * of answers helps; `cold` is the first of them.
 */
export async function query({
  spans = 10_000_000,
  rounds = 40,
  dist = new URL("../packages/server/dist/", import.meta.url),
  dataDir,
} = {}) {
  const load = (path) => import(new URL(path, dist));
  const { openEmbeddedStore } = await load("store/embedded/store.js");
  const { migrate } = await load("store/migrate.js");
  const { systemClock } = await load("model/clock.js");
  const { createRunQueries } = await load("query/runs-queries.js");
  const { createTraceQueries } = await load("query/trace-queries.js");
  const { parseAttributeCondition } = await load("query/search-attributes.js");
  const { allOf, everySpan } = await load("query/search-filter.js");
  const { parseTraceql } = await load("query/search-traceql.js");

  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "sightglass-bench-"));
  const store = await openEmbeddedStore({ dataDir: folder });
  try {
    await migrate(store, { clock: systemClock });
    const endMs = await fill(store, spans);
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
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true });
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

/** In blocks of a million, as merged parts have them. Returns the time after the last span. */
async function fill(store, spans) {
  const [{ count, newest }] = await store.query(
    "SELECT count() AS count, toUnixTimestamp64Milli(max(received_at)) AS newest FROM spans",
  );
  if (count >= spans) return newest;
  const endMs = Math.floor(Date.now() / 1000) * 1000;
  const block = 1_000_000;
  // Wide, as merges make them; what is inserted would be compact.
  await store.execute("ALTER TABLE spans MODIFY SETTING min_level_for_wide_part = 0");
  for (let from = 0; from < spans; from += block)
    await store.execute(fillSql({ from, count: Math.min(block, spans - from), spans, endMs }), {
      timeoutMs: 600_000,
      memoryBytesMax: 4 * 1024 ** 3,
    });
  await store.execute("ALTER TABLE spans RESET SETTING min_level_for_wide_part");
  return endMs;
}

function fillSql({ from, count, spans, endMs }) {
  const trace = "intDiv(number, 10)";
  const hash = "cityHash64(number)";
  return `
    INSERT INTO spans (received_at, start_time, duration_ns, trace_id, span_id, parent_span_id, name, kind, status_code,
      service, resource, scope, attributes_string, attributes_int, attributes_double, attributes_bool, event_times,
      event_names, event_attributes)
    SELECT start_time + toIntervalSecond(1), start_time,
      toInt64(if(number % 10 = 0, 200000000, 1000000 + ${hash} % 50000000)),
      toFixedString(MD5(toString(${trace})), 16), toFixedString(unhex(leftPad(hex(number + 1), 16, '0')), 8),
      if(number % 10 = 0, toFixedString('', 8), toFixedString(unhex(leftPad(hex(${trace} * 10 + 1), 16, '0')), 8)),
      concat('op-', toString(${hash} % 40)), 1, if(${hash} % 100 = 0, 2, 0), concat('svc-', toString(${trace} % 8)) AS service,
      concat('{"attributes":{"service.name":"', service, '","host.name":"h', toString(${trace} % 16),
        '","process.pid":', toString(1000 + ${trace} % 16), '},"droppedAttributesCount":0,"schemaUrl":""}'),
      '{"name":"lib","version":"1.0","attributes":{},"droppedAttributesCount":0,"schemaUrl":""}',
      map('pipeline.run.id', concat('run-', toString(${trace})), 'db.table', concat('t', toString(${hash} % 500)),
        'pipeline.partition.key', toString(toDate('2000-01-01') + intDiv(number, 1000) % 3000),
        'http.method', if(number % 2 = 0, 'GET', 'POST')),
      map('pipeline.records.read', toInt64(${hash} % 100000), 'http.status_code', toInt64(200 + 100 * (${hash} % 4))),
      map('ratio', (${hash} % 1000) / 1000), map('cache.hit', number % 3 = 0),
      if(number % 20 = 0, [start_time], []), if(number % 20 = 0, ['exception'], []),
      if(number % 20 = 0, ['{"attributes":{"exception.type":"E"},"droppedAttributesCount":0}'], [])
    FROM (
      SELECT number + ${from} AS number,
        fromUnixTimestamp64Nano(toInt64(${endMs - 86_400_000} + ${trace} * ${86_400_000 / (spans / 10)}) * 1000000
          + (number % 10) * 10000000, 'UTC') AS start_time
      FROM numbers(${count}))`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const spans = Number(process.argv[2] ?? 10_000_000);
  console.table(await query({ spans }));
}
