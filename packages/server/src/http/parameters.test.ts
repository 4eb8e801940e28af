import { describe, expect, it } from "vitest";
import { Parameters } from "./parameters.ts";

const of = (query: string) => new Parameters(`/api/runs?${query}`);

describe("parameters", () => {
  it.each([
    ["2026-11-20T03:00:00Z", "2026-11-20T03:00:00.000Z"],
    ["2026-11-20T03:00:00.5%2B02:00", "2026-11-20T01:00:00.500Z"],
    ["2026-11-20T03:00:00+02:00", "2026-11-20T01:00:00.000Z"],
    ["2026-11-20T03:00", "2026-11-20T03:00:00.000Z"],
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["1763607600", "2025-11-20T03:00:00.000Z"],
  ])("reads the time %s", (text, expected) => {
    expect(new Date(of(`start=${text}`).timeMs("start") ?? 0).toISOString()).toBe(expected);
  });

  it.each([
    ["250ms", 250],
    ["1.5s", 1500],
    ["7d", 604_800_000],
  ])("reads the duration %s", (text, expected) => {
    expect(of(`window=${text}`).durationMs("window")).toBe(expected);
  });

  it.each<[string, (parameters: Parameters) => unknown, RegExp]>([
    ["start=yesterday", (p) => p.timeMs("start"), /parameter start: "yesterday" is not a time/],
    ["start=2026-13-45", (p) => p.timeMs("start"), /parameter start/],
    ["window=7", (p) => p.durationMs("window"), /parameter window: "7" is not a duration/],
    ["limit=0", (p) => p.limit(), /parameter limit: "0" is not a whole number from 1 to 1000/],
    ["limit=1e3", (p) => p.limit(), /parameter limit/],
    ["status=ok", (p) => p.choices("status", ["failed", "lost"]), /parameter status: "ok" is not one of failed, lost/],
    ["start=2026-11-26&end=2026-11-25", (p) => p.timeRange(), /start is after end/],
    ["pipline=x", (p) => p.only("pipeline"), /unknown parameter "pipline"/],
  ])("refuses %s", (query, read, message) => {
    expect(() => read(of(query))).toThrowError(message);
  });

  it("takes choices repeated or with commas, each once", () => {
    expect(of("status=failed,lost&status=failed").choices("status", ["failed", "lost"])).toEqual(["failed", "lost"]);
  });

  it("takes an empty value for none", () => {
    expect(of("pipeline=&limit=").text("pipeline")).toBeUndefined();
    expect(of("limit=").limit()).toBe(50);
  });
});
