import { afterAll, describe, expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { ByteSource } from "../native/byte-source.ts";
import { TestEngine } from "../testing/engine.ts";
import { mutate } from "../testing/mutate.ts";
import { SeededRandom } from "../testing/random.ts";
import { bitsOf, MetricsStore, receivedAtMs } from "../testing/stored-metrics.ts";
import { encodeHistogram, encodeMetrics } from "../testing/write-messages.ts";
import { customBucketsSchema, histogramFault, readHistogram } from "./histogram.ts";
import { decodeWriteV1 } from "./write-v1.ts";
import { decodeWriteV2 } from "./write-v2.ts";

const engine = new TestEngine();
afterAll(() => engine.close());

interface Series {
  labels: [string, string][];
  samples: { value: number; timestamp: number }[];
}

/** The staleness marker in a double's bits; JavaScript may not carry them through, so it is patched in below. */
const staleMarker = 0x7ff0_0000_0000_0002n;

function v1(series: readonly Series[]): Buffer {
  return encodeMetrics("WriteRequest", {
    timeseries: series.map(({ labels, samples }) => ({
      labels: labels.map(([name, value]) => ({ name, value })),
      samples,
    })),
  });
}

function v2(series: readonly Series[], symbolsLast = false): Buffer {
  const symbols = [""];
  const ref = (text: string) => {
    if (!symbols.includes(text)) symbols.push(text);
    return symbols.indexOf(text);
  };
  const timeseries = series.map(({ labels, samples }) => ({ labelsRefs: labels.flat().map(ref), samples }));
  if (!symbolsLast) return encodeMetrics("Request", { symbols, timeseries });
  return Buffer.concat([encodeMetrics("Request", { timeseries }), encodeMetrics("Request", { symbols })]);
}

const versions = [
  { version: "1.0", encode: v1, decode: decodeWriteV1 },
  { version: "2.0", encode: (series: readonly Series[]) => v2(series), decode: decodeWriteV2 },
  {
    version: "2.0 with symbols at the end",
    encode: (series: readonly Series[]) => v2(series, true),
    decode: decodeWriteV2,
  },
];

function generate(random: SeededRandom, count: number): Series[] {
  const values = [0, -0, 1, -1.5, NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE];
  return Array.from({ length: count }, (_, index) => {
    const labels: [string, string][] = [["__name__", random.pick(["up", "näme", "a:b", "x".repeat(200)])]];
    labels.push(["n", String(index)]);
    for (let i = random.below(6); i > 0; i--) {
      labels.push([
        `${random.pick(["A", "z", "_", "job"])}${i}`,
        random.pick(["", "v", 'ü\n"', "y".repeat(random.below(400))]),
      ]);
    }
    // A third are not sorted.
    if (random.below(3) > 0) labels.sort(([a], [b]) => Buffer.from(a).compare(Buffer.from(b)));
    const samples = Array.from({ length: random.below(4) }, (_unused, at) => ({
      value: random.below(2) === 0 ? random.pick(values) : random.next() / 1000,
      timestamp: receivedAtMs - random.below(1_000_000) * 10 - at,
    }));
    return { labels, samples };
  });
}

function expected(series: readonly Series[]) {
  return series
    .flatMap(({ labels, samples }) => {
      const name = labels.find(([label]) => label === "__name__")?.[1];
      const others = labels
        .filter(([label, value]) => label !== "__name__" && value !== "")
        .sort(([a], [b]) => Buffer.from(a).compare(Buffer.from(b)))
        .map(([label, value]) => `${label}="${value}"`);
      return samples.map(({ value, timestamp }) => ({
        series: `${name}{${others.join(",")}}`,
        timeMs: String(timestamp),
        bits: bitsOf(value),
        startMs: "0",
      }));
    })
    .map((sample) => JSON.stringify(sample))
    .sort();
}

describe.each(versions)("remote write $version", ({ encode, decode }) => {
  it("stores every sample of every series, whatever the order of labels and times", () => {
    const random = new SeededRandom(11);
    const store = new MetricsStore(engine);
    const all: Series[] = [];
    for (let request = 0; request < 20; request++) {
      const series = generate(random, 20).map(({ labels, samples }) => ({
        labels: [...labels, ["request", String(request)] as [string, string]],
        samples,
      }));
      const outcome = store.write((block, context) => decode(encode(series), block, context));
      const samples = series.reduce((sum, one) => sum + one.samples.length, 0);
      expect(outcome).toEqual({
        written: { samples, histograms: 0, exemplars: 0 },
        refused: { samples: 0, histograms: 0, exemplars: 0 },
        reasons: [],
      });
      all.push(...series);
    }
    const stored = store
      .samples()
      .map((sample) => JSON.stringify(sample))
      .sort();
    expect(stored).toEqual(expected(all));
    expect(stored.length).toBeGreaterThan(300);
  });

  it("refuses single series and samples, and writes the others", () => {
    const store = new MetricsStore(engine);
    const at = (timestamp: number) => [{ value: 1, timestamp }];
    const good: [string, string][] = [["__name__", "good"]];
    const body = encode([
      { labels: [["a", "1"]], samples: at(receivedAtMs) },
      { labels: [...good, ["a", "1"], ["a", "2"]], samples: at(receivedAtMs) },
      { labels: [...good, ["", "1"]], samples: at(receivedAtMs) },
      { labels: good, samples: [...at(receivedAtMs), ...at(receivedAtMs + 11 * 60_000), ...at(-5)] },
    ]);
    const outcome = store.write((block, context) => decode(body, block, context));
    expect(outcome.written.samples).toBe(1);
    expect(outcome.refused.samples).toBe(5);
    expect(outcome.reasons).toEqual([
      "1 x the label __name__ is missing (first: timeseries[0])",
      "1 x a label name occurs twice (first: timeseries[1])",
      "1 x a label has an empty name (first: timeseries[2])",
      "1 x a time is more than 10 minutes ahead (first: timeseries[3])",
      "1 x a time is before 1970 (first: timeseries[3])",
    ]);
    expect(store.samples().map(({ series }) => series)).toEqual(["good{}"]);
  });

  it("keeps the bits of a staleness marker", () => {
    const store = new MetricsStore(engine);
    const body = encode([{ labels: [["__name__", "m"]], samples: [{ value: 12345.678, timestamp: receivedAtMs }] }]);
    const marker = Buffer.alloc(8);
    marker.writeBigUInt64LE(staleMarker);
    const value = Buffer.alloc(8);
    value.writeDoubleLE(12345.678);
    marker.copy(body, body.indexOf(value));
    store.write((block, context) => decode(body, block, context));
    expect(store.samples()[0]?.bits).toBe(staleMarker.toString());
  });

  it("writes a series' row once a day", () => {
    const store = new MetricsStore(engine);
    const body = encode([{ labels: [["__name__", "m"]], samples: [{ value: 1, timestamp: receivedAtMs }] }]);
    for (let i = 0; i < 3; i++) store.write((block, context) => decode(body, block, context));
    expect(store.block.series.rowCount).toBe(1);
    expect(store.block.samples.rowCount).toBe(3);
  });

  it("ends with an error of the catalogue, or some rows, for damaged requests", () => {
    const random = new SeededRandom(23);
    const store = new MetricsStore(engine);
    let accepted = 0;
    const bodies = Array.from({ length: 10 }, () => encode(generate(random, 5)));
    for (let round = 0; round < 4000; round++) {
      const body = mutate(random.pick(bodies), random.pick(bodies), random);
      store.block.clear();
      try {
        store.write((block, context) => decode(body, block, context));
        accepted++;
      } catch (error) {
        expect(error).toBeInstanceOf(SightglassError);
        expect((error as SightglassError).code).toBe("invalid_argument");
        continue;
      }
      if (accepted % 100 === 1) store.store();
    }
    expect(accepted).toBeGreaterThan(100);
  });
});

const histogram = {
  countInt: 12,
  sum: 18.4,
  schema: 1,
  zeroThreshold: 0.001,
  zeroCountInt: 2,
  positiveSpans: [
    { offset: 0, length: 2 },
    { offset: 1, length: 2 },
  ],
  positiveDeltas: [1, 1, -1, 0],
  negativeSpans: [{ offset: -3, length: 2 }],
  negativeDeltas: [2, 1],
  timestamp: receivedAtMs,
};

describe("native histograms, exemplars and metadata", () => {
  it("are stored by 1.0", () => {
    const store = new MetricsStore(engine);
    const body = encodeMetrics("WriteRequest", {
      timeseries: [
        {
          labels: [{ name: "__name__", value: "h" }],
          histograms: [histogram, { ...histogram, countInt: 13 }],
          exemplars: [{ labels: [{ name: "trace_id", value: "abc" }], value: 2.5, timestamp: receivedAtMs - 1 }],
        },
      ],
      metadata: [{ type: 3, metricFamilyName: "h", help: "Help.", unit: "seconds" }],
    });
    const outcome = store.write((block, context) => decodeWriteV1(body, block, context));
    expect(outcome.written).toEqual({ samples: 0, histograms: 1, exemplars: 1 });
    expect(outcome.reasons).toEqual([
      "1 x a histogram has another count than its buckets together (first: timeseries[0])",
    ]);
    store.store();
    const [row] = engine.rows<{ hex: string }>("SELECT hex(histogram) AS hex FROM histogram_samples");
    const bytes = Buffer.from(row?.hex ?? "", "hex");
    expect(readHistogram(new ByteSource(bytes), 0, bytes.length)).toMatchObject({
      count: 12,
      sum: 18.4,
      schema: 1,
      zeroCount: 2,
      positiveSpans: histogram.positiveSpans,
      positiveCounts: [1, 2, 1, 1],
      negativeCounts: [2, 3],
      timestampMs: receivedAtMs,
    });
    expect(engine.rows("SELECT metric, value, labels, toUnixTimestamp64Milli(time) AS time FROM exemplars")).toEqual([
      { metric: "h", value: 2.5, labels: { trace_id: "abc" }, time: String(receivedAtMs - 1) },
    ]);
    expect(engine.rows("SELECT metric, type, help, unit FROM metric_metadata")).toEqual([
      { metric: "h", type: "histogram", help: "Help.", unit: "seconds" },
    ]);
  });

  it("that are finer than base 2^(2^-8) are made coarser", () => {
    const store = new MetricsStore(engine);
    const body = encodeMetrics("WriteRequest", {
      timeseries: [{ labels: [{ name: "__name__", value: "h" }], histograms: [{ ...histogram, schema: 9 }] }],
    });
    const outcome = store.write((block, context) => decodeWriteV1(body, block, context));
    expect(outcome).toMatchObject({ written: { histograms: 1 }, reasons: [] });
    store.store();
    const [row] = engine.rows<{ hex: string }>("SELECT hex(histogram) AS hex FROM histogram_samples");
    const bytes = Buffer.from(row?.hex ?? "", "hex");
    expect(readHistogram(new ByteSource(bytes), 0, bytes.length)).toMatchObject({
      schema: 8,
      count: 12,
      // Of the indexes 0, 1, 3, 4 and -3, -2.
      positiveSpans: [{ offset: 0, length: 3 }],
      positiveCounts: [1, 2, 2],
      negativeSpans: [{ offset: -1, length: 1 }],
      negativeCounts: [5],
      timestampMs: receivedAtMs,
    });
  });

  it("are stored by 2.0, where counters begin at 0 when they started", () => {
    const store = new MetricsStore(engine);
    const symbols = ["", "__name__", "c_total", "Counts.", "bytes", "trace_id", "t1"];
    const series = (value: number, timestamp: number, startTimestamp: number) => ({
      labelsRefs: [1, 2],
      samples: [{ value, timestamp, startTimestamp }],
      exemplars: [{ labelsRefs: [5, 6], value: 1, timestamp }],
      metadata: { type: 1, helpRef: 3, unitRef: 4 },
    });
    const t = receivedAtMs - 60_000;
    const body = encodeMetrics("Request", {
      symbols,
      timeseries: [series(3, t + 2000, t), series(4, t + 4000, t), series(1, t + 9000, t + 8000)],
    });
    const outcome = store.write((block, context) => decodeWriteV2(body, block, context));
    expect(outcome.written).toEqual({ samples: 3, histograms: 0, exemplars: 3 });
    expect(store.samples().map(({ timeMs, bits }) => [Number(timeMs) - t, bits])).toEqual([
      [0, bitsOf(0)],
      [2000, bitsOf(3)],
      [4000, bitsOf(4)],
      [8000, bitsOf(0)],
      [9000, bitsOf(1)],
    ]);
    expect(engine.rows("SELECT metric, type, help, unit FROM metric_metadata")).toEqual([
      { metric: "c_total", type: "counter", help: "Counts.", unit: "bytes" },
    ]);
  });

  it.each([
    [{ ...histogram, positiveDeltas: [1, 1, -1] }, "the spans of a histogram have 4 buckets, but 3 counts"],
    [{ ...histogram, positiveDeltas: [1, -2, -1, 0] }, "a histogram has a bucket with a negative count"],
    [{ ...histogram, schema: 53 }, "a histogram has schema 53"],
    [{ ...histogram, schema: -5 }, "a histogram has schema -5"],
    [
      { ...histogram, schema: customBucketsSchema },
      "a histogram with custom buckets has a zero bucket or negative buckets",
    ],
    [
      {
        ...histogram,
        positiveSpans: [
          { offset: 0, length: 2 },
          { offset: -1, length: 2 },
        ],
      },
      "the spans of a histogram overlap",
    ],
  ])("that cannot be are refused: %#", (fields, fault) => {
    const bytes = encodeHistogram(fields);
    expect(histogramFault(readHistogram(new ByteSource(bytes), 0, bytes.length))).toBe(fault);
  });
});

describe("a metric with too many series", () => {
  it("lives on in an overflow series, which counts on and names the label that exploded", () => {
    const store = new MetricsStore(engine, 3);
    const write = (at: number, value: (i: number) => number) =>
      store.write((block, context) =>
        decodeWriteV1(
          v1(
            Array.from({ length: 10 }, (_, i) => ({
              labels: [
                ["__name__", "hits_total"],
                ["job", "web"],
                ["path", `/p${i}`],
                ["zone", i % 2 === 0 ? "a" : "b"],
              ],
              samples: [{ value: value(i), timestamp: receivedAtMs - 60_000 + at }],
            })),
          ),
          block,
          context,
        ),
      );
    write(0, (i) => 100 + i);
    write(1000, (i) => 101 + i);
    write(2000, (i) => (i === 9 ? 4 : 103 + i));
    const overflow = store.samples().filter(({ series }) => series.includes("overflow"));
    expect(overflow.map(({ series, bits }) => [series, bits])).toEqual([
      ['hits_total{job="web",otel_metric_overflow="true"}', bitsOf(0)],
      ['hits_total{job="web",otel_metric_overflow="true"}', bitsOf(7)],
      ['hits_total{job="web",otel_metric_overflow="true"}', bitsOf(7 + 6 * 2 + 4)],
    ]);
    expect(store.known.overflow.report()).toEqual([
      { metric: "hits_total", series: 7, samples: 21, label: "path", labelValues: 7 },
    ]);
  });
});
