import { describe, expect, it } from "vitest";
import {
  durationText,
  parseDurationText,
  parseExploreSearch,
  queriesOf,
  searchOfQueries,
  type ExploreQuery,
} from "./explore-search.ts";
import { parseSearchString, stringifySearch } from "./search-string.ts";

describe("parseExploreSearch", () => {
  it("reads what it writes: several queries, with commas and braces", () => {
    const search = {
      expr: ['sum by (job, le) (rate(x_bucket{a="b,c"}[5m]))', "up"],
      legend: ["1:{{job}}, of {{le}}"],
      hide: ["2"],
      range: "1h30m",
      step: "15s",
      view: "table",
      mode: "stacked",
      exemplars: "1",
      explain: "1",
      refresh: "15s",
      off: ['up{job="a,b"}'],
    };
    expect(parseExploreSearch(parseSearchString(stringifySearch(search)))).toEqual(search);
  });

  it("takes a fixed range before a moving one", () => {
    const fixed = { start: "2026-11-20T10:00:00.000Z", end: "2026-11-20T11:00:00.000Z" };
    expect(parseExploreSearch({ ...fixed, range: "1h" })).toEqual(fixed);
  });

  it.each([
    { range: "soon" },
    { range: "0s" },
    { step: "-5s" },
    { view: "pie" },
    { mode: "3d" },
    { refresh: "1ms" },
    { exemplars: "yes" },
    { start: "2026-11-20T10:00:00Z" },
    { start: "2026-11-20T10:00:00Z", end: "2026-11-20T09:00:00Z" },
    { start: "then", end: "now" },
    { expr: "" },
  ])("drops %j", (raw) => {
    expect(parseExploreSearch(raw)).toEqual({});
  });
});

describe("the queries of a URL", () => {
  const queries: ExploreQuery[] = [
    { expr: "up", legend: "{{job}}: up", isHidden: false },
    { expr: "down", legend: "", isHidden: true },
  ];

  it("are read as they were written", () => {
    expect(queriesOf(parseExploreSearch(searchOfQueries(queries)))).toEqual(queries);
  });

  it("leave out empty ones, and what belonged to them", () => {
    const empty = { expr: "  ", legend: "x", isHidden: true };
    expect(searchOfQueries([empty, ...queries])).toEqual(searchOfQueries(queries));
    expect(searchOfQueries([empty])).toEqual({ expr: undefined, legend: undefined, hide: undefined });
  });
});

describe("durations", () => {
  it.each([
    ["15s", 15_000],
    ["1h30m", 5_400_000],
    ["500ms", 500],
    ["1d2h", 93_600_000],
  ])("%s is %d ms, both ways", (text, ms) => {
    expect(parseDurationText(text)).toBe(ms);
    expect(durationText(ms)).toBe(text);
  });

  it.each(["", "5", "m", "1h 30m", "-1h", "1.5h", "0s"])("%j is none", (text) => {
    expect(parseDurationText(text)).toBeNull();
  });
});
