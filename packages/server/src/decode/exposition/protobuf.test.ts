import { describe, expect, it } from "vitest";
import { parseProtobuf } from "./protobuf.ts";
import type { ProtobufOptions } from "./protobuf-emit.ts";
import { encodeFamilies, readWrittenHistogram } from "./testing/client-model.ts";
import { collect } from "./testing/collect.ts";

const native = { nativeHistograms: true, classicBesideNative: false };
const parse = (families: object[], options: ProtobufOptions = native) =>
  collect((visitor) => parseProtobuf(encodeFamilies(families), visitor, options));
const label = (name: string, value: string) => ({ name, value });
const types = { counter: 0, gauge: 1, summary: 2, untyped: 3, histogram: 4 };

const histogram = {
  name: "h",
  type: types.histogram,
  metric: [
    {
      label: [label("x", "1")],
      histogram: {
        sample_count: 7,
        sample_sum: 2.5,
        bucket: [
          { cumulative_count: 3, upper_bound: 1 },
          { cumulative_count: 5, upper_bound: 2.5, exemplar: { label: [label("trace_id", "t")], value: 2 } },
        ],
        schema: -2,
        zero_threshold: 0.001,
        zero_count: 1,
        negative_span: [{ offset: -3, length: 2 }],
        negative_delta: [1, -1],
        positive_span: [
          { offset: 0, length: 1 },
          { offset: 4, length: 1 },
        ],
        positive_delta: [4, -2],
      },
    },
  ],
};

describe("Prometheus protobuf", () => {
  it("reads counters, gauges and untyped metrics", () => {
    const { metadata, samples } = parse([
      {
        name: "c_total",
        help: "All.",
        unit: "bytes",
        type: types.counter,
        metric: [
          {
            label: [label("x", "ä")],
            counter: {
              value: 5,
              exemplar: { label: [label("trace_id", "t")], value: 1, timestamp: { seconds: 2, nanos: 500_000_000 } },
              created_timestamp: { seconds: 1_700_000_000, nanos: 1_000_000 },
            },
          },
        ],
      },
      { name: "g", type: types.gauge, metric: [{ gauge: { value: -1.5 }, timestamp_ms: -7 }] },
      { name: "u", type: types.untyped, metric: [{ untyped: { value: NaN } }] },
    ]);
    expect(metadata).toEqual([
      { metric: "c_total", type: "counter", help: "All.", unit: "bytes" },
      { metric: "g", type: "gauge" },
      { metric: "u", type: "unknown" },
    ]);
    expect(samples).toEqual([
      {
        labels: { __name__: "c_total", x: "ä" },
        value: 5,
        timestampMs: undefined,
        startTimeMs: 1_700_000_000_001,
        exemplars: [{ labels: [["trace_id", "t"]], value: 1, timestampMs: 2500 }],
      },
      { labels: { __name__: "g" }, value: -1.5, timestampMs: -7 },
      { labels: { __name__: "u" }, value: NaN, timestampMs: undefined },
    ]);
  });

  it("reads summaries as their series", () => {
    const summary = { sample_count: 3, sample_sum: 6, quantile: [{ quantile: 1, value: 4 }] };
    const { samples } = parse([{ name: "s", type: types.summary, metric: [{ summary }] }]);
    expect(samples.map(({ labels, value }) => [labels, value])).toEqual([
      [{ __name__: "s_count" }, 3],
      [{ __name__: "s_sum" }, 6],
      [{ __name__: "s", quantile: "1.0" }, 4],
    ]);
  });

  it("hands native histograms on as they are", () => {
    const { samples } = parse([histogram]);
    expect(samples).toHaveLength(1);
    expect(samples[0]).toMatchObject({ labels: { __name__: "h", x: "1" }, exemplars: [{ value: 2 }] });
    expect(readWrittenHistogram(samples[0]?.histogram ?? Buffer.of())).toEqual({
      count_int: 7,
      sum: 2.5,
      schema: -2,
      zero_threshold: 0.001,
      zero_count_int: 1,
      negative_spans: [{ offset: -3, length: 2 }],
      negative_deltas: [1, -1],
      positive_spans: [
        { offset: 0, length: 1 },
        { offset: 4, length: 1 },
      ],
      positive_deltas: [4, -2],
    });
  });

  it("hands native histograms of floats on", () => {
    const floats = {
      sample_count_float: 1.5,
      zero_count_float: 0.5,
      positive_span: [{ length: 1 }],
      positive_count: [1],
    };
    const { samples } = parse([{ name: "f", type: types.histogram, metric: [{ histogram: floats }] }]);
    expect(readWrittenHistogram(samples[0]?.histogram ?? Buffer.of())).toMatchObject({
      count_float: 1.5,
      zero_count_float: 0.5,
      positive_counts: [1],
    });
  });

  it("makes classic series of histograms, when native ones are not wanted or beside them", () => {
    const classic = [
      [{ __name__: "h_count", x: "1" }, 7],
      [{ __name__: "h_sum", x: "1" }, 2.5],
      [{ __name__: "h_bucket", x: "1", le: "1.0" }, 3],
      [{ __name__: "h_bucket", x: "1", le: "2.5" }, 5],
      [{ __name__: "h_bucket", x: "1", le: "+Inf" }, 7],
    ];
    const seriesOf = (options: ProtobufOptions) =>
      parse([histogram], options).samples.map(({ labels, value }) => [labels, value]);
    expect(seriesOf({ nativeHistograms: false, classicBesideNative: false })).toEqual(classic);
    expect(seriesOf({ nativeHistograms: true, classicBesideNative: true })).toEqual([
      [{ __name__: "h", x: "1" }, 0],
      ...classic,
    ]);
  });

  it("takes a histogram with an empty span for a native one without observations", () => {
    const empty = { sample_count: 0, positive_span: [{ offset: 0, length: 0 }] };
    const { samples } = parse([{ name: "e", type: types.histogram, metric: [{ histogram: empty }] }]);
    expect(samples.map(({ labels, histogram }) => [labels, histogram !== undefined])).toEqual([
      [{ __name__: "e" }, true],
    ]);
  });

  it.each([
    [Buffer.of(5, 10, 1), /^byte 0 of the protobuf: length 5 goes past the end/],
    [Buffer.of(2, 24, 9), /^byte 3 of the protobuf: metric type 9 is not known/],
    [Buffer.of(3, 10, 1, 255), /^byte 4 of the protobuf: a text is not UTF-8|byte 3/],
    [Buffer.of(2, 24, 1), /a family has no name/],
    [Buffer.from("a 1\n"), /^byte/],
  ])("refuses %j and says where", (body, message) => {
    expect(() => collect((visitor) => parseProtobuf(body, visitor, native))).toThrow(
      expect.objectContaining({ code: "invalid_argument", message: expect.stringMatching(message) }),
    );
  });
});
