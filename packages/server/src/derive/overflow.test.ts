import { expect, it } from "vitest";
import { openDerivedTest } from "./testing/derived.ts";

it("counts what is past the limit of a metric together, and keeps the series that are there", async () => {
  const test = await openDerivedTest();
  try {
    const deriver = test.deriver({ seriesMax: 3 });
    await deriver.sampleNow();
    const write = (from: number, to: number, round: string) =>
      test.write({
        runs: [{ id: "r", pipeline: "wide", status: "running" }],
        stages: Array.from({ length: to - from }, (_unused, index) => {
          const name = `stage-${from + index}`;
          return { id: `${name}${round}`, runId: "r", pipeline: "wide", name, read: 10 };
        }),
      });
    const counts = async (query: string) =>
      Object.fromEntries(
        (await test.ask(query)).map(({ labels, value }) => [
          labels["stage"] ?? labels["otel_metric_overflow"] ?? "",
          value,
        ]),
      );
    await write(0, 2, "a");
    await test.next(deriver);
    await write(2, 6, "b");
    await test.next(deriver);
    await write(0, 6, "c");
    await test.next(deriver);
    expect(await counts("pipeline_records_total")).toEqual({ "stage-0": 20, "stage-1": 20, "stage-2": 20, true: 60 });
    // All series of a histogram go the same way.
    for (const series of ['bucket{le="1"}', 'bucket{le="+Inf"}', "count", "sum"])
      expect(await counts(`pipeline_stage_duration_seconds_${series}`)).toEqual({
        "stage-0": 2,
        "stage-1": 2,
        "stage-2": 2,
        true: 6,
      });
    expect(await counts("increase(pipeline_records_total[1m]) > bool 0")).toEqual({
      "stage-0": 1,
      "stage-1": 1,
      "stage-2": 1,
      true: 1,
    });
  } finally {
    await test.close();
  }
});
