import { afterAll, describe, expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { ByteSource } from "../native/byte-source.ts";
import { readHistogram } from "../prometheus/histogram.ts";
import { TestEngine } from "../testing/engine.ts";
import { mutate } from "../testing/mutate.ts";
import { nano, OtlpIngest, request, service, t, text, valueOf } from "../testing/otlp-ingest.ts";
import { SeededRandom } from "../testing/random.ts";
import { receivedAtMs } from "../testing/stored-metrics.ts";
import { encodeMetrics } from "../testing/write-messages.ts";

const engine = new TestEngine();
afterAll(() => engine.close());

const labels = 'instance="i-1",job="data/etl"';

describe("OTLP metrics as Prometheus series", () => {
  it("gauges: the unit in the name, attributes as labels, no recorded value as a staleness marker", () => {
    const ingest = new OtlpIngest(engine);
    const dataPoints = [
      {
        timeUnixNano: nano(t),
        asInt: "-7",
        attributes: [text("queue.name", "q"), { key: "n", value: { intValue: "5" } }],
      },
      {
        timeUnixNano: nano(t + 1000),
        flags: 1,
        attributes: [text("queue.name", "q"), { key: "n", value: { intValue: "5" } }],
      },
    ];
    ingest.protobuf(request({ name: "queue.size", unit: "By", gauge: { dataPoints } }));
    expect(ingest.rows()).toEqual([
      `queue_size_bytes{${labels},n="5",queue_name="q"} -7 @0`,
      `queue_size_bytes{${labels},n="5",queue_name="q"} stale @1000`,
    ]);
  });

  it("cumulative counters: a zero where they started, again after a restart", () => {
    const ingest = new OtlpIngest(engine);
    const point = (at: number, start: number, asDouble: number) =>
      request({
        name: "rows.read",
        sum: {
          isMonotonic: true,
          aggregationTemporality: 2,
          dataPoints: [{ startTimeUnixNano: nano(t + start), timeUnixNano: nano(t + at), asDouble }],
        },
      });
    ingest.protobuf(point(2000, 0, 3));
    ingest.protobuf(point(4000, 0, 5));
    ingest.protobuf(point(9000, 8000, 1));
    expect(ingest.rows()).toEqual(
      [
        `rows_read_total{${labels}} 0 @0`,
        `rows_read_total{${labels}} 0 @8000`,
        `rows_read_total{${labels}} 1 @9000`,
        `rows_read_total{${labels}} 3 @2000`,
        `rows_read_total{${labels}} 5 @4000`,
      ].sort((a, b) => Number(a.split("@")[1]) - Number(b.split("@")[1])),
    );
  });

  it("histograms: cumulative buckets, sum and count; exemplars on their bucket", () => {
    const ingest = new OtlpIngest(engine);
    ingest.protobuf(
      request({
        name: "duration",
        unit: "s",
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            {
              timeUnixNano: nano(t),
              count: 6,
              sum: 12.5,
              bucketCounts: [1, 2, 3],
              explicitBounds: [0.5, 10],
              exemplars: [
                {
                  timeUnixNano: nano(t),
                  asDouble: 4,
                  traceId: Buffer.from("0af7", "hex"),
                  filteredAttributes: [text("a", "b")],
                },
              ],
            },
          ],
        },
      }),
    );
    expect(ingest.rows().toSorted()).toEqual(
      [
        `duration_seconds_bucket{${labels},le="+Inf"} 6 @0`,
        `duration_seconds_bucket{${labels},le="0.5"} 1 @0`,
        `duration_seconds_bucket{${labels},le="10"} 3 @0`,
        `duration_seconds_count{${labels}} 6 @0`,
        `duration_seconds_sum{${labels}} 12.5 @0`,
      ].toSorted(),
    );
    expect(
      engine.rows(
        "SELECT labels, value FROM exemplars WHERE series_id IN (SELECT series_id FROM series WHERE labels['le'] = '10')",
      ),
    ).toEqual([{ labels: { a: "b", trace_id: "0af7" }, value: 4 }]);
  });

  it("exponential histograms: native ones, downscaled to what Prometheus has", () => {
    const ingest = new OtlpIngest(engine);
    const dataPoints = [
      {
        timeUnixNano: nano(t),
        count: 8,
        sum: 99,
        scale: 9,
        zeroCount: 1,
        positive: { offset: -2, bucketCounts: [1, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3] },
        negative: { offset: 0, bucketCounts: [] },
      },
    ];
    ingest.protobuf(request({ name: "size", exponentialHistogram: { aggregationTemporality: 2, dataPoints } }));
    ingest.store.store();
    const [row] = engine.rows<{ hex: string; metric: string }>(
      "SELECT metric, hex(histogram) AS hex FROM histogram_samples",
    );
    const bytes = Buffer.from(row?.hex ?? "", "hex");
    // Buckets -2 and -1 of scale 9 are bucket -1 of scale 8, which Prometheus numbers 0; 8 becomes 4, and so 5.
    expect(readHistogram(new ByteSource(bytes), 0, bytes.length)).toMatchObject({
      schema: 8,
      count: 8,
      sum: 99,
      zeroCount: 1,
      zeroThreshold: 1e-128,
      positiveSpans: [
        { offset: 0, length: 2 },
        { offset: 3, length: 1 },
      ],
      positiveCounts: [2, 2, 3],
      timestampMs: t,
    });
  });

  it.each([
    ["began within the millisecond", "000100", ["0 @-1", "7 @0"]],
    ["does not know when it began", "900000", ["7 @0"]],
  ])("a counter that %s", (_what, start, expected) => {
    const ingest = new OtlpIngest(engine);
    const dataPoints = [{ startTimeUnixNano: `${t}${start}`, timeUnixNano: `${t}900000`, asInt: 7 }];
    ingest.protobuf(request({ name: "quick", sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints } }));
    expect(ingest.rows().map((row) => row.replace(/^quick_total\{.*\} /, ""))).toEqual(expected);
  });

  it("exponential histograms of delta temporality: one that adds up, and was empty when it began", () => {
    const ingest = new OtlpIngest(engine);
    const point = (atMs: number, count: number) => ({
      startTimeUnixNano: nano(t + atMs - 1000),
      timeUnixNano: nano(t + atMs),
      count,
      sum: count * 2,
      scale: 0,
      positive: { offset: 0, bucketCounts: [count] },
    });
    const send = (atMs: number, count: number, isRepeated = false) => {
      const exponentialHistogram = { aggregationTemporality: 1, dataPoints: [point(atMs, count)] };
      const resource = [...service.slice(0, 2), text("service.instance.id", `i-${atMs}`)];
      return ingest.protobuf(request({ name: "size", exponentialHistogram }, resource), isRepeated);
    };
    expect(send(0, 3)).toMatchObject({ written: { histograms: 1 }, reasons: [] });
    send(5000, 4);
    send(5000, 4, true);
    ingest.store.store();
    const rows = engine.rows<{ hex: string }>(
      "SELECT hex(any(histogram)) AS hex FROM histogram_samples GROUP BY series_id, time ORDER BY time",
    );
    const stored = rows.map(({ hex }) => {
      const bytes = Buffer.from(hex, "hex");
      const { count, sum, timestampMs } = readHistogram(new ByteSource(bytes), 0, bytes.length);
      return { count, sum, atMs: timestampMs - t };
    });
    expect(stored).toEqual([
      { count: 0, sum: 0, atMs: -1000 },
      { count: 3, sum: 6, atMs: 0 },
      { count: 7, sum: 14, atMs: 5000 },
    ]);
  });

  it("summaries; scopes; target_info without what differs with every process", () => {
    const ingest = new OtlpIngest(engine);
    const dataPoints = [{ timeUnixNano: nano(t), count: 2, sum: 3, quantileValues: [{ quantile: 0.5, value: 1 }] }];
    ingest.json(
      request(
        { name: "lag", summary: { dataPoints } },
        [...service, text("host.name", "h"), text("process.pid", "123")],
        { name: "lib", version: "1.2" },
      ),
    );
    const scope = 'otel_scope_name="lib",otel_scope_version="1.2"';
    expect(ingest.rows().toSorted()).toEqual(
      [
        `lag_count{${labels},${scope}} 2 @0`,
        `lag_sum{${labels},${scope}} 3 @0`,
        `lag{${labels},${scope},quantile="0.5"} 1 @0`,
        `target_info{host_name="h",${labels}} 1 @0`,
      ].toSorted(),
    );
  });

  it("refuses points that cannot be, with the metric's name", () => {
    const ingest = new OtlpIngest(engine);
    const point = { timeUnixNano: nano(t), asInt: "1" };
    const outcome = ingest.protobuf({
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: "...", gauge: { dataPoints: [point] } },
                { name: "unset", sum: { dataPoints: [point, point] } },
                { name: "future", gauge: { dataPoints: [{ ...point, timeUnixNano: nano(receivedAtMs + 700_000) }] } },
                {
                  name: "h",
                  histogram: {
                    aggregationTemporality: 2,
                    dataPoints: [{ timeUnixNano: nano(t), bucketCounts: [1], explicitBounds: [1] }],
                  },
                },
                { name: "good", gauge: { dataPoints: [point] } },
              ],
            },
          ],
        },
      ],
    });
    expect(outcome).toEqual({
      written: { samples: 1, histograms: 0, exemplars: 0 },
      refused: { samples: 5, histograms: 0, exemplars: 0 },
      reasons: [
        '1 x the metric\'s name has no letter or digit (first: metric "...")',
        '2 x aggregation_temporality is neither delta nor cumulative (first: metric "unset")',
        '1 x a time is more than 10 minutes ahead (first: metric "future")',
        '1 x bucket_counts must be one more than explicit_bounds (first: metric "h")',
      ],
    });
    expect(ingest.rows()).toEqual(["good{} 1 @0"]);
  });

  it("refuses what a sum or a histogram could not go on after, and goes on", () => {
    const ingest = new OtlpIngest(engine);
    const at = { timeUnixNano: nano(t) };
    const delta = (asDouble: number, name = "c") => ({
      name,
      sum: { isMonotonic: name === "c", aggregationTemporality: 1, dataPoints: [{ ...at, asDouble }] },
    });
    const explicit = (point: object) => ({
      name: "h",
      histogram: { aggregationTemporality: 1, dataPoints: [{ ...at, count: 2, bucketCounts: [1, 1], ...point }] },
    });
    const exponential = (point: object) => ({
      name: "e",
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [{ ...at, count: 1, sum: 1, positive: { bucketCounts: [1] }, ...point }],
      },
    });
    const bad = [
      delta(NaN),
      delta(Infinity, "g"),
      delta(-1),
      explicit({ explicitBounds: [1], sum: NaN }),
      explicit({ count: 3, bucketCounts: [1, 1, 1], explicitBounds: [2, 1], sum: 1 }),
      exponential({ sum: Infinity }),
      exponential({ count: 2 }),
    ];
    const metrics = [...bad, delta(2), delta(-3, "g"), exponential({})];
    const resource = { attributes: service };
    const outcome = ingest.protobuf({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] });
    expect(outcome.reasons).toEqual([
      '4 x a delta is not a finite number: no sum goes on after it (first: metric "c")',
      '1 x a delta of a monotonic sum is negative (first: metric "c")',
      '1 x explicit_bounds must rise (first: metric "h")',
      '1 x the buckets must add up to count (first: metric "e")',
    ]);
    const values = ingest.rows().filter((row) => row.endsWith("@0"));
    expect(values).toEqual(expect.arrayContaining(['c_total{job="data/etl"} 2 @0', 'g{job="data/etl"} -3 @0']));
  });

  it("ends with an error of the catalogue, or some rows, for damaged requests", () => {
    const random = new SeededRandom(31);
    const body = encodeMetrics(
      "ExportMetricsServiceRequest",
      request({
        name: "duration",
        histogram: {
          aggregationTemporality: 1,
          dataPoints: [
            { timeUnixNano: nano(t), count: 6, sum: 12.5, bucketCounts: [1, 2, 3], explicitBounds: [0.5, 10] },
          ],
        },
      }),
    );
    let accepted = 0;
    for (let round = 0; round < 3000; round++) {
      const ingest = round % 500 === 0 ? new OtlpIngest(engine) : undefined;
      try {
        (ingest ?? shared).bytes(mutate(body, body, random));
        accepted++;
      } catch (error) {
        expect(error).toBeInstanceOf(SightglassError);
      }
    }
    expect(accepted).toBeGreaterThan(100);
    shared.store.store();
  });
});

const shared = new OtlpIngest(engine);

describe("delta counters of short-lived jobs", () => {
  const job = (pid: number, at: number, value: number) =>
    request(
      {
        name: "records",
        sum: {
          isMonotonic: true,
          aggregationTemporality: 1,
          dataPoints: [
            {
              startTimeUnixNano: nano(t + at),
              timeUnixNano: nano(t + at + 2000),
              asInt: String(value),
              attributes: [text("status", "failure")],
            },
          ],
        },
      },
      [
        text("service.name", "job"),
        text("service.instance.id", `run-${pid}`),
        { key: "process.pid", value: { intValue: String(pid) } },
      ],
    );

  it("of a hundred processes make one series that never falls, with the right total", () => {
    const ingest = new OtlpIngest(engine);
    const random = new SeededRandom(3);
    let total = 0;
    for (let pid = 0; pid < 100; pid++) {
      const value = 1 + random.below(50);
      total += value;
      // Some run at the same time, some arrive late.
      ingest.protobuf(job(pid, (pid - (pid % 3)) * 100 + random.below(50), value));
    }
    const rows = ingest.store.samples();
    expect(new Set(rows.map(({ series }) => series))).toEqual(new Set(['records_total{job="job",status="failure"}']));
    expect(new Set(rows.map(({ timeMs }) => timeMs)).size).toBe(101);
    const values = rows
      .toSorted((a, b) => Number(a.timeMs) - Number(b.timeMs))
      .map(({ bits }) => Number(valueOf(bits)));
    expect(values[0]).toBe(0);
    expect(values.at(-1)).toBe(total);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    const [increase] = engine.rows<{ increase: number }>(
      "SELECT argMax(value, time) - argMin(value, time) AS increase FROM samples WHERE metric != ''",
    );
    expect(increase?.increase).toBe(total);
  });

  it("are seen from the first failure on: a zero precedes it", () => {
    const ingest = new OtlpIngest(engine);
    ingest.protobuf(job(1, 0, 1));
    expect(ingest.rows()).toEqual([
      'records_total{job="job",status="failure"} 0 @0',
      'records_total{job="job",status="failure"} 1 @2000',
    ]);
  });

  it("are added once when a request is sent again", () => {
    const ingest = new OtlpIngest(engine);
    ingest.protobuf(job(1, 0, 5));
    ingest.protobuf(job(1, 0, 5), true);
    ingest.protobuf(job(2, 5000, 2));
    const values = new Set(ingest.rows());
    expect(values).toEqual(
      new Set(["0 @0", "5 @2000", "7 @7000"].map((point) => `records_total{job="job",status="failure"} ${point}`)),
    );
  });
});
