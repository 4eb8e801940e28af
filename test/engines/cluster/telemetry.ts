import { createHash } from "node:crypto";

/** A request of each signal. */
export interface Requests {
  traceIds: string[];
  traces: string;
  logs: string;
  metrics: string;
}

/** Runs of two pipelines that end at `nowMs`: three stages each, every fifth fails, every third drops rows; with logs and metrics. */
export function pipelineRuns({ from, runs, nowMs }: { from: number; runs: number; nowMs: number }): Requests {
  const numbers = Array.from({ length: runs }, (_, index) => from + index);
  const resource = { attributes: [attribute("service.name", "cluster-test")] };
  const spans = numbers.flatMap((number) => runSpans(number, nowMs));
  const logRecords = numbers.map((number) => ({
    timeUnixNano: nanos(nowMs - 500),
    severityNumber: number % 5 === 0 ? 17 : 9,
    body: { stringValue: `run ${number} says so` },
    traceId: traceIdOf(number),
    spanId: spanIdOf(number, "load"),
  }));
  const sum = {
    aggregationTemporality: 2,
    isMonotonic: true,
    dataPoints: numbers.map((number) => ({
      startTimeUnixNano: nanos(nowMs - 3_600_000),
      timeUnixNano: nanos(nowMs - 1000),
      asInt: String(number * 10),
      attributes: [attribute("run", String(number))],
    })),
  };
  return {
    traceIds: numbers.map(traceIdOf),
    traces: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
    logs: JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }),
    metrics: JSON.stringify({
      resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: "rows_seen", sum }] }] }],
    }),
  };
}

const stages = ["extract", "transform", "load"];

function runSpans(number: number, nowMs: number) {
  const runMs = 3000 + number;
  const beganMs = nowMs - runMs;
  const isFailed = number % 5 === 0;
  const name = `pipeline-${number % 2}`;
  const common = [attribute("pipeline.name", name), attribute("pipeline.run.id", `run-${number}`)];
  const root = {
    ...span(number, "run", name, { beganMs, endedMs: nowMs, isFailed }),
    attributes: [...common, attribute("pipeline.partition.key", `part-${number}`)],
  };
  const children = stages.map((stage, index) => {
    const rows = 100 + number;
    const written = index === 1 && number % 3 === 0 ? rows - 7 : rows;
    const times = { beganMs: beganMs + index * 1000, endedMs: beganMs + index * 1000 + 900 };
    return {
      ...span(number, stage, stage, { ...times, isFailed: isFailed && stage === "load" }),
      parentSpanId: spanIdOf(number, "run"),
      attributes: [
        ...common,
        attribute("pipeline.stage", stage),
        attribute("pipeline.records.read", rows),
        attribute("pipeline.records.written", written),
      ],
    };
  });
  return [root, ...children];
}

function span(
  number: number,
  id: string,
  name: string,
  { beganMs, endedMs, isFailed }: { beganMs: number; endedMs: number; isFailed: boolean },
) {
  return {
    traceId: traceIdOf(number),
    spanId: spanIdOf(number, id),
    name,
    kind: 1,
    startTimeUnixNano: nanos(beganMs),
    endTimeUnixNano: nanos(endedMs),
    ...(isFailed ? { status: { code: 2, message: "the warehouse said no" } } : {}),
  };
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex");
const traceIdOf = (number: number) => hash(`trace ${number}`).slice(0, 32);
const spanIdOf = (number: number, id: string) => hash(`span ${number} ${id}`).slice(0, 16);
const nanos = (ms: number) => `${ms}000000`;

function attribute(key: string, value: string | number) {
  return { key, value: typeof value === "string" ? { stringValue: value } : { intValue: String(value) } };
}
