import { afterEach, beforeEach, expect, it } from "vitest";
import { Meters } from "../testing/meters.ts";
import { measureRuntime } from "./runtime.ts";

let meters: Meters;
beforeEach(() => {
  meters = new Meters();
});
afterEach(() => meters.remove());

it("measures memory, CPU and the event loop of this process", async () => {
  const stop = measureRuntime();
  // The monitor's own timer has to run once before and once after.
  await new Promise((resolve) => void setTimeout(resolve, 50));
  const endMs = performance.now() + 130;
  while (performance.now() < endMs) Math.sqrt(2); // holds up the event loop
  const value = async (name: string) => Number((await meters.samples(name))[0]?.value);
  expect(await value("process.memory.usage")).toBeGreaterThan(10e6);
  expect(await value("v8js.memory.heap.used")).toBeGreaterThan(1e6);
  await expect.poll(() => value("nodejs.eventloop.delay.max")).toBeGreaterThan(0.05);
  expect((await meters.samples("process.cpu.time")).map(({ labels }) => labels["cpu.mode"])).toEqual([
    "user",
    "system",
  ]);
  stop();
});
