import { afterAll, describe, expect, it } from "vitest";
import { limits } from "../../model/limits.ts";
import { KnownSeries } from "../metrics/known-series.ts";
import { MetricsBlock } from "../metrics/metrics-block.ts";
import { TestEngine } from "../testing/engine.ts";
import { type SampleBatch, SampleSeries, writeSamples } from "./write-samples.ts";

const nowMs = 1_700_000_000_000;
const engine = new TestEngine();
afterAll(() => engine.close());

const series = (name: string, labels: Record<string, string> = {}) =>
  new SampleSeries([...Object.entries(labels), ["__name__", name]]);

function write(batch: Partial<SampleBatch>) {
  const block = new MetricsBlock();
  const known = new KnownSeries({ seriesPerMetricMax: 100, seriesMax: 100, sinceMs: 0 });
  const context = { receivedAtMs: nowMs, known, request: known.begin(nowMs) };
  return { block, outcome: writeSamples({ samples: [], metadata: [], ...batch }, block, context) };
}

describe("scraped samples", () => {
  it("are stored as they are, markers with their bits", () => {
    const { block, outcome } = write({
      samples: [
        { series: series("a_total", { z: "1", b: "ü" }), timestampMs: nowMs, value: 5, startTimeMs: nowMs - 1000 },
        { series: series("b"), timestampMs: nowMs, value: "stale" },
        { series: series("c"), timestampMs: nowMs, value: 0, histogram: Buffer.of(8, 1) },
        {
          series: series("d"),
          timestampMs: nowMs,
          value: NaN,
          exemplars: [{ labels: [["trace_id", "t"]], value: 1.5, timestampMs: undefined }],
        },
      ],
      metadata: [{ metric: "a_total", type: "counter", help: "All.", unit: "" }],
    });
    expect(outcome).toEqual({
      written: { samples: 3, histograms: 1, exemplars: 1 },
      refused: { samples: 0, histograms: 0, exemplars: 0 },
      reasons: [],
    });
    for (const table of Object.values(block)) engine.insert(table);
    const rows = engine.rows(
      `SELECT metric, hex(reinterpretAsUInt64(value)) AS bits, toInt64(toUnixTimestamp64Milli(time)) - ${nowMs} AS at,
        any(labels) AS labels FROM samples JOIN series USING (series_id) GROUP BY metric, bits, at ORDER BY metric, at`,
    );
    expect(rows).toEqual([
      // The counter was 0 when it started.
      { metric: "a_total", bits: "00", at: "-1000", labels: { b: "ü", z: "1" } },
      { metric: "a_total", bits: "4014000000000000", at: "0", labels: { b: "ü", z: "1" } },
      { metric: "b", bits: "7FF0000000000002", at: "0", labels: {} },
      { metric: "d", bits: "7FF8000000000000", at: "0", labels: {} },
    ]);
    expect(engine.rows("SELECT metric, hex(histogram) AS bytes FROM histogram_samples")).toEqual([
      { metric: "c", bytes: "0801" },
    ]);
    expect(engine.rows("SELECT metric, value, labels FROM exemplars")).toEqual([
      { metric: "d", value: 1.5, labels: { trace_id: "t" } },
    ]);
    expect(engine.rows("SELECT metric, type, help FROM metric_metadata")).toEqual([
      { metric: "a_total", type: "counter", help: "All." },
    ]);
  });

  it("are refused when their time cannot be, and the others are taken", () => {
    const late = nowMs + limits.sampleFutureMaxMs.value + 1;
    const samples = [late, -5, nowMs].map((timestampMs) => ({ series: series("a"), timestampMs, value: 1 }));
    const { outcome } = write({ samples });
    expect(outcome).toMatchObject({
      written: { samples: 1 },
      refused: { samples: 2 },
      reasons: ["1 sample: a time is more than 10 minutes ahead", "1 sample: a time is before 1970"],
    });
  });

  it.each([
    [[["x", "1"]], /__name__ is missing/],
    [
      [
        ["__name__", "a"],
        ["x", "1"],
        ["x", "2"],
      ],
      /occurs twice/,
    ],
  ] as [[string, string][], RegExp][])("need a name, and labels once: %j", (labels, message) => {
    expect(() => new SampleSeries(labels)).toThrow(message);
  });
});
