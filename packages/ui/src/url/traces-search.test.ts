import { describe, expect, it } from "vitest";
import { parseSearchString, stringifySearch } from "./search-string.ts";
import { parseTracesSearch } from "./traces-search.ts";

describe("parseTracesSearch", () => {
  it("reads what it writes, several filters and values with commas too", () => {
    const search = {
      service: "flights",
      name: "INSERT flights",
      minDuration: "10ms",
      status: "error",
      attributes: ["db.system=postgres", "note=a, b=c"],
      window: "6h",
      start: "2026-11-20T10:00:00.000Z",
    };
    expect(parseTracesSearch(parseSearchString(stringifySearch(search)))).toEqual(search);
  });

  it.each([{ window: "2y" }, { status: "fine" }, { start: "yesterday" }, { attributes: "" }])("drops %j", (raw) => {
    expect(parseTracesSearch(raw)).toEqual({});
  });
});
