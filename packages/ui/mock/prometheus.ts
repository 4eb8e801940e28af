import {
  allBuckets,
  Engine,
  type FloatHistogram,
  formatSampleValue,
  parse,
  parseSelector,
  PromqlError,
  type QueryResult,
  walk,
} from "@sightglass/promql";
import { makeSeries, mockMetrics } from "./metric-series.ts";
import { MockSource } from "./metric-source.ts";
import { mockTargets } from "./mock-targets.ts";
import { randomFrom } from "./random.ts";
import type { World } from "./world.ts";

/** The Prometheus HTTP API over made-up series: the real query engine, so errors and warnings are real ones. */
export interface MockPrometheus {
  answer(url: URL): Promise<{ status: number; body: unknown }>;
}

const codes = { parse: 400, execution: 422, limit: 422, timeout: 503, canceled: 503 } as const;
const errorTypes = {
  parse: "bad_data",
  execution: "execution",
  limit: "execution",
  timeout: "timeout",
  canceled: "canceled",
};

export function makePrometheus(world: World, now: () => number): MockPrometheus {
  const isEmpty = world.runs.length === 0;
  const source = new MockSource(isEmpty ? [] : makeSeries(world), now);
  const engine = new Engine(source, { samplesMax: 5_000_000 });
  return {
    answer: async (url) => {
      try {
        const found = await answerOf(url, { source, engine, now, world });
        if (found === undefined) return { status: 404, body: failure("not_found", `there is no ${url.pathname}`) };
        return { status: 200, body: { status: "success", ...found } };
      } catch (error) {
        if (!(error instanceof PromqlError)) throw error;
        return { status: codes[error.code], body: failure(errorTypes[error.code], messageOf(error)) };
      }
    },
  };
}

const failure = (errorType: string, error: string) => ({ status: "error", errorType, error });

const messageOf = ({ code, message }: PromqlError) =>
  code === "parse" ? `invalid parameter "query": ${message}` : message;

interface Backend {
  source: MockSource;
  engine: Engine;
  now: () => number;
  world: World;
}

async function answerOf(url: URL, { source, engine, now, world }: Backend) {
  const parameters = url.searchParams;
  const time = (name: string) => Math.round(Number(parameters.get(name) ?? now() / 1000) * 1000);
  const query = parameters.get("query") ?? "";
  const [kind, name, part] = url.pathname.split("/").slice(3).map(decodeURIComponent);
  if (kind === "query") return evaluated(await engine.instant({ query, timeMs: time("time") }));
  if (kind === "query_range") {
    const range = { startMs: time("start"), endMs: time("end"), stepMs: time("step") };
    return evaluated(await engine.range({ query, ...range }));
  }
  if (kind === "query_exemplars")
    return { data: exemplars({ query, startMs: time("start"), endMs: time("end"), source, world }) };
  const selectors = parameters.getAll("match[]").map((text) => parseSelector(text).matchers);
  const series = (selectors.length === 0 ? [[]] : selectors).flatMap((matchers) => source.matching(matchers));
  if (kind === "series") return { data: series };
  if (kind === "labels") return { data: [...new Set(series.flatMap((each) => Object.keys(each)))].sort() };
  if (kind === "label" && part === "values")
    return { data: [...new Set(series.flatMap((each) => each[name ?? ""] ?? []))].sort() };
  if (kind === "metadata")
    return {
      data:
        series.length === 0
          ? {}
          : Object.fromEntries(Object.entries(mockMetrics).map(([key, value]) => [key, [value]])),
    };
  if (kind === "targets")
    return { data: { activeTargets: series.length === 0 ? [] : mockTargets(now()), droppedTargets: [] } };
  if (kind === "status" && name === "tsdb") return { data: tsdbStatus(series) };
  return undefined;
}

function evaluated({ data, warnings, infos, stats }: QueryResult) {
  const about = {
    stats: {
      timings: { evalTotalTime: 0.0042 },
      samples: { totalQueryableSamples: stats.samplesSelected, peakSamples: stats.samplesPeak },
      sightglass: {
        seriesSelected: stats.seriesSelected,
        samplesSelected: stats.samplesSelected,
        selectorsComputed: stats.selectorsComputed,
        selectors: stats.selectors,
      },
    },
  };
  const notes = { ...(warnings.length === 0 ? {} : { warnings }), ...(infos.length === 0 ? {} : { infos }) };
  const point = (timeMs: number, value: number): [number, string] => [timeMs / 1000, formatSampleValue(value)];
  if (data.type === "scalar")
    return { data: { resultType: "scalar", result: point(data.timeMs, data.value), ...about }, ...notes };
  if (data.type === "string")
    return { data: { resultType: "string", result: [data.timeMs / 1000, data.value], ...about }, ...notes };
  if (data.type === "vector") {
    const result = data.samples.map(({ labels, timeMs, value, histogram }) => ({
      metric: Object.fromEntries(labels.entries()),
      ...(histogram === undefined
        ? { value: point(timeMs, value) }
        : { histogram: [timeMs / 1000, histogramJson(histogram)] }),
    }));
    return { data: { resultType: "vector", result, ...about }, ...notes };
  }
  const result = data.series.map(({ labels, timestampsMs, values, histograms }) => {
    const at = [...timestampsMs].map((timeMs, index) => ({
      timeMs,
      value: values[index] ?? NaN,
      histogram: histograms?.[index],
    }));
    const floats = at
      .filter(({ histogram }) => histogram === undefined)
      .map(({ timeMs, value }) => point(timeMs, value));
    const native = at.flatMap(({ timeMs, histogram }) =>
      histogram === undefined ? [] : [[timeMs / 1000, histogramJson(histogram)]],
    );
    return {
      metric: Object.fromEntries(labels.entries()),
      ...(floats.length === 0 ? {} : { values: floats }),
      ...(native.length === 0 ? {} : { histograms: native }),
    };
  });
  return { data: { resultType: "matrix", result, ...about }, ...notes };
}

function histogramJson(histogram: FloatHistogram) {
  const buckets = allBuckets(histogram).map(({ lower, upper, count }) => [
    0,
    formatSampleValue(lower),
    formatSampleValue(upper),
    formatSampleValue(count),
  ]);
  return { count: formatSampleValue(histogram.count), sum: formatSampleValue(histogram.sum), buckets };
}

interface ExemplarsAsked {
  query: string;
  startMs: number;
  endMs: number;
  source: MockSource;
  world: World;
}

/** Every few minutes one, of the durations that a query selects; each leads to a run's trace. */
function exemplars({ query, startMs, endMs, source, world }: ExemplarsAsked) {
  const found: unknown[] = [];
  walk(parse(query), (node) => {
    if (node.kind !== "vectorSelector") return;
    for (const seriesLabels of source.matching(node.matchers)) {
      if (!/duration_seconds(_bucket)?$/.test(seriesLabels["__name__"] ?? "")) continue;
      if (seriesLabels["le"] !== undefined && seriesLabels["le"] !== "1") continue;
      found.push({ seriesLabels, exemplars: exemplarsOf(startMs, endMs, world) });
    }
  });
  return found;
}

function exemplarsOf(startMs: number, endMs: number, { runs }: World) {
  const everyMs = Math.max(240_000, (endMs - startMs) / 24);
  const made: unknown[] = [];
  for (let ms = Math.ceil(startMs / everyMs) * everyMs; ms < endMs; ms += everyMs) {
    const random = randomFrom(`exemplar ${ms}`);
    const run = runs[Math.floor(random.next() * Math.min(runs.length, 20))];
    const labels = { trace_id: run?.traceId ?? random.hex(32), span_id: random.hex(16) };
    const timestamp = (ms + random.between(0, everyMs * 0.8)) / 1000;
    made.push({ labels, value: (0.05 * random.spread(1)).toFixed(4), timestamp });
  }
  return made;
}

function tsdbStatus(series: readonly Record<string, string>[]) {
  const counts = (keys: (labels: Record<string, string>) => string[]) => {
    const by = new Map<string, number>();
    for (const each of series) for (const key of keys(each)) by.set(key, (by.get(key) ?? 0) + 1);
    return [...by].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
  };
  const valuesOf = (label: string) => new Set(series.flatMap((each) => each[label] ?? [])).size;
  const labels = [...new Set(series.flatMap((each) => Object.keys(each)))];
  return {
    headStats: { numSeries: series.length, numLabelPairs: counts((each) => Object.entries(each).map(String)).length },
    seriesCountByMetricName: counts((each) => [each["__name__"] ?? ""]),
    labelValueCountByLabelName: labels
      .map((name) => ({ name, value: valuesOf(name) }))
      .sort((a, b) => b.value - a.value),
    seriesCountByLabelValuePair: counts((each) => Object.entries(each).map(([key, value]) => `${key}=${value}`)),
  };
}
