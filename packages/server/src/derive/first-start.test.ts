import { expect, it } from "vitest";
import { openDerivedTest } from "./testing/derived.ts";

it("takes a store with history for where counters begin, not for growth", async () => {
  const test = await openDerivedTest();
  try {
    await test.write({ runs: [{ id: "old", pipeline: "old", status: "failed" }] });
    const deriver = test.deriver();
    await deriver.sampleNow();
    await test.next(deriver, 2);
    expect(await test.ask('pipeline_runs_total{status="failure"}')).toMatchObject([{ value: 1 }]);
    expect(await test.ask('increase(pipeline_runs_total{status="failure"}[5m]) > 0')).toEqual([]);
  } finally {
    await test.close();
  }
});
