import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complianceQueries, noCompliance } from "../../packages/promql/src/testing/compliance.ts";
import { Server, until } from "../app/server.ts";
import { generateSeries, pick, randomFrom, remoteWrite } from "./prometheus-data.ts";
import { Prometheus, hasPrometheus, hasPromtool } from "./prometheus-process.ts";
import { generateQuery, withoutEdges } from "./prometheus-queries.ts";

const execute = promisify(execFile);
/** Always the same, as timestamps are among the values; on a whole minute, so that no sample is at the end of a window. */
const endMs = Date.UTC(2026, 10, 20, 12);
const sampleCount = 220;
const seed = Number(process.env.SIGHTGLASS_DIFFERENTIAL_SEED ?? 1);
const cases = Number(process.env.SIGHTGLASS_DIFFERENTIAL_CASES ?? 300);

describe.skipIf(!hasPrometheus)("beside a real Prometheus (needs prometheus)", () => {
  let ours: Server;
  let theirs: Prometheus;
  beforeAll(async () => {
    ours = await Server.start();
    theirs = await Prometheus.start("global: {scrape_interval: 1h}");
    const series = generateSeries(randomFrom(seed), { endMs, count: sampleCount });
    await Promise.all([ours.url, theirs.url].map((url) => remoteWrite(url, series)));
    const sent = series.reduce((sum, { samples }) => sum + samples.length, 0);
    await until(async () => (await storedSamples(ours)) === sent, { what: () => `${sent} samples to be stored` });
  });
  afterAll(async () => {
    await ours?.dispose();
    await theirs?.dispose();
  });

  const compare = async (query: string, range: Range | undefined) => {
    const [actual, expected] = await Promise.all([ours.url, theirs.url].map((url) => ask(url, query, range)));
    return differences(actual as Answer, expected as Answer).slice(0, 5);
  };

  it(`answers ${cases} generated queries alike`, { timeout: 1_200_000 }, async () => {
    const random = randomFrom(seed + 1);
    const wrong: Record<string, string[]> = {};
    for (let index = 0; index < cases; index++) {
      const query = generateQuery(random);
      const range = random() < 0.3 ? undefined : rangeOf(random() * 0.7, pick(random, [15, 20, 60, 300]));
      const found = await compare(query, range);
      if (found.length > 0) wrong[`${query} ${range === undefined ? "" : JSON.stringify(range)}`] = found;
    }
    expect(wrong).toEqual({});
  });

  const compliance = noCompliance === undefined ? "" : ` (skipped: ${noCompliance})`;
  it.skipIf(compliance !== "")(
    `answers the queries of the compliance tester alike${compliance}`,
    { timeout: 600_000 },
    async () => {
      const wrong: Record<string, string[]> = {};
      for (const query of complianceQueries().map(withoutEdges)) {
        // In Prometheus 3 every UTF-8 text is a label name.
        if (query.includes("~invalid")) continue;
        const found = await compare(query, rangeOf(0.6, 10));
        if (found.length > 0) wrong[query] = found;
      }
      expect(wrong).toEqual({});
    },
  );

  it.each([
    // Our own metrics are stored too.
    ["/api/v1/labels", { "match[]": '{job="demo"}' }],
    ["/api/v1/label/__name__/values", { "match[]": '{job="demo"}' }],
    ["/api/v1/label/type/values", {}],
    ["/api/v1/label/instance/values", { "match[]": 'queue_size{queue="a"}' }],
    ["/api/v1/series", { "match[]": '{__name__=~"queue_.*"}' }],
  ])("says the same at %s %j", async (path, parameters: Record<string, string>) => {
    const times = { start: String(endMs / 1000 - 3600), end: String(endMs / 1000) };
    const query = new URLSearchParams({ ...times, ...parameters }).toString();
    const [actual, expected] = await Promise.all(
      [ours.url, theirs.url].map(async (url) => (await fetch(`${url}${path}?${query}`)).json() as Promise<unknown>),
    );
    expect(actual).toEqual(expected);
  });

  it.skipIf(!hasPromtool)("promtool queries it", async () => {
    const time = String(endMs / 1000);
    const run = async (...args: string[]) => (await execute("promtool", ["query", ...args])).stdout;
    const both = (...args: string[]) =>
      Promise.all([ours.url, theirs.url].map((url) => run(...args.map((arg) => (arg === "URL" ? url : arg)))));
    const start = `--start=${endMs / 1000 - 600}`;
    const checks = await Promise.all([
      both("instant", `--time=${time}`, "URL", "sum by (job) (queue_size)"),
      both("range", start, `--end=${time}`, "--step=60s", "URL", "sum(jobs_total)"),
      both("series", "--match=queue_size", start, `--end=${time}`, "URL"),
      both("labels", start, `--end=${time}`, "URL", "status"),
    ]);
    for (const [actual, expected] of checks) {
      expect(actual).toBe(expected);
      expect(actual).not.toBe("");
    }
  });

  it("is read by it, in chunks", { timeout: 60_000 }, async () => {
    const reading = await Prometheus.start(
      JSON.stringify({ remote_read: [{ url: `${ours.url}/api/v1/read`, read_recent: true }] }),
    );
    try {
      for (const query of ["queue_size", "sum by (job) (rate(jobs_total[5m]))", '{job="demo",__name__=~"demo_.*"}']) {
        const range = rangeOf(0.5, 15);
        const [actual, expected] = await Promise.all([reading.url, theirs.url].map((url) => ask(url, query, range)));
        expect(differences(actual as Answer, expected as Answer).slice(0, 5), query).toEqual([]);
        expect(actual?.data?.size, query).toBeGreaterThan(0);
      }
    } finally {
      await reading.dispose();
    }
  });

  it("is federated by it, and written to by it", { timeout: 60_000 }, async () => {
    const scrape = { scrape_interval: "1s", static_configs: [{ targets: [new URL(ours.url).host] }] };
    const federating = await Prometheus.start(
      JSON.stringify({
        scrape_configs: [
          {
            job_name: "federate",
            honor_labels: true,
            metrics_path: "/federate",
            params: { "match[]": ["fresh_total"] },
            ...scrape,
          },
          { job_name: "self", ...scrape },
        ],
        remote_write: [{ url: `${ours.url}/api/v1/write`, queue_config: { batch_send_deadline: "1s" } }],
      }),
    );
    try {
      const labels = { __name__: "fresh_total", job: "x", instance: "i" };
      await remoteWrite(ours.url, [{ labels, samples: [{ timeMs: Date.now(), value: 42 }] }]);
      const valueAt = async (url: string, query: string) => {
        const { data } = await ask(url, query, undefined, Date.now());
        return [...(data?.values() ?? [])].flatMap((points) => [...points.values()])[0];
      };
      await until(async () => (await valueAt(federating.url, 'fresh_total{job="x",instance="i"}')) === 42, {
        what: () => `the federated series: ${federating.output}`,
      });
      await until(async () => (await valueAt(ours.url, 'up{job="self"}')) === 1, {
        what: () => `the series written back: ${federating.output}`,
      });
    } finally {
      await federating.dispose();
    }
  });
});

interface Range {
  start: number;
  end: number;
  step: number;
}

/** Ten minutes or sixty steps, whichever is longer, from a share of the data's time on. */
function rangeOf(share: number, step: number): Range {
  const spanSeconds = (sampleCount * 15_000) / 1000;
  const start = Math.floor(endMs / 1000 - spanSeconds + share * spanSeconds);
  return { start, end: Math.min(endMs / 1000, start + Math.max(600, 60 * step)), step };
}

async function storedSamples(server: Server): Promise<number> {
  const { ledger } = await server.get<{ ledger: { samples: { stored: number } } }>("/api/status");
  return ledger.samples.stored;
}

/** Values by labels and time, or that the query failed. */
interface Answer {
  error: string | undefined;
  data: Map<string, Map<number, number>> | undefined;
}

type Point = [number, string];

async function ask(url: string, query: string, range: Range | undefined, timeMs = endMs): Promise<Answer> {
  const path = range === undefined ? "query" : "query_range";
  const times = range === undefined ? { time: timeMs / 1000 } : range;
  const body = new URLSearchParams({
    query,
    ...Object.fromEntries(Object.entries(times).map(([k, v]) => [k, String(v)])),
  });
  const answer = (await (await fetch(`${url}/api/v1/${path}`, { method: "POST", body })).json()) as {
    status: string;
    error?: string;
    data: { resultType: string; result: unknown };
  };
  if (answer.status !== "success") return { error: answer.error ?? "", data: undefined };
  const { resultType, result } = answer.data;
  if (resultType === "scalar" || resultType === "string")
    return { error: undefined, data: new Map([["", pointsOf([result as Point])]]) };
  const series = result as { metric: Record<string, string>; value?: Point; values?: Point[] }[];
  return {
    error: undefined,
    data: new Map(
      series.map(({ metric, value, values }) => [
        JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1))),
        pointsOf(values ?? (value === undefined ? [] : [value])),
      ]),
    ),
  };
}

const pointsOf = (points: readonly Point[]) =>
  new Map(points.map(([time, value]) => [time, Number(value.replace("Inf", "Infinity"))]));

function differences(actual: Answer, expected: Answer): string[] {
  if (actual.data === undefined || expected.data === undefined) {
    if (actual.data === expected.data) return [];
    return [`${actual.error ?? "an answer"} instead of ${expected.error ?? "an answer"}`];
  }
  const found: string[] = [];
  for (const key of new Set([...actual.data.keys(), ...expected.data.keys()])) {
    const [one, other] = [actual.data.get(key), expected.data.get(key)];
    for (const time of new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])) {
      const [a, b] = [one?.get(time), other?.get(time)];
      if (!close(a, b)) found.push(`${key} @ ${time}: ${a} instead of ${b}`);
    }
  }
  return found;
}

/** Sums are added in another order and way than Prometheus 2 adds them. */
function close(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-8 * Math.max(Math.abs(a), Math.abs(b), 1e-3);
}
