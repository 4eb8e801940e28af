import { describe, expect, it } from "vitest";
import { parseSearchString, stringifySearch } from "./search-string.ts";
import { parseTraceSearch, parseZoom } from "./trace-search.ts";

describe("parseTraceSearch", () => {
  it("reads what it writes", () => {
    const search = {
      span: "00aa",
      q: 'service:flights ">1s"',
      critical: "1",
      colour: "status",
      zoom: "5-10",
      profile: "1",
    };
    expect(parseTraceSearch(parseSearchString(stringifySearch(search)))).toEqual(search);
  });

  it("drops what it does not know", () => {
    expect(parseTraceSearch({ span: "", critical: "yes", colour: "rainbow", other: "x" })).toEqual({});
  });
});

describe("parseZoom", () => {
  it.each([
    ["0-1000", { fromNs: 0, toNs: 1000 }],
    ["1000-1000", null],
    ["9-3", null],
    ["-5-3", null],
    ["all", null],
    [undefined, null],
  ])("reads %s", (text, range) => {
    expect(parseZoom(text)).toEqual(range);
  });
});
