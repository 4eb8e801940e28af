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
  const endMs = performance.now() + 120;
  await new Promise((resolve) => void setTimeout(resolve, 50));
  while (performance.now() < endMs + 60) Math.sqrt(2); // holds up the event loop
  await new Promise((resolve) => void setTimeout(resolve, 50));
  const value = async (name: string) => Number((await meters.samples(name))[0]?.value);
  expect(await value("process.memory.usage")).toBeGreaterThan(10e6);
  expect(await value("v8js.memory.heap.used")).toBeGreaterThan(1e6);
  expect(await value("nodejs.eventloop.delay.max")).toBeGreaterThan(0.05);
  expect((await meters.samples("process.cpu.time")).map(({ labels }) => labels["cpu.mode"])).toEqual([
    "user",
    "system",
  ]);
  stop();
});
