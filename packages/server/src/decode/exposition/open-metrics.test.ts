import { describe, expect, it } from "vitest";
import { parseOpenMetrics } from "./open-metrics.ts";
import { collect } from "./testing/collect.ts";

const parse = (text: string) => collect((visitor) => parseOpenMetrics(Buffer.from(text), visitor));

describe("OpenMetrics", () => {
  it("reads metadata under the name that queries know", () => {
    const text =
      '# TYPE a counter\n# HELP a all \\"of\\" it\n# UNIT a_seconds seconds\n# TYPE i info\n# TYPE g gauge\n# EOF\n';
    expect(parse(text).metadata).toEqual([
      { metric: "a_total", type: "counter" },
      { metric: "a_total", help: 'all "of" it' },
      { metric: "a_seconds", unit: "seconds" },
      { metric: "i_info", type: "info" },
      { metric: "g", type: "gauge" },
    ]);
  });

  it("reads timestamps in seconds", () => {
    expect(parse("a 1 1700000000.1234\n# EOF").samples[0]?.timestampMs).toBe(1_700_000_000_123);
  });

  it("reads exemplars", () => {
    const text =
      '# TYPE h histogram\nh_bucket{le="1"} 8 # {trace_id="ab c"} 0.5 1.5\nh_bucket{le="+Inf"} 9 7 # {} 3\n# EOF\n';
    expect(parse(text).samples).toEqual([
      {
        labels: { __name__: "h_bucket", le: "1.0" },
        value: 8,
        timestampMs: undefined,
        exemplars: [{ labels: [["trace_id", "ab c"]], value: 0.5, timestampMs: 1500 }],
      },
      {
        labels: { __name__: "h_bucket", le: "+Inf" },
        value: 9,
        timestampMs: 7000,
        exemplars: [{ labels: [], value: 3, timestampMs: undefined }],
      },
    ]);
  });

  it("makes start times of created samples, wherever in the family they stand", () => {
    const text =
      "# TYPE a counter\n" +
      'a_created{x="1"} 10.5\na_total{x="1"} 1\na_total{x="2"} 2\na_created{x="2"} 20\na_total{x="3"} 3\n' +
      "# TYPE h histogram\n" +
      'h_bucket{le="1",y="1"} 1\nh_count{y="1"} 1\nh_created{y="1"} 30\n# TYPE g gauge\ng_created 4\n# EOF\n';
    expect(parse(text).samples.map(({ labels, startTimeMs }) => [labels["__name__"], startTimeMs])).toEqual([
      ["a_total", 10_500],
      ["a_total", 20_000],
      ["a_total", undefined],
      ["h_bucket", 30_000],
      ["h_count", 30_000],
      ["g_created", undefined],
    ]);
  });

  it("reads quoted names", () => {
    const text = '# TYPE "a.b" counter\n{"a.b_total","x.y"="1"} 1\n{"a.b_created","x.y"="1"} 5\n# EOF\n';
    expect(parse(text).samples).toMatchObject([{ labels: { __name__: "a.b_total", "x.y": "1" }, startTimeMs: 5000 }]);
  });

  it.each([
    ["a 1\n", "line 2, column 1: the text does not end with # EOF; it may be cut off"],
    ["a 1\n# EOF\na 2\n", 'line 3, column 1: expected nothing after # EOF, got "a"'],
    ["a  1\n# EOF\n", 'line 1, column 3: expected a number, got " "'],
    ["a 1 now\n# EOF\n", 'line 1, column 5: expected a timestamp in seconds, got "now"'],
    ["a 1 # x\n# EOF\n", 'line 1, column 7: expected the exemplar\'s labels, got "x"'],
    ["# A comment\n# EOF\n", 'line 1, column 3: expected TYPE, HELP, UNIT or EOF, got "A"'],
    ["# TYPE a untyped\n# EOF\n", /^line 1, column 10: expected one of counter, .*got "untyped"$/],
    ["\n# EOF\n", "line 1, column 1: expected a metric name, got the end of the line"],
  ])("refuses %j and says where", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
