import { apart } from "./sdk/apart.mjs";
import { dist, startSink } from "./sdk/measuring.mjs";
import { demo } from "./sdk/overhead.mjs";
import { logLines, metrics } from "./sdk/peers.mjs";
import { perRecord, perStage } from "./sdk/stages.mjs";
import { startUp } from "./sdk/start-up.mjs";

const cost = { floor: 1, target: 0.2 };

/**
 * What the SDK costs a pipeline, exporting included; each figure beside the same thing without it.
 *
 * @returns figures as { what, value, unit }, those with a budget with `floor` and, where there is one, `target`; what was measured
 *   in pairs with `low` and `high`, between which it lies with 95 % confidence
 */
export async function sdk({ rounds = 7 } = {}) {
  const sink = await startSink();
  const { pipeline } = await import(new URL("index.js", dist));
  const { bootstrap } = await import(new URL("bootstrap/index.js", dist));
  const telemetry = bootstrap({
    service: "bench",
    endpoint: sink.endpoint,
    onTrouble() {},
    metrics: { intervalMs: 600_000 },
  });
  const api = { pipeline, flush: () => telemetry.flush() };
  const record = await perRecord(api, 5);
  const stage = await perStage(api, rounds * 5);
  const flights = await demo(api, rounds * 200);
  const labelled = await metrics(rounds);
  const log = logLines(rounds);
  await telemetry.shutdown();
  sink.stop();
  const start = startUp(rounds);
  const flightsApart = await apart("demo", rounds * 3);
  const lines = await apart("lines", rounds * 2);
  const cheap = await apart("cheap", rounds * 3);
  const withProfile = await apart("profiled", rounds * 2);
  return [
    { what: "a counted record", value: record, unit: "ns", floor: 20 },
    { what: "a stage, until it is sent", value: stage.stageUs, unit: "us" },
    { what: "a bare OpenTelemetry span, until it is sent", value: stage.spanUs, unit: "us" },
    { what: "a stage / a bare span", value: stage.ratio, unit: "x", floor: 1.3 },
    ...overhead(`the demo's transform of ${flights.rows} flights`, flights, cost),
    ...overhead("the same, processes apart, sending included", totals(flightsApart), cost),
    ...overhead("1 M lines of JSON, processes apart", lines, cost),
    ...overhead("1 M rows of hardly any work, processes apart", cheap),
    ...overhead("3 M records, profiled", withProfile, { floor: 2 }),
    ...["api", "sdk", "bootstrap", "auto"].flatMap((name) => startUpFigures(name, start[name])),
    { what: "resident memory, with bootstrap", value: start.memoryBytes / 2 ** 20, unit: "MiB", floor: 20 },
    { what: "labelled counter", value: labelled.counterNs, unit: "ns" },
    { what: "labelled counter of prom-client", value: labelled.theirCounterNs, unit: "ns" },
    { what: "labelled histogram", value: labelled.histogramNs, unit: "ns" },
    { what: "labelled histogram of prom-client", value: labelled.theirHistogramNs, unit: "ns" },
    { what: "log record", value: log.ours, unit: "ns" },
    { what: "log line of pino", value: log.theirs, unit: "ns" },
  ];
}

const totals = (found) => ({ ...found, cpu: found.cpuTotal, wall: found.wallTotal });

function overhead(what, { withoutMs, withMs, cpu, wall }, budget) {
  return [
    { what: `${what}: without`, value: withoutMs, unit: "ms" },
    { what: `${what}: with`, value: withMs, unit: "ms" },
    { what: `${what}: overhead, clock`, ...share(wall), ...budget },
    { what: `${what}: overhead, processor time`, ...share(cpu) },
  ];
}

const share = ({ percent, low, high }) => ({ value: percent, unit: "%", low, high });

const startUpBudgets = { sdk: { floor: 30 }, bootstrap: { floor: 120 } };
const startUpNames = {
  api: "OpenTelemetry's API",
  sdk: "SDK",
  bootstrap: "SDK and bootstrap",
  auto: "and auto-instrumentation",
};

function startUpFigures(name, { cpuMs, wallMs }) {
  const what = `start-up: ${startUpNames[name]}`;
  return [
    { what: `${what}, processor time`, value: cpuMs, unit: "ms", ...startUpBudgets[name] },
    { what: `${what}, clock`, value: wallMs, unit: "ms" },
  ];
}
