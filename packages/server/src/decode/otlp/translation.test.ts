import { afterAll, describe, expect, it } from "vitest";
import { ByteSource } from "../native/byte-source.ts";
import { histogramFault, readHistogram } from "../prometheus/histogram.ts";
import { TestEngine } from "../testing/engine.ts";
import { nano, OtlpIngest, request, service, t, text } from "../testing/otlp-ingest.ts";
import { defaultTranslation } from "./translation.ts";

const engine = new TestEngine();
afterAll(() => engine.close());

const labels = 'instance="i-1",job="data/etl"';

describe("the translation of OTLP metrics", () => {
  it("names of UTF-8 as they are, with promoted attributes of the resource and without the scope", () => {
    const ingest = new OtlpIngest(engine);
    ingest.translation = {
      ...defaultTranslation,
      strategy: "NoTranslation",
      promoted: { isAllBut: false, keys: new Set(["host.name", "process.pid", "absent"]) },
      promoteScope: false,
      keepIdentifyingAttributes: true,
    };
    const point = { timeUnixNano: nano(t), count: 1, sum: 3, bucketCounts: [1], explicitBounds: [] };
    const dataPoints = [{ ...point, attributes: [text("http.route", "/")] }];
    ingest.protobuf(
      request(
        { name: "http.server.duration", unit: "ms", histogram: { aggregationTemporality: 2, dataPoints } },
        [...service, text("host.name", "h"), text("process.pid", "7")],
        { name: "lib" },
      ),
    );
    const own = `host.name="h",http.route="/",${labels}`;
    const identity = 'service.instance.id="i-1",service.name="etl",service.namespace="data"';
    expect(ingest.rows().toSorted()).toEqual(
      [
        `http.server.duration_bucket{${own},le="+Inf",process.pid="7"} 1 @0`,
        `http.server.duration_count{${own},process.pid="7"} 1 @0`,
        `http.server.duration_sum{${own},process.pid="7"} 3 @0`,
        `target_info{host.name="h",${labels},${identity}} 1 @0`,
      ].toSorted(),
    );
  });

  it("promotes all attributes but the ignored, and those of one process never", () => {
    const ingest = new OtlpIngest(engine);
    ingest.translation = { ...defaultTranslation, promoted: { isAllBut: true, keys: new Set(["host.name"]) } };
    const resource = [...service, text("host.name", "h"), text("process.pid", "7"), text("team", "core")];
    const dataPoints = [{ timeUnixNano: nano(t), asInt: 1, attributes: [text("team", "own")] }];
    const sum = { isMonotonic: true, aggregationTemporality: 1, dataPoints };
    ingest.protobuf(request({ name: "g", gauge: { dataPoints } }, resource));
    ingest.protobuf(request({ name: "c", sum }, resource));
    const names = 'service_name="etl",service_namespace="data",team="own"';
    const series = new Set(ingest.store.samples().map((row) => row.series));
    expect(series).toEqual(
      new Set([
        `g{${labels},service_instance_id="i-1",${names}}`,
        `c_total{job="data/etl",${names}}`,
        `target_info{host_name="h",${labels},team="core"}`,
        'target_info{host_name="h",job="data/etl",team="core"}',
      ]),
    );
  });

  it("target_info is there for the whole time that points of a late request are of", () => {
    const ingest = new OtlpIngest(engine);
    const dataPoints = [-400_000, 0].map((at) => ({ timeUnixNano: nano(t + at), asInt: 1 }));
    ingest.protobuf(request({ name: "g", gauge: { dataPoints } }, [...service, text("host.name", "h")]));
    const info = ingest.rows().filter((row) => row.startsWith("target_info"));
    expect(info.map((row) => row.split("@")[1])).toEqual(["-400000", "-250000", "-100000", "0"]);
  });

  it("histograms with explicit bounds as native ones with custom buckets, on demand", () => {
    const ingest = new OtlpIngest(engine);
    ingest.translation = { ...defaultTranslation, convertHistograms: true };
    const point = { timeUnixNano: nano(t), count: 6, sum: 12.5, bucketCounts: [1, 0, 5], explicitBounds: [0.5, 10] };
    const dataPoints = [point, { timeUnixNano: nano(t + 1000), flags: 1, attributes: [] }];
    const outcome = ingest.protobuf(request({ name: "d", histogram: { aggregationTemporality: 2, dataPoints } }));
    expect(outcome).toMatchObject({ written: { samples: 0, histograms: 2 }, reasons: [] });
    ingest.store.store();
    const rows = engine.rows<{ hex: string }>("SELECT hex(histogram) AS hex FROM histogram_samples ORDER BY time");
    const [whole, stale] = rows.map(({ hex }) => {
      const bytes = Buffer.from(hex, "hex");
      return readHistogram(new ByteSource(bytes), 0, bytes.length);
    });
    expect(whole).toMatchObject({
      schema: -53,
      customValues: [0.5, 10],
      count: 6,
      sum: 12.5,
      positiveSpans: [
        { offset: 0, length: 1 },
        { offset: 1, length: 1 },
      ],
      positiveCounts: [1, 5],
    });
    expect(histogramFault(whole!)).toBeUndefined();
    expect(stale?.isStale).toBe(true);
  });

  it.each([
    [{ bucketCounts: [1, 2, 3], explicitBounds: [5, 1] }, "explicit_bounds must rise"],
    [{ bucketCounts: [1, 2], explicitBounds: [5] }, "bucket_counts must add up to count"],
  ])("refuses a histogram that cannot have custom buckets: %j", (buckets, reason) => {
    const ingest = new OtlpIngest(engine);
    ingest.translation = { ...defaultTranslation, convertHistograms: true };
    const dataPoints = [{ timeUnixNano: nano(t), count: 6, sum: 1, ...buckets }];
    const outcome = ingest.protobuf(request({ name: "d", histogram: { aggregationTemporality: 2, dataPoints } }));
    expect(outcome).toMatchObject({ refused: { histograms: 1 }, reasons: [`1 x ${reason} (first: metric "d")`] });
  });

  it("refuses a point with a key that cannot be a label, and says what keeps such keys", () => {
    const ingest = new OtlpIngest(engine);
    const dataPoints = [{ timeUnixNano: nano(t), asInt: 1, attributes: [text("日本", "x")] }];
    const outcome = ingest.protobuf(request({ name: "g", gauge: { dataPoints } }, [...service, text("日本", "x")]));
    expect(outcome).toMatchObject({ written: { samples: 0 }, refused: { samples: 1 } });
    expect(outcome.reasons).toEqual([
      "2 x an attribute's key has nothing that can stand in a label; otlp.translation_strategy NoUTF8EscapingWithSuffixes " +
        "keeps such keys (first: an attribute of the resource, which is left out)",
    ]);
    ingest.translation = { ...defaultTranslation, strategy: "NoUTF8EscapingWithSuffixes" };
    ingest.protobuf(request({ name: "g", gauge: { dataPoints } }, []));
    expect(ingest.rows()).toEqual(['g{日本="x"} 1 @0']);
  });
});
