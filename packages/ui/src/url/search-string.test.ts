import { describe, expect, it } from "vitest";
import { parsePipelineSearch } from "./pipeline-search.ts";
import { parsePipelinesSearch } from "./pipelines-search.ts";
import { parseRunSearch } from "./run-search.ts";
import { parseSearchString, stringifySearch } from "./search-string.ts";
import { parseTracesSearch } from "./traces-search.ts";

describe("the query string", () => {
  it.each([
    [{ q: "a b", window: "7d" }, "?q=a+b&window=7d"],
    [{ status: ["failed", "lost"] }, "?status=failed&status=lost"],
    [{ q: "", window: undefined, status: [] }, ""],
    [{ attributes: ["k=v,w"] }, "?attributes=k%3Dv%2Cw"],
    [{ partition: "2001-01-13" }, "?partition=2001-01-13"],
    [{ q: "123" }, "?q=123"],
  ])("writes %j as %s", (search, text) => {
    expect(stringifySearch(search)).toBe(text);
  });

  it("reads back what it wrote", () => {
    const search = { q: 'a&b="c"', attributes: ["x=1", "y=ü"] };
    expect(parseSearchString(stringifySearch(search))).toEqual(search);
  });
});

describe("each view's search", () => {
  it("keeps what it knows and drops the rest", () => {
    expect(parsePipelinesSearch({ window: "7d", q: "fl", sort: "rows", utm: "x" })).toEqual({
      window: "7d",
      q: "fl",
      sort: "rows",
    });
    expect(parsePipelinesSearch({ window: "9y", sort: "nonsense" })).toEqual({});
    expect(parsePipelineSearch({ status: "lost,failed,odd", partition: "2001-01-13" })).toEqual({
      status: ["failed", "lost"],
      partition: "2001-01-13",
    });
    expect(parseRunSearch({ tab: "logs", severity: "warn", stage: "load", q: ["a", "b"] })).toEqual({
      tab: "logs",
      severity: "warn",
      stage: "load",
      q: "a",
    });
    expect(parseTracesSearch({ attributes: "k=a,b", status: "error" })).toEqual({
      attributes: ["k=a,b"],
      status: "error",
    });
  });
});
