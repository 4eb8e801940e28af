import { describe, expect, it } from "vitest";
import { runResponse, stageDetail } from "../../testing/contract-values.ts";
import { whatChanged } from "./what-changed.ts";

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const stage = (name: string, recordsRead: number | null, recordsWritten: number | null, durationMs = 1_000) =>
  stageDetail({ name, recordsRead, recordsWritten, durationMs });

describe("whatChanged", () => {
  it("names the stage that wrote another share of what it read, not those that follow from it", () => {
    const rows = (read: number, cleaned: number) =>
      runResponse({
        stages: [stage("extract", read, read), stage("clean", read, cleaned), stage("load", cleaned, cleaned)],
      });
    expect(whatChanged(rows(1_100, 561), rows(1_000, 999), undefined)).toEqual([
      "`clean` wrote 51 of each 100 rows it read, it was 99.9.",
    ]);
    expect(whatChanged(rows(1_100, 1_090), rows(1_000, 999), undefined)).toEqual([]);
  });

  it("says when the source itself gave less, or something where nothing was", () => {
    const run = (rows: number) => runResponse({ stages: [stage("extract", rows, rows)] });
    expect(whatChanged(run(0), run(1_000), undefined)).toEqual(["`extract` read 0 rows, it was 1,000 (−100 %)."]);
    expect(whatChanged(run(5), run(0), undefined)).toEqual(["`extract` read 5 rows, it was 0."]);
    expect(whatChanged(run(0), run(0), undefined)).toEqual([]);
  });

  it("names stages that ran in one of the two only", () => {
    const here = runResponse({ stages: ["a", "new"].map((name) => stage(name, null, null)) });
    const there = runResponse({ stages: ["a", "b", "c", "d", "e"].map((name) => stage(name, null, null)) });
    expect(whatChanged(here, there, undefined)).toEqual([
      "`b`, `c`, `d` and 1 more did not run.",
      "`new` did not run then.",
    ]);
  });

  it("names a stage that took much longer, when that matters to the run", () => {
    const run = (load: number, tiny: number) =>
      runResponse({ durationMs: 60_000, stages: [stage("load", 1, 1, load), stage("tiny", 1, 1, tiny)] });
    expect(whatChanged(run(192_000, 30), run(50_000, 10), undefined)).toEqual(["`load` took 3 min 12 s, it was 50 s."]);
  });

  it("puts first what is set otherwise, and leaves out what always differs", () => {
    const run = (version: string, id: string, rows: number) =>
      runResponse({
        resource: [text("service.version", version), text("service.instance.id", id)],
        stages: [stage("extract", rows, rows)],
      });
    expect(whatChanged(run("2.0", "c", 1), run("1.9", "b", 100), run("1.9", "a", 100))).toEqual([
      "`service.version` is `2.0`, it was `1.9`.",
      "`extract` read 1 row, it was 100 (−99.0 %).",
    ]);
  });

  it("does not name the error, which is what is to be explained", () => {
    const failed = runResponse({ attributes: [text("error.type", "IOError"), text("release", "2")] });
    const good = runResponse({ attributes: [text("release", "1")] });
    expect(whatChanged(failed, good, good)).toEqual(["`release` is `2`, it was `1`."]);
  });

  it("says of which stage an attribute is, and names three at most", () => {
    const run = (value: string) =>
      runResponse({
        stages: [
          stageDetail({ name: "load", attributes: ["batch.size", "b", "c", "d"].map((key) => text(key, value)) }),
        ],
      });
    const words = whatChanged(run("500"), run("1000"), run("1000"));
    expect(words).toHaveLength(4);
    expect([words[0], words[3]]).toEqual([
      "`batch.size` of `load` is `500`, it was `1000`.",
      "1 more attribute differs.",
    ]);
  });
});
