import { expect, it } from "vitest";
import { openDerivedTest } from "./testing/derived.ts";

it("has no growth in a family that is switched on later", async () => {
  const test = await openDerivedTest();
  test.clock.toNow();
  try {
    const tempoOnly = test.deriver({ spanMetrics: { tempo: true, collector: false } });
    await tempoOnly.sampleNow();
    await test.send([{ span: "bird", service: "early", start: 0, end: 1 }]);
    await test.next(tempoOnly);
    await tempoOnly.stop();
    const both = test.deriver({ spanMetrics: { tempo: true, collector: true } });
    await test.next(both, 2);
    expect(await test.ask("traces_span_metrics_calls_total")).toMatchObject([
      { labels: { service_name: "early", span_name: "bird" }, value: 1 },
    ]);
    expect(await test.ask("increase(traces_span_metrics_calls_total[5m]) > 0")).toEqual([]);
    expect(await test.ask("increase(traces_spanmetrics_calls_total[5m]) > 0")).toHaveLength(1);
  } finally {
    await test.close();
  }
});
