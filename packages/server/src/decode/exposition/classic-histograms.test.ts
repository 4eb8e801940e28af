import { describe, expect, it } from "vitest";
import { ByteSource } from "../native/byte-source.ts";
import { readHistogram } from "../prometheus/histogram.ts";
import { ClassicHistograms } from "./classic-histograms.ts";
import { parseOpenMetrics } from "./open-metrics.ts";
import { parseProtobuf } from "./protobuf.ts";
import { encodeFamilies } from "./testing/client-model.ts";
import { collect } from "./testing/collect.ts";
import { parseText } from "./text.ts";

const converted = (parse: (visitor: ClassicHistograms) => void, keepsClassic = false) => {
  const { samples } = collect((visitor) => {
    const classics = new ClassicHistograms(visitor, { keepsClassic });
    parse(classics);
    classics.finish();
  });
  return samples.map(({ labels, value, histogram, ...rest }) => ({
    labels,
    ...(histogram === undefined
      ? { value }
      : { histogram: readHistogram(new ByteSource(histogram), 0, histogram.length) }),
    ...rest,
  }));
};
const ofText = (text: string, keepsClassic?: boolean) =>
  converted((visitor) => parseText(Buffer.from(text), visitor), keepsClassic);

const text =
  '# TYPE h histogram\nh_bucket{a="1",le="0.5"} 2\nh_bucket{le="1",a="1"} 2\nh_bucket{a="1",le="+Inf"} 5\nh_sum{a="1"} 7.5\n' +
  'h_count{a="1"} 5\nh_bucket{a="2",le="+Inf"} 1\nh_sum{a="2"} 9\nh_count{a="2"} 1\n# TYPE c counter\nc_count 4\n';

describe("classic histograms", () => {
  it("become one native histogram each, with the bounds as custom buckets", () => {
    expect(ofText(text)).toMatchObject([
      { labels: { __name__: "c_count" }, value: 4 },
      {
        labels: { __name__: "h", a: "1" },
        histogram: {
          schema: -53,
          count: 5,
          sum: 7.5,
          customValues: [0.5, 1],
          positiveSpans: [
            { offset: 0, length: 1 },
            { offset: 1, length: 1 },
          ],
          positiveCounts: [2, 3],
        },
      },
      { labels: { __name__: "h", a: "2" }, histogram: { count: 1, sum: 9, customValues: [], positiveCounts: [1] } },
    ]);
  });

  it("stay beside it where that is wanted", () => {
    const names = ofText(text, true).map(({ labels }) => labels["__name__"]);
    expect(names.filter((name) => name === "h_bucket")).toHaveLength(4);
    expect(names.filter((name) => name === "h")).toHaveLength(2);
  });

  it("take counts that are no whole numbers, and a count from the bucket of +Inf", () => {
    expect(ofText('# TYPE h histogram\nh_bucket{le="1"} 0.5\nh_bucket{le="+Inf"} 2\n')).toMatchObject([
      { histogram: { isFloat: true, count: 2, sum: 0, positiveCounts: [0.5, 1.5] } },
    ]);
  });

  it.each([
    ["counts that fall", '# TYPE h histogram\nh_bucket{le="1"} 3\nh_bucket{le="+Inf"} 2\n', 2],
    ["another count than in the bucket of +Inf", '# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_count 3\n', 2],
    ["a bucket without a bound", "# TYPE h histogram\nh_bucket 3\nh_count 3\n", 2],
    ["nothing but a sum", "# TYPE h histogram\nh_sum 3\n", 1],
    ["another type", '# TYPE h summary\nh_bucket{le="+Inf"} 2\n', 1],
    ["no type", 'h_bucket{le="+Inf"} 2\nh_count 2\n', 2],
  ])("stay what they are with %s", (_what, body, count) => {
    const samples = ofText(body);
    expect(samples).toHaveLength(count);
    expect(samples.every(({ labels }) => labels["__name__"] !== "h")).toBe(true);
  });

  it("keep their exemplars, times and start", () => {
    const body =
      '# TYPE h histogram\nh_bucket{le="1"} 1 7 # {trace_id="t"} 0.5\nh_bucket{le="+Inf"} 1 7\nh_sum 1 7\nh_count 1 7\nh_created 3\n# EOF\n';
    expect(converted((visitor) => parseOpenMetrics(Buffer.from(body), visitor))).toMatchObject([
      { timestampMs: 7000, startTimeMs: 3000, exemplars: [{ value: 0.5 }] },
    ]);
  });

  it("are not made of what is a native histogram already", () => {
    const histogram = {
      sample_count: 1,
      sample_sum: 1,
      bucket: [{ cumulative_count: 1, upper_bound: 1 }],
      positive_span: [{ length: 1 }],
      positive_delta: [1],
    };
    const body = encodeFamilies([{ name: "h", type: 4, metric: [{ histogram }] }]);
    const samplesOf = (classicBesideNative: boolean) =>
      converted(
        (visitor) => parseProtobuf(body, visitor, { nativeHistograms: true, classicBesideNative }),
        classicBesideNative,
      );
    expect(samplesOf(false)).toMatchObject([{ labels: { __name__: "h" }, histogram: { schema: 0 } }]);
    expect(samplesOf(true).map(({ labels }) => labels["__name__"])).toEqual([
      "h",
      "h_count",
      "h_sum",
      "h_bucket",
      "h_bucket",
    ]);
  });
});
