import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ByteSource } from "../../decode/native/byte-source.ts";
import { encodeFloatHistogram } from "../../decode/prometheus/float-histogram.ts";
import { readHistogram } from "../../decode/prometheus/histogram.ts";
import { protobufMessage } from "../../decode/prometheus/protobuf-message.ts";
import { snappyDecompress } from "../../decode/prometheus/snappy.ts";
import type { ExposedSample } from "../../decode/exposition/exposition.ts";
import { parseExposition } from "../../decode/exposition/parse.ts";
import { nowMs, openPrometheusApp, type PrometheusApp } from "./testing/prometheus-app.ts";

const at = nowMs - 500;
const one = (value: number | "stale") => [{ timeMs: at, value }];
const noBuckets = { indexes: [], counts: [] };
const exponential = {
  schema: 3,
  count: 7,
  sum: 6.5,
  zeroThreshold: 0.001,
  zeroCount: 1,
  positive: { indexes: [-1, 0, 5], counts: [1, 2, 1.5] },
  negative: { indexes: [2], counts: [1.5] },
  customBounds: [],
  hint: "unknown",
} as const;
const custom = {
  ...exponential,
  schema: -53,
  zeroThreshold: 0,
  zeroCount: 0,
  positive: { indexes: [0, 2], counts: [3, 4] },
  negative: noBuckets,
  customBounds: [0.5, 10],
} as const;
const hexOf = (histogram: typeof exponential | typeof custom) => encodeFloatHistogram(histogram, at).toString("hex");

const externalLabels: Record<string, string> = {};
let app: PrometheusApp;
beforeAll(async () => {
  const series = [
    { labels: { __name__: "jobs_total", job: "a", instance: "1" }, samples: one(540) },
    { labels: { __name__: "jobs_total", job: "b", instance: "2" }, samples: one(1080) },
    { labels: { __name__: "odd", job: "a" }, samples: one(1e-9) },
    { labels: { __name__: "gone" }, samples: one("stale") },
    { labels: { __name__: "pipeline.rows", "pipeline.name": "höfe" }, samples: one(3) },
    { labels: { __name__: "latency", job: "n" }, samples: [], histograms: [{ timeMs: at, hex: hexOf(exponential) }] },
    { labels: { __name__: "size", job: "n" }, samples: [], histograms: [{ timeMs: at, hex: hexOf(custom) }] },
  ] as const;
  app = await openPrometheusApp(series, { externalLabels });
  await app.store.insertRows("metric_metadata", [
    { metric: "jobs_total", type: "counter", help: "Jobs done.", unit: "", seen_at: "2026-11-20T12:00:00Z" },
  ]);
});
afterAll(() => app.close());

const federate = (accept?: string) =>
  app.request("/federate?match[]={job=~'a|b'}&match[]=gone&match[]={'pipeline.rows'}&match[]={job='n'}", {
    headers: accept === undefined ? {} : { accept },
  });
const protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

describe("federation", () => {
  it("gives the last sample of each series in the text format", async () => {
    const answer = await federate();
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await answer.text()).toBe(
      `# TYPE jobs_total counter\njobs_total{instance="1",job="a"} 540 ${at}\njobs_total{instance="2",job="b"} 1080 ${at}\n` +
        `# TYPE odd untyped\nodd{job="a",instance=""} 1e-09 ${at}\n` +
        `# TYPE pipeline_rows untyped\npipeline_rows{pipeline_name="höfe",instance=""} 3 ${at}\n`,
    );
  });

  it.each([
    ["allow-utf-8", '{"pipeline.rows","pipeline.name"="höfe",instance=""} 3'],
    ["dots", 'pipeline_dot_rows{pipeline_dot_name="höfe",instance=""} 3'],
    ["values", 'U__pipeline_2e_rows{U__pipeline_2e_name="höfe",instance=""} 3'],
  ])("has names of UTF-8 as they were asked for: %s", async (escaping, expected) => {
    const answer = await federate(`text/plain;version=1.0.0;escaping=${escaping}`);
    expect(answer.headers.get("content-type")).toContain(`version=1.0.0; charset=utf-8; escaping=${escaping}`);
    expect(await answer.text()).toContain(`${expected} ${at}\n`);
  });

  it("gives native histograms in protobuf, those with custom buckets as classic ones", async () => {
    const answer = await federate(protobuf);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const contentType = answer.headers.get("content-type") ?? "";
    const lines: string[] = [];
    const visitor = {
      metadata: () => {},
      sample: ({ labels, value, timestampMs, histogram }: ExposedSample) => {
        const texts = labels().map(([name, text]) => `${name}=${text}`);
        lines.push(`${texts.join(" ")} ${histogram === undefined ? value : "histogram"} @${(timestampMs ?? 0) - at}`);
        if (histogram === undefined) return;
        expect(readHistogram(new ByteSource(histogram), 0, histogram.length)).toMatchObject({
          schema: 3,
          count: 7,
          sum: 6.5,
          zeroThreshold: 0.001,
          zeroCount: 1,
          positiveCounts: [1, 2, 1.5],
          negativeCounts: [1.5],
          negativeSpans: [{ offset: 2, length: 1 }],
          positiveSpans: [
            { offset: -1, length: 2 },
            { offset: 4, length: 1 },
          ],
        });
      },
    };
    parseExposition(bytes, contentType, visitor, {
      fallback: undefined,
      nativeHistograms: true,
      classicBesideNative: false,
    });
    expect(lines).toMatchInlineSnapshot(`
      [
        "__name__=jobs_total instance=1 job=a 540 @0",
        "__name__=jobs_total instance=2 job=b 1080 @0",
        "__name__=latency job=n instance= histogram @0",
        "__name__=odd job=a instance= 1e-9 @0",
        "__name__=pipeline_rows pipeline_name=höfe instance= 3 @0",
        "__name__=size_count job=n instance= 7 @0",
        "__name__=size_sum job=n instance= 6.5 @0",
        "__name__=size_bucket job=n instance= le=0.5 3 @0",
        "__name__=size_bucket job=n instance= le=10.0 3 @0",
        "__name__=size_bucket job=n instance= le=+Inf 7 @0",
      ]
    `);
  });
});

describe("remote read", () => {
  // ReadRequest{queries: [{start, end, matchers: [{EQ, "__name__", name}]}], accepted_response_types}
  const read = async (name: string, also: Record<string, string> = {}, accepted: bigint[] = []) => {
    const matchers = Object.entries({ __name__: name, ...also }).map(([label, value]) =>
      protobufMessage({ 2: Buffer.from(label), 3: Buffer.from(value) }),
    );
    const query = protobufMessage({ 1: BigInt(nowMs - 300_000), 2: BigInt(nowMs), 3: matchers });
    const message = protobufMessage({ 1: [query], 2: accepted });
    // A Snappy block of one literal.
    const body = [message.length, (message.length - 1) << 2, ...message];
    const answer = await app.request("/api/v1/read", { method: "POST", body: Buffer.from(body) });
    expect(answer.status).toBe(200);
    return answer;
  };
  const samples = async (answer: Response) => Buffer.from(snappyDecompress(new Uint8Array(await answer.arrayBuffer())));

  it("keeps the bits of a staleness marker", async () => {
    const bytes = await samples(await read("gone"));
    expect(bytes.toString("latin1")).toContain("gone");
    expect(bytes.indexOf(Buffer.from("020000000000f07f", "hex"))).toBeGreaterThan(0);
  });

  it.each([
    ["samples only", []],
    ["chunks rather than samples", [1n, 0n]],
  ])("gives native histograms to who takes %s", async (_what, accepted) => {
    const bytes = await samples(await read("latency", {}, accepted));
    const start = bytes.indexOf(encodeFloatHistogram(exponential, at));
    expect(start).toBeGreaterThan(0);
    expect(readHistogram(new ByteSource(bytes), start, bytes.length)).toMatchObject({
      schema: 3,
      count: 7,
      timestampMs: at,
    });
  });

  it("gives external labels, and takes them", async () => {
    Object.assign(externalLabels, { site: "eu", job: "x" });
    try {
      const federated = await app.request("/federate?match[]=odd");
      expect(await federated.text()).toContain(`odd{job="a",site="eu",instance=""} 1e-09 ${at}\n`);
      const bytes = await samples(await read("odd", { site: "eu" }));
      expect(bytes.toString("latin1")).toMatch(/job.+a.+site.+eu/s);
    } finally {
      for (const name of Object.keys(externalLabels)) delete externalLabels[name];
    }
  });

  it("gives chunks of what has numbers only", async () => {
    const answer = await read("odd", {}, [1n, 0n]);
    expect(answer.headers.get("content-type")).toContain("ChunkedReadResponse");
  });
});
