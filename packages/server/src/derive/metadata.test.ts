import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Folder } from "../fold/folder.ts";
import { ShiftedClock } from "../fold/testing/clock.ts";
import { derivedMetrics } from "./metadata.ts";
import { openDerivedTest, type DerivedTest } from "./testing/derived.ts";

let test: DerivedTest;
beforeAll(async () => {
  test = await openDerivedTest();
  test.clock.toNow();
});
afterAll(() => test.close());

const suffixes = ["_bucket", "_sum", "_count"];

describe("derived metrics", () => {
  it("are listed in the reference", async () => {
    const rows = derivedMetrics.map(({ name, type, unit, labels, help }) => {
      const keys = labels.map((label) => `\`${label}\``).join(", ");
      return `| \`${name}\` | ${type} | ${unit === "" ? "–" : unit} | ${keys} | ${help} |`;
    });
    await expect(
      [
        "# Derived series",
        "",
        "Every metric that the server makes of runs, stages and spans, with all of its label keys; others never appear.",
        "A label that has nothing to say is left out, which PromQL reads as empty. Histograms are classic: `_bucket` with `le`, `_sum`",
        "and `_count`. `otel_metric_overflow` is `true` on the series that stands for those past a limit; of the metrics of pipelines",
        "and calls it then is the only label. How they are made: [the guide](../guides/derived-series.md).",
        "",
        "| metric | type | unit | labels | what |",
        "|---|---|---|---|---|",
        ...rows,
        "",
      ].join("\n"),
    ).toMatchFileSnapshot("../../../../docs/reference/derived-series.md");
  });

  it("have the label keys of the reference and no others, whatever processes send", async () => {
    const deriver = test.deriver({ spanMetrics: { tempo: true, collector: true }, serviceGraph: true });
    await deriver.sampleNow();
    const folder = new Folder({ store: test.store, clock: new ShiftedClock() });
    await folder.start();
    for (const pid of [1, 2, 3]) {
      const attributes = { "process.pid": pid, "service.instance.id": `instance-${pid}`, "host.name": `host-${pid}` };
      const run = { "pipeline.name": "keys", "pipeline.run.id": `run-${pid}`, ...attributes };
      await test.send([
        { trace: `k${pid}`, span: `run${pid}`, start: 0, end: 5, status: "error", attributes: run },
        {
          trace: `k${pid}`,
          span: `stage${pid}`,
          parent: `run${pid}`,
          name: "load",
          start: 1,
          end: 4,
          attributes: { ...run, "pipeline.stage": "load", "pipeline.records.read": 5, "pipeline.records.written": 4 },
        },
      ]);
    }
    await folder.foldNow();
    await test.next(deriver);
    await folder.stop();
    expect(await test.ask('pipeline_runs_total{pipeline="keys",status="failure"}')).toMatchObject([{ value: 3 }]);
    expect(await test.ask('pipeline_records_total{pipeline="keys",direction="unexplained"}')).toMatchObject([
      { labels: { stage: "load" }, value: 3 },
    ]);
    const found = await test.store.query<{ metric: string; keys: string[] }>(
      "SELECT metric, arraySort(groupUniqArrayArray(mapKeys(labels))) AS keys FROM series GROUP BY metric",
    );
    const documented = new Map(
      derivedMetrics.flatMap(({ name, type, labels }) =>
        type === "histogram"
          ? suffixes.map((suffix) => [name + suffix, suffix === "_bucket" ? [...labels, "le"] : labels] as const)
          : [[name, labels] as const],
      ),
    );
    for (const { metric, keys } of found) expect(documented.get(metric), metric).toEqual(expect.arrayContaining(keys));
    const names = new Set(found.map(({ metric }) => metric));
    expect(names).toContain("traces_spanmetrics_latency_bucket");
    expect(names).toContain("pipeline_stage_duration_seconds_count");
    expect(await test.store.query("SELECT metric FROM metric_metadata FINAL")).toHaveLength(derivedMetrics.length);
  });
});
