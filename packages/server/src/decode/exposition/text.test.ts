import { describe, expect, it } from "vitest";
import { collect } from "./testing/collect.ts";
import { parseText } from "./text.ts";

const parse = (text: string, options = {}) => collect((visitor) => parseText(Buffer.from(text), visitor, options));
const one = (text: string) => parse(text).samples[0];

describe("Prometheus text", () => {
  it.each([
    ["a 1", { labels: { __name__: "a" }, value: 1 }],
    ["a{} 1.5e3\n", { labels: { __name__: "a" }, value: 1500 }],
    ['\t a:b_1 {x="1" , y = "2",} \t -Inf 12\n', { labels: { __name__: "a:b_1", x: "1", y: "2" }, value: -Infinity }],
    ['a{x="\\\\n\\n\\"\\q"} +Inf', { labels: { __name__: "a", x: '\\n\n"\\q' }, value: Infinity }],
    ['a{x="}, {#"} nan', { labels: { __name__: "a", x: "}, {#" }, value: NaN }],
    ['{"a.b",x="1"} 1', { labels: { __name__: "a.b", x: "1" }, value: 1 }],
    ['{"ä b","x y"="ü"} 1', { labels: { __name__: "ä b", "x y": "ü" }, value: 1 }],
    ['a{"x.y"="1"} 1', { labels: { __name__: "a", "x.y": "1" }, value: 1 }],
    ['a{x=""} .5', { labels: { __name__: "a", x: "" }, value: 0.5 }],
  ])("reads %j", (text, sample) => expect(one(text)).toMatchObject(sample));

  it("reads timestamps, negative ones too", () => {
    expect(one("a 1 1700000000123")?.timestampMs).toBe(1_700_000_000_123);
    expect(one("a 1 -5\n")?.timestampMs).toBe(-5);
    expect(one("a 1")?.timestampMs).toBeUndefined();
  });

  it("reads help and type, unescaped, and leaves other comments alone", () => {
    const text = '# HELP a one\\ntwo \\\\ "three"\n#TYPE a counter\n# a comment\n#\n# TYPE "b.c" untyped\na 1\n';
    expect(parse(text).metadata).toEqual([
      { metric: "a", help: 'one\ntwo \\ "three"' },
      { metric: "a", type: "counter" },
      { metric: "b.c", type: "unknown" },
    ]);
  });

  it("gives a series the same key when it is written the same", () => {
    expect(parse('a{x="1"} 1\na{x="2"} 2\na{x="1"} 3\n').keys).toEqual(['a{x="1"}', 'a{x="2"}', 'a{x="1"}']);
  });

  it("brings the bounds of histograms and summaries into one form, and leaves others alone", () => {
    const text =
      '# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="1000000"} 1\nh_bucket{le="0.00001"} 1\nh_bucket{le="+Inf"} 1\n' +
      'h_count{le="1"} 1\n# TYPE s summary\ns{quantile="1"} 1\ns{quantile="0.5"} 1\n# TYPE g gauge\ng{le="1"} 1\n';
    const bounds = parse(text).samples.map(({ labels }) => labels["le"] ?? labels["quantile"]);
    expect(bounds).toEqual(["1.0", "1e+06", "1e-05", "+Inf", "1", "1.0", "0.5", "1"]);
  });

  it.each([
    ["a", "line 1, column 2: expected a blank after the metric name, got the end of the text"],
    ["a b", 'line 1, column 3: expected a number, got "b"'],
    ["a 0x1", 'line 1, column 3: expected a number, got "0x1"'],
    ["a 1 2.5", 'line 1, column 5: expected a timestamp in whole milliseconds, got "2.5"'],
    ["a 1 2 3", 'line 1, column 7: expected the end of the line, got "3"'],
    ["a 1\n\nb{x=1} 2\n", 'line 3, column 5: expected a label\'s value in quotes, got "1}"'],
    ['a{x="1} 2\n', "line 1, column 2: a quoted text is not closed"],
    ['a{x="1" 2\n', "line 1, column 2: the labels are not closed with }"],
    ['a{x="1"y="2"} 2', 'line 1, column 8: expected , or }, got "y=\\"2\\"}"'],
    ['a{x="1",x="2"} 2', "line 1, column 9: the label x occurs twice"],
    ['a{"b",x="2"} 2', "line 1, column 3: the label __name__ occurs twice"],
    ['{x="2"} 2', "line 1, column 1: the series has no metric name"],
    ['a{1x="2"} 2', 'line 1, column 3: expected a label name, got "1x=\\"2\\"}"'],
    ["# TYPE a nonsense", 'line 1, column 10: expected counter, gauge, histogram, summary or untyped, got "nonsense"'],
    ["# TYPE", "line 1, column 7: expected a metric name, got the end of the text"],
    ["<html>", 'line 1, column 1: expected a metric name, got "<html>"'],
  ])("refuses %j and says where", (text, message) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "invalid_argument", message }));
  });

  it("refuses what is not UTF-8", () => {
    const body = Buffer.concat([Buffer.from('a 1\nb{x="'), Buffer.of(0xff), Buffer.from('"} 1\n')]);
    expect(() => collect((visitor) => parseText(body, visitor))).toThrow("line 2, column 6: the text is not UTF-8");
  });

  it("can insist on a last line feed", () => {
    expect(() => parse("a 1", { needsLastLineFeed: true })).toThrow(/line 1, column 4: the last line does not end/);
    expect(parse("a 1\n", { needsLastLineFeed: true }).samples).toHaveLength(1);
  });
});
