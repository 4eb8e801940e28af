import { describe, expect, it } from "vitest";
import { findSpans } from "./find-spans.ts";
import { SpanTable } from "./span-table.ts";
import { sketchSpans } from "./testing/trace-builder.ts";

const spans = new SpanTable(
  sketchSpans([
    { id: "00aa11bb22cc33dd", name: "Load warehouse", service: "flights", ms: [0, 2000], stage: "load" },
    { id: "10aa11bb22cc33dd", name: "INSERT flights", service: "warehouse", ms: [0, 30], kind: "client" },
    { id: "20aa11bb22cc33dd", name: "http GET", service: "weather", ms: [0, 0.5], status: "error" },
  ]),
);

describe("findSpans", () => {
  it.each([
    { query: "warehouse", found: [0, 1] },
    { query: "WAREHOUSE insert", found: [1] },
    { query: "service:warehouse", found: [1] },
    { query: "stage:load", found: [0] },
    { query: 'name:"load ware"', found: [0] },
    { query: '"load ware"', found: [0] },
    { query: "kind:client", found: [1] },
    { query: "status:error", found: [2] },
    { query: "status:unset >1s", found: [0] },
    { query: "<1ms", found: [2] },
    { query: ">=30ms <=30ms", found: [1] },
    { query: "20aa", found: [2] },
    { query: "id:10aa11bb22cc33dd", found: [1] },
    { query: "nothing like it", found: [] },
  ])("finds $found for $query", ({ query, found }) => {
    const result = findSpans(query, spans);
    expect(result?.count).toBe(found.length);
    expect([...(result?.matches ?? [])].flatMap((hit, index) => (hit === 1 ? [index] : []))).toEqual(found);
  });

  it("asks nothing with an empty query", () => {
    expect(findSpans("  ", spans)).toBeNull();
  });
});
