import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deriver } from "./deriver.ts";
import { gridMs } from "./grid.ts";
import { dyingStore, openDerivedTest, type DerivedTest } from "./testing/derived.ts";

let test: DerivedTest;
beforeAll(async () => {
  test = await openDerivedTest();
  const deriver = test.deriver();
  await deriver.sampleNow();
  await deriver.stop();
});
afterAll(() => test.close());

const samplesOf = (pipeline: string) => test.samples("pipeline_runs_total", { pipeline, status: "failure" });

/** One value for each time, none before a greater one. */
function expectCounter(samples: { time: number; value: number }[]): void {
  const byTime = new Map<number, number>();
  for (const { time, value } of samples) {
    expect(byTime.get(time) ?? value).toBe(value);
    byTime.set(time, value);
  }
  const values = [...byTime.values()];
  expect(values).toEqual(values.toSorted((a, b) => a - b));
}

/** More than the statements of one grid point, so that the last case dies after all of them. */
const stepsMax = 20;
const deaths = Array.from({ length: stepsMax }, (_unused, index) =>
  [false, true].map((isAfter) => ({ step: index + 1, isAfter })),
).flat();

describe("a process that dies", () => {
  it("counts exactly once, wherever it dies and however long it stays away", { timeout: 480_000 }, async () => {
    let died = 0;
    for (const death of deaths) {
      const pipeline = `dies-${death.step}-${death.isAfter}`;
      const dying = dyingStore(test.store, death);
      const first = new Deriver({
        store: dying.store,
        clock: test.clock,
        spanMetrics: { tempo: true, collector: false },
        serviceGraph: true,
      });
      await test.write({
        runs: [{ id: pipeline, pipeline, status: "failed" }],
        stages: [{ id: pipeline, runId: pipeline, pipeline, name: "load", status: "failed", read: 7, unexplained: 2 }],
      });
      await test.next(first);
      if (!dying.hasDied()) break;
      died += 1;
      // Every third comes back within the same 15 s, the others at once, or after an hour.
      const absenceMs = [0, gridMs, 3_600_000][died % 3] ?? 0;
      test.clock.atMs += absenceMs;
      const second = test.deriver();
      await second.sampleNow();
      await test.next(second);
      const samples = await samplesOf(pipeline);
      expectCounter(samples);
      expect(samples.at(0)?.value).toBe(0);
      expect(samples.at(-1)?.value).toBe(1);
      const [increase] = await test.ask(`increase(pipeline_runs_total{pipeline="${pipeline}",status="failure"}[5m])`);
      // Away for an hour, it may have been counted and sampled before.
      if (absenceMs < 300_000) expect(increase?.value).toBeGreaterThan(0);
      expect(await test.ask(`sum by (direction) (pipeline_records_total{pipeline="${pipeline}"})`)).toEqual([
        { labels: { direction: "read" }, value: 7 },
        { labels: { direction: "unexplained" }, value: 2 },
      ]);
      await second.stop();
    }
    expect(died).toBeGreaterThan(10);
    expect(died).toBeLessThan(deaths.length);
  });

  it("shows what happened while it was away as growth right after it", async () => {
    const before = test.deriver();
    await test.write({ runs: [{ id: "gap0", pipeline: "gap", status: "failed" }] });
    await test.next(before);
    await before.stop();
    test.clock.atMs += 2 * 3_600_000;
    await test.write({ runs: [{ id: "gap1", pipeline: "gap", status: "failed" }] });
    const after = test.deriver();
    await after.sampleNow();
    const samples = await samplesOf("gap");
    expect(samples.slice(-2)).toEqual([
      { time: test.clock.atMs - gridMs, value: 1 },
      { time: test.clock.atMs, value: 2 },
    ]);
    const [increase] = await test.ask('increase(pipeline_runs_total{pipeline="gap",status="failure"}[1m])');
    expect(increase?.value).toBeGreaterThan(0);
    expectCounter(samples);
  });

  it("samples a grid point once, however often it is asked and by however many", async () => {
    await test.write({ runs: [{ id: "many", pipeline: "many", status: "failed" }] });
    test.clock.atMs += gridMs;
    await test.deriver().sampleNow();
    const samples = await samplesOf("many");
    await test.write({ runs: [{ id: "many-2", pipeline: "many", status: "failed" }] });
    await test.deriver().sampleNow();
    await test.deriver().sampleNow();
    expect(await samplesOf("many")).toEqual(samples);
    await test.next(test.deriver());
    expect((await samplesOf("many")).at(-1)?.value).toBe(2);
  });

  it("leaves the ledger alone: nobody has sent the samples", async () => {
    expect(await test.store.query("SELECT * FROM ledger WHERE signal = 'samples'")).toEqual([]);
  });
});
