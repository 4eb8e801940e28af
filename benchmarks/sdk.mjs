import { execFileSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { context, trace } from "@opentelemetry/api";

/** What the SDK costs a pipeline. Everything is measured against the same thing without it, turn by turn in one process. */

const dist = new URL("../packages/sdk/dist/", import.meta.url);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** A receiver in a thread of its own, so that answering is not on the pipeline's account. */
async function startSink() {
  const script = `
    const { createServer } = require("node:http");
    const server = createServer((request, response) => { request.resume(); request.on("end", () => response.end()); });
    server.listen(0, "127.0.0.1", () => require("node:worker_threads").parentPort.postMessage(server.address().port));
  `;
  const worker = new Worker(script, { eval: true });
  const port = await new Promise((resolve) => worker.once("message", resolve));
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => worker.terminate() };
}

/** Milliseconds of CPU time from nothing to ready, in fresh processes. */
function startUp(rounds) {
  const source = (steps) =>
    `const { user, system } = process.cpuUsage(); ${steps}; const spent = process.cpuUsage({ user, system });
     process.stdout.write(String((spent.user + spent.system) / 1000)); process.exit(0)`;
  const measure = (steps) =>
    median(
      Array.from({ length: rounds }, () =>
        Number(execFileSync(process.execPath, ["--input-type=module", "-e", source(steps)], { encoding: "utf8" })),
      ),
    );
  const sdk = JSON.stringify(new URL("index.js", dist).href);
  const bootstrap = JSON.stringify(new URL("bootstrap/index.js", dist).href);
  const api = JSON.stringify(import.meta.resolve("@opentelemetry/api"));
  return {
    apiMs: measure(`await import(${api})`),
    sdkMs: measure(`await import(${sdk})`),
    sdkWithBootstrapMs: measure(`await import(${sdk}); (await import(${bootstrap})).bootstrap()`),
  };
}

/** Resident bytes that a small pipeline with the SDK takes more than an empty process, after garbage collection. */
function residentBytes(rounds) {
  const measure = (steps) =>
    median(
      Array.from({ length: rounds }, () => {
        const source = `${steps}; gc(); process.stdout.write(String(process.memoryUsage().rss)); process.exit(0)`;
        const args = ["--expose-gc", "--input-type=module", "-e", source];
        return Number(execFileSync(process.execPath, args, { encoding: "utf8" }));
      }),
    );
  const sdk = JSON.stringify(new URL("index.js", dist).href);
  const bootstrap = JSON.stringify(new URL("bootstrap/index.js", dist).href);
  const withSdk = measure(`
    const { pipeline } = await import(${sdk});
    (await import(${bootstrap})).bootstrap({ endpoint: "http://127.0.0.1:1", onTrouble() {} });
    for (let i = 0; i < 100; i++) await pipeline("p", (run) => run.stage("s", (stage) => stage.read(1)));`);
  return withSdk - measure("await new Promise((resolve) => setTimeout(resolve, 10))");
}

/** Nanoseconds for one counted record. */
async function perRecord({ pipeline }, rounds) {
  const count = 20_000_000;
  let nanoseconds;
  await pipeline("bench", (run) =>
    run.stage("count", (stage) => {
      const rates = [];
      for (let round = 0; round < rounds; round++) {
        const startedAt = performance.now();
        for (let i = 0; i < count; i++) stage.read();
        rates.push(((performance.now() - startedAt) * 1e6) / count);
      }
      nanoseconds = median(rates);
    }),
  );
  return nanoseconds;
}

/** CPU time of this process in milliseconds: on a shared machine it is steadier than the wall clock. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A stage against a bare OpenTelemetry span of the same attributes, both awaited: CPU time, the quiet quarter of rounds. */
async function perStage({ pipeline }, rounds) {
  const quiet = (values) => values.toSorted((a, b) => a - b)[values.length >> 2];
  const tracer = trace.getTracer("bench");
  const count = 2000;
  const bare = async (name, attributes, work) => {
    const span = tracer.startSpan(name, { attributes });
    try {
      return await context.with(trace.setSpan(context.active(), span), work, undefined, span);
    } finally {
      span.setAttributes({ "pipeline.records.read": 1, "pipeline.records.written": 1 });
      span.setStatus({ code: 1 });
      span.end();
    }
  };
  const [stageUs, spanUs] = [[], []];
  await pipeline("bench", { partition: "2001-01-13" }, async (run) => {
    const attributes = {
      "pipeline.name": "bench",
      "pipeline.run.id": run.id,
      "pipeline.partition.key": "2001-01-13",
      "pipeline.stage": "s",
      "pipeline.attempt": 1,
      "pipeline.source.system": "parquet",
      "pipeline.source.table": "flights",
    };
    const source = { system: "parquet", table: "flights" };
    for (let round = 0; round < rounds; round++) {
      const t0 = cpuMs();
      for (let i = 0; i < count; i++) await bare("s", { ...attributes }, async () => 1);
      const t1 = cpuMs();
      for (let i = 0; i < count; i++)
        await run.stage("s", { source }, async (stage) => {
          stage.read(1);
          stage.written(1);
          return 1;
        });
      const t2 = cpuMs();
      await new Promise((resolve) => setTimeout(resolve, 20));
      spanUs.push(((t1 - t0) * 1000) / count);
      stageUs.push(((t2 - t1) * 1000) / count);
    }
  });
  return { stageUs: quiet(stageUs), spanUs: quiet(spanUs), ratio: quiet(stageUs) / quiet(spanUs) };
}

const lines = Array.from(
  { length: 10_000 },
  (_, i) => `${i},2001-01-${String((i % 31) + 1).padStart(2, "0")},SFO,JFK,${(i * 37) % 400},${(i * 13) % 900}`,
);

/** Parses, checks and sums a million rows: little work for each, so that the overhead is not flattered. */
async function transform(counts) {
  const delays = new Map();
  for (let i = 0; i < 1_000_000; i++) {
    counts.read(1);
    const [, day, from, to, delay, distance] = lines[i % lines.length].split(",");
    if (Number(distance) < 50) {
      counts.filtered(1);
      continue;
    }
    if (Number(delay) === 399) {
      counts.failed(1, "delay_out_of_range");
      continue;
    }
    const key = `${day} ${from} ${to}`;
    delays.set(key, (delays.get(key) ?? 0) + Number(delay));
    counts.written(1);
    // Real stages wait for their input now and then.
    if (i % 10_000 === 0) await new Promise(setImmediate);
  }
  return delays;
}

/** A representative stage of 1 M records, with and without, alternating. CPU time, exporting included. */
async function overhead({ pipeline }, rounds) {
  const nothing = { read() {}, filtered() {}, failed() {}, written() {} };
  const timed = async (work) => {
    const startedAt = cpuMs();
    await work();
    return cpuMs() - startedAt;
  };
  const without = () => transform(nothing);
  const withSdk = () => pipeline("bench", (run) => run.stage("transform", (stage) => transform(stage)));
  const [withMs, withoutMs] = [[], []];
  for (let round = -2; round < rounds; round++) {
    // The order changes each time, so that whatever drifts falls on both.
    const first = round % 2 === 0 ? await timed(without) : await timed(withSdk);
    const second = round % 2 === 0 ? await timed(withSdk) : await timed(without);
    if (round < 0) continue;
    withoutMs.push(round % 2 === 0 ? first : second);
    withMs.push(round % 2 === 0 ? second : first);
  }
  const ratios = withMs.map((ms, i) => ms / withoutMs[i]);
  return {
    withMs: median(withMs),
    withoutMs: median(withoutMs),
    medianPercent: (median(ratios) - 1) * 100,
    bestPercent: (Math.min(...withMs) / Math.min(...withoutMs) - 1) * 100,
  };
}

export async function sdk({ rounds = 15, startUpRounds = 9 } = {}) {
  const sink = await startSink();
  const { pipeline } = await import(new URL("index.js", dist));
  const { bootstrap } = await import(new URL("bootstrap/index.js", dist));
  const telemetry = bootstrap({ service: "bench", endpoint: sink.endpoint, onTrouble() {} });
  const api = { pipeline };
  const record = await perRecord(api, 5);
  const stage = await perStage(api, rounds * 5);
  const million = await overhead(api, rounds);
  await telemetry.shutdown();
  await sink.stop();
  const start = startUp(startUpRounds);
  const memory = residentBytes(startUpRounds);
  const round = (value, digits = 1) => Number(value.toFixed(digits));
  return [
    { what: "a counted record", value: `${round(record, 2)} ns`, target: "20 ns" },
    { what: "a stage", value: `${round(stage.stageUs)} us`, target: "" },
    { what: "a bare OpenTelemetry span", value: `${round(stage.spanUs)} us`, target: "" },
    { what: "stage / bare span", value: `${round(stage.ratio, 2)} x`, target: "1.3 x" },
    { what: "stage of 1 M records, without", value: `${round(million.withoutMs)} ms`, target: "" },
    { what: "stage of 1 M records, with", value: `${round(million.withMs)} ms`, target: "" },
    { what: "overhead, median of pairs", value: `${round(million.medianPercent, 2)} %`, target: "0.2 % (floor 1 %)" },
    { what: "overhead, best against best", value: `${round(million.bestPercent, 2)} %`, target: "" },
    { what: "start-up: the OpenTelemetry API alone", value: `${round(start.apiMs)} ms`, target: "" },
    { what: "start-up: SDK", value: `${round(start.sdkMs)} ms`, target: "30 ms" },
    { what: "start-up: SDK and bootstrap", value: `${round(start.sdkWithBootstrapMs)} ms`, target: "120 ms" },
    {
      what: "resident memory",
      value: `${round(memory / 2 ** 20)} MiB`,
      target: "20 MiB",
    },
  ];
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === fileURLToPath(pathToFileURL(process.argv[1]))) {
  console.table(await sdk());
}
