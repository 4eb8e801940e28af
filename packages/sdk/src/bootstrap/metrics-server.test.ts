import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { afterEach, expect, it, vi } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { OnDemandReader } from "./metric-reader.ts";
import { MetricsServer } from "./metrics-server.ts";

let server: MetricsServer | undefined;
afterEach(() => server?.close());

it("leaves out a collector that does not answer, and only that one", async () => {
  const reader = new OnDemandReader("cumulative");
  const meter = new MeterProvider({ readers: [reader] }).getMeter("test");
  meter.createCounter("rows").add(3);
  meter.createObservableGauge("lag").addCallback(() => new Promise(() => {}));
  const clock = new ManualClock();
  server = new MetricsServer(reader, clock, () => {});
  const port = await server.listen({ host: "127.0.0.1", port: 0 });
  const answer = fetch(`http://127.0.0.1:${port}/metrics`);
  await vi.waitFor(() => expect(clock.timerCount).toBe(1), 20_000);
  await clock.advance(5000);
  const response = await answer;
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("\nrows_total 3\n");
  expect(clock.timerCount).toBe(0);
});
