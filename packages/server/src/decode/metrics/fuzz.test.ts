import { afterAll, describe, expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import type { NativeBlock } from "../native/native-block.ts";
import { DeltaHistograms } from "../otlp/delta-histograms.ts";
import { defaultTranslation, type OtlpTranslation } from "../otlp/translation.ts";
import { decodeMetricsJson, decodeMetricsProtobuf } from "../otlp/metrics.ts";
import { snappyDecompress } from "../prometheus/snappy.ts";
import { decodeWriteV1 } from "../prometheus/write-v1.ts";
import { decodeWriteV2 } from "../prometheus/write-v2.ts";
import { TestEngine } from "../testing/engine.ts";
import { fuzzCount } from "../testing/fuzz-environment.ts";
import { mutate } from "../testing/mutate.ts";
import { SeededRandom } from "../testing/random.ts";
import { MetricsStore, receivedAtMs } from "../testing/stored-metrics.ts";
import { encodeMetrics, snappy } from "../testing/write-messages.ts";
import { DeltaSums } from "./delta-sums.ts";
import type { MetricsBlock } from "./metrics-block.ts";
import type { MetricsOutcome } from "./metrics-outcome.ts";
import type { MetricsContext } from "./point-writer.ts";

/**
 * Damaged requests for metrics in every protocol: each is an error of the catalogue, or rows that the engine takes. Never
 * anything else, never more rows than bytes. `SIGHTGLASS_FUZZ_COUNT=1000000` for the long run.
 */
const histogram = {
  countInt: 7,
  sum: 9.5,
  schema: 3,
  zeroThreshold: 1e-128,
  zeroCountInt: 1,
  positiveSpans: [
    { offset: -2, length: 2 },
    { offset: 3, length: 1 },
  ],
  positiveDeltas: [2, -1, 2],
  timestamp: receivedAtMs - 5000,
};
const sample = (agoMs: number) => ({ value: agoMs / 3, timestamp: receivedAtMs - agoMs });
const v1 = encodeMetrics("WriteRequest", {
  timeseries: [
    {
      labels: [
        { name: "__name__", value: "näme_total" },
        { name: "job", value: "x".repeat(140) },
      ],
      samples: [sample(1000), sample(0)],
      exemplars: [{ labels: [{ name: "trace_id", value: "0af7" }], ...sample(500) }],
    },
    {
      labels: [
        { name: "z", value: "1" },
        { name: "__name__", value: "h" },
      ],
      histograms: [histogram],
    },
  ],
  metadata: [{ type: 1, metricFamilyName: "näme_total", help: "Help.", unit: "s" }],
});
const v2 = encodeMetrics("Request", {
  symbols: ["", "__name__", "näme_total", "job", "batch", "h", "Help.", "trace_id", "0af7"],
  timeseries: [
    {
      labelsRefs: [1, 2, 3, 4],
      samples: [{ ...sample(1000), startTimestamp: receivedAtMs - 60_000 }, sample(0)],
      exemplars: [{ labelsRefs: [7, 8], ...sample(500) }],
      metadata: { type: 1, helpRef: 6 },
    },
    { labelsRefs: [3, 4, 1, 5], histograms: [{ ...histogram, startTimestamp: receivedAtMs - 60_000 }] },
  ],
});

const nano = (agoMs: number) => `${receivedAtMs - agoMs}000000`;
const times = { startTimeUnixNano: nano(9000), timeUnixNano: nano(1000) };
const attributes = [{ key: "region", value: { stringValue: "eu" } }];
const buckets = { offset: -3, bucketCounts: [1, 0, 2] };
const metric = (name: string, data: object) => ({ name, unit: "ms", description: "Help.", ...data });
const otlp = {
  resourceMetrics: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "etl" } }] },
      scopeMetrics: [
        {
          scope: { name: "lib", version: "1" },
          metrics: [
            metric("gauge", { gauge: { dataPoints: [{ ...times, attributes, asDouble: 1.5 }] } }),
            metric("sum", {
              sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints: [{ ...times, asInt: "7" }] },
            }),
            metric("histogram", {
              histogram: {
                aggregationTemporality: 2,
                dataPoints: [
                  { ...times, count: "6", sum: 12.5, bucketCounts: ["1", "2", "3"], explicitBounds: [0.5, 10] },
                ],
              },
            }),
            ...[1, 2].map((aggregationTemporality) =>
              metric(`exponential_${aggregationTemporality}`, {
                exponentialHistogram: {
                  aggregationTemporality,
                  dataPoints: [
                    {
                      ...times,
                      count: "4",
                      sum: 3,
                      scale: 9,
                      zeroCount: "1",
                      positive: buckets,
                      negative: { offset: 0 },
                    },
                  ],
                },
              }),
            ),
            metric("summary", {
              summary: {
                dataPoints: [{ ...times, count: "2", sum: 3, quantileValues: [{ quantile: 0.5, value: 1 }] }],
              },
            }),
          ],
        },
      ],
    },
  ],
};

const engine = new TestEngine();
afterAll(() => engine.close());
const sums = { numbers: new DeltaSums(), histograms: new DeltaHistograms() };
const withSums = (context: MetricsContext, translation: OtlpTranslation = defaultTranslation) => ({
  ...context,
  translation,
  sums: () => sums,
  meet: () => ({ low: 1, high: 2, isRepeated: false }),
});

type Decode = (body: Uint8Array, block: MetricsBlock, context: MetricsContext) => MetricsOutcome;
const targets: [name: string, body: Uint8Array, decode: Decode][] = [
  ["remote write 1.0", v1, decodeWriteV1],
  ["remote write 2.0", v2, decodeWriteV2],
  [
    "remote write 1.0 in Snappy",
    snappy(v1),
    (body, block, context) => decodeWriteV1(snappyDecompress(body), block, context),
  ],
  [
    "OTLP in protobuf",
    encodeMetrics("ExportMetricsServiceRequest", otlp),
    (body, block, context) => decodeMetricsProtobuf(body, block, withSums(context)),
  ],
  [
    "OTLP as it is named, with custom buckets",
    encodeMetrics("ExportMetricsServiceRequest", otlp),
    (body, block, context) =>
      decodeMetricsProtobuf(
        body,
        block,
        withSums(context, { ...defaultTranslation, strategy: "NoTranslation", convertHistograms: true }),
      ),
  ],
  [
    "OTLP in JSON",
    Buffer.from(JSON.stringify(otlp)),
    (body, block, context) => decodeMetricsJson(body, block, withSums(context)),
  ],
];
const rowsMax = 20_000;

describe.each(targets)("%s, damaged at random", (name, body, decode) => {
  it("is an error or rows that the engine takes", { timeout: 1_200_000 }, () => {
    const random = new SeededRandom(name.length);
    const store = new MetricsStore(engine);
    const count = Math.ceil(fuzzCount / targets.length);
    const rows = () => (Object.values(store.block) as NativeBlock[]).reduce((sum, { rowCount }) => sum + rowCount, 0);
    let [decoded, failed] = [0, 0];
    let others = body;
    for (let run = 0; run < count; run++) {
      const damaged = mutate(body, others, random);
      const rowsBefore = rows();
      try {
        store.write((block, context) => decode(damaged, block, context));
        if (rows() - rowsBefore > 2 * damaged.length) expect.fail(`run ${run}: more rows than bytes`);
        others = damaged;
        decoded++;
      } catch (error) {
        if (!(error instanceof SightglassError) || error.code !== "invalid_argument") throw error;
        failed++;
        // As the sink does it: what a request that failed had written is gone.
        store.block.clear();
      }
      if (rows() > rowsMax) {
        if (run < 100_000) store.store();
        store.block.clear();
      }
    }
    store.store();
    // Both happen often, or the mutations are of no use.
    expect(decoded).toBeGreaterThan(count / 50);
    expect(failed).toBeGreaterThan(count / 50);
  });
});
