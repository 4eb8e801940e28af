import { expect, it } from "vitest";
import { every } from "./every.ts";

/** Timers that fire when told to. */
function manualClock() {
  const timers = new Set<() => void>();
  return {
    nowMs: () => 0,
    monotonicMs: () => 0,
    after(_delayMs: number, run: () => void) {
      timers.add(run);
      return () => timers.delete(run);
    },
    timers,
    async fire() {
      for (const run of timers) {
        timers.delete(run);
        run();
      }
      await new Promise(setImmediate);
    },
  };
}

it("calls at once and then at every interval, until it is stopped", async () => {
  const clock = manualClock();
  let calls = 0;
  const repeated = every(1000, clock, async () => void calls++);
  expect(calls).toBe(1);
  await clock.fire();
  await clock.fire();
  expect(calls).toBe(3);
  await repeated.stop();
  expect(clock.timers.size).toBe(0);
});

it("waits for a call that takes longer than the interval", async () => {
  const clock = manualClock();
  const ends: (() => void)[] = [];
  const repeated = every(1000, clock, () => new Promise((resolve) => ends.push(resolve)));
  await clock.fire();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await new Promise(setImmediate);
  expect(ends).toHaveLength(2);
  let isStopped = false;
  const stopped = repeated.stop().then(() => (isStopped = true));
  await new Promise(setImmediate);
  expect(isStopped).toBe(false);
  ends[1]?.();
  await stopped;
  expect(ends).toHaveLength(2);
});
