import { expect, it } from "vitest";
import { collectRuns } from "./collect-runs.ts";
import { openDerivedTest } from "./testing/derived.ts";

it("counts in slices what it counts at once, each run and stage once", async () => {
  const test = await openDerivedTest();
  try {
    const ids = Array.from({ length: 100 }, (_, index) => `run-${index}`);
    await test.write({
      // Two runs to a trace, of which only the first to come counts as the first of its status.
      runs: ids.map((id, index) => ({ id, pipeline: "p", status: "succeeded", trace: `trace-${index >> 1}` })),
      stages: ids.map((id) => ({ id: `${id}-s`, runId: id, pipeline: "p", name: "s", read: 3, written: 2 })),
    });
    const about = { sinceMs: 0, atMs: test.clock.atMs };
    await collectRuns(test.store, { ...about, rowsAtOnceMax: 7 });
    const noted = async () => {
      const runs = await test.store.query<{ n: number; ids: number; firsts: number }>(
        "SELECT count() AS n, uniqExact(run_id) AS ids, countIf(ordinal = 1) AS firsts FROM run_endings",
      );
      const stages = await test.store.query<{ n: number; ids: number; read: number }>(
        "SELECT count() AS n, uniqExact(stage_id) AS ids, sum(read) AS read FROM stage_increments",
      );
      return { runs: runs[0], stages: stages[0] };
    };
    const once = { runs: { n: 100, ids: 100, firsts: 50 }, stages: { n: 100, ids: 100, read: 300 } };
    expect(await noted()).toEqual(once);
    await collectRuns(test.store, about);
    expect(await noted()).toEqual(once);
  } finally {
    await test.close();
  }
});
