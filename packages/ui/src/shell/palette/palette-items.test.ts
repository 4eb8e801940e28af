import { describe, expect, it } from "vitest";
import { paletteItems } from "./palette-items.ts";

const sources = {
  pipelines: ["flights", "airport_delays", "weather"],
  tables: ["mart.daily_orders", "flights"],
  metrics: ["pipeline_runs_total", "up", "process_resident_memory_bytes"],
};
const found = (text: string) => paletteItems(text, sources).map(({ kind, label }) => `${kind}: ${label}`);
const trace = "4bf92f3577b34da6a3ce929d0e0e4736";

describe("paletteItems", () => {
  it("begins with the pages and the pipelines", () => {
    expect(found("").slice(0, 2)).toEqual(["Page: Pipelines", "Page: Runs"]);
    expect(found("")).toContain("Pipeline: flights");
    expect(found("")).not.toContain("Metric: up");
    expect(found("")).not.toContain("Table: mart.daily_orders");
  });

  it("leads from a table to what wrote it", () => {
    const [pipeline, table] = paletteItems("flights", sources);
    expect(pipeline?.kind).toBe("Pipeline");
    expect(table).toMatchObject({ kind: "Table", link: { search: { attributes: ["pipeline.sink.table=flights"] } } });
  });

  it.each([
    ["fli", "Pipeline: flights"],
    ["delays", "Pipeline: airport_delays"],
    ["daily_orders", "Table: mart.daily_orders"],
    ["up", "Metric: up"],
    ["memory process", "Metric: process_resident_memory_bytes"],
    ["runs unexpl", "Page: Runs with unexplained rows"],
    [trace.toUpperCase(), `Trace: ${trace}`],
    ["b8d1837b-d8f5-4647-994e-b2813690bc67", "Run: b8d1837b-d8f5-4647-994e-b2813690bc67"],
    ["scheduled__2026-11-20T03:00:00+00:00", "Run: scheduled__2026-11-20T03:00:00+00:00"],
    ["2001-01-13", "Runs: of partition 2001-01-13"],
    ["sum(up)", "Query: sum(up)"],
  ])("%s leads to %s first", (text, first) => {
    expect(found(text)[0]).toBe(first);
  });

  it("finds the run of a trace too", () => {
    expect(found(trace)[1]).toBe(`Run: of trace ${trace}`);
  });
});
