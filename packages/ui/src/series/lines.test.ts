import { describe, expect, it } from "vitest";
import type { QueryData } from "../api/prometheus.ts";
import { linesMax, linesOf, stacked, statsOf, stepsOf } from "./lines.ts";
import { seriesName, tellingLabels } from "./series-name.ts";

const range = { startMs: 10_000, endMs: 40_000, stepMs: 10_000 };

const matrix = (...series: [Record<string, string>, [number, string][]][]): QueryData => ({
  resultType: "matrix",
  result: series.map(([metric, values]) => ({ metric, values })),
});

describe("linesOf", () => {
  it("sets values on their steps, with gaps where there are none", () => {
    const data = matrix([{ __name__: "up" }, [[10, "1"], [30, "NaN"], [40, "-2.5"]]]); // prettier-ignore
    const { lines } = linesOf([{ index: 0, expr: "up", legend: "", data }], range);
    expect(lines[0]).toMatchObject({ name: "up", values: [1, null, null, -2.5] });
    expect(lines[0]?.stats).toEqual({ last: -2.5, min: -2.5, max: 1, mean: -0.75 });
  });

  it("names series by what tells them apart, and keeps names apart", () => {
    const data = matrix(
      [{ __name__: "up", job: "a", instance: "1" }, [[10, "1"]]],
      [{ __name__: "up", job: "a", instance: "2" }, [[10, "1"]]],
    );
    const names = (legend: string) =>
      linesOf([{ index: 0, expr: "up", legend, data }], range).lines.map(({ name }) => name);
    expect(names("")).toEqual(['up{instance="1"}', 'up{instance="2"}']);
    expect(names("{{job}} #{{ instance }}")).toEqual(["a #1", "a #2"]);
    expect(names("{{job}}")).toEqual(["a", "a (2)"]);
  });

  it("tells lines of one name but of two queries apart by the query's letter", () => {
    const data = matrix([{ job: "a", instance: "1" }, [[10, "1"]]], [{ job: "a", instance: "2" }, [[10, "1"]]]);
    const answers = [0, 1].map((index) => ({ index, expr: "up", legend: "{{job}}", data }));
    expect(linesOf(answers, range).lines.map(({ name }) => name)).toEqual(["a", "a (2)", "a (B)", "a (B) (2)"]);
  });

  it("draws no more than can be told apart, and says how many there are", () => {
    const many = matrix(
      ...Array.from({ length: 130 }, (_, index): [Record<string, string>, [number, string][]] => [
        { id: String(index) },
        [[10, "1"]],
      ]),
    );
    const { lines, total } = linesOf([{ index: 0, expr: "x", legend: "", data: many }], range);
    expect([lines.length, total]).toEqual([linesMax, 130]);
  });

  it("names a series without labels by its query", () => {
    const data = matrix([{}, [[10, "1"]]]);
    expect(linesOf([{ index: 0, expr: "sum(up)", legend: "", data }], range).lines[0]?.name).toBe("sum(up)");
  });

  it("draws a scalar", () => {
    const data: QueryData = { resultType: "scalar", result: [40, "7"] };
    expect(linesOf([{ index: 0, expr: "7", legend: "", data }], range).lines[0]?.values).toEqual([null, null, null, 7]);
  });
});

it("has a step at both ends", () => {
  expect(stepsOf(range)).toEqual([10_000, 20_000, 30_000, 40_000]);
});

it("stacks, with gaps only where all are missing", () => {
  expect(
    stacked([
      [1, null, null],
      [2, 5, null],
    ]),
  ).toEqual([
    [1, 0, null],
    [3, 5, null],
  ]);
});

it("knows no statistics of nothing", () => {
  expect(statsOf([null, null])).toEqual({ last: null, min: null, max: null, mean: null });
});

describe("seriesName", () => {
  it.each<[Record<string, string>, string, string]>([
    [{}, "", "{}"],
    [{ __name__: "up" }, "", "up"],
    [{ a: 'say "x"' }, "", '{a="say \\"x\\""}'],
    [{ "http.path": "/" }, "", '{"http.path"="/"}'],
    [{ a: "1" }, "{{b}}", '{a="1"}'],
    [{ a: "1", b: "2" }, "{{a}}/{{b}}", "1/2"],
  ])("of %j by %j is %s", (labels, format, name) => {
    expect(seriesName(labels, format, tellingLabels([labels]))).toBe(name);
  });
});
