import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../model/clock.ts";
import { Pace } from "./pace.ts";
import { SpoolBench, storeIsDown } from "./testing/spool-bench.ts";

/** Long, because tests share the machine; passing takes far less. */
const waitMs = 20_000;

const clockWithoutTimers: Clock = { ...systemClock, after: () => () => {} };

describe("the size of a segment", () => {
  const pace = () =>
    new Pace({
      clock: clockWithoutTimers,
      limits: { spoolSegmentInsertMs: 250, spoolSegmentBytesMin: 1_000, spoolHoldMaxMs: 750 },
    });

  /** A store that takes `fixedMs` for an insert and `perByteMs` for each of its bytes. */
  const settled = (fixedMs: number, perByteMs: number) => {
    const found = pace();
    for (let insert = 0; insert < 50; insert += 1) {
      const bytes = found.segmentBytes;
      found.inserted(bytes, fixedMs + bytes * perByteMs);
    }
    return found.segmentBytes;
  };

  it.each([
    ["a fast store", 0, 0.0005, 500_000],
    ["a slow one", 0, 0.01, 25_000],
    ["one with a cost for each insert", 50, 0.002, 100_000],
    ["one that takes longer than that for a byte: no smaller than the least", 400, 0.001, 1_000],
  ])("comes to what %s takes in its time", (_name, fixedMs, perByteMs, rows) => {
    expect(settled(fixedMs, perByteMs)).toBeGreaterThan(rows * 0.98);
    expect(settled(fixedMs, perByteMs)).toBeLessThan(rows * 1.02);
  });

  it("does not follow the small inserts of a quiet time", () => {
    const found = pace();
    const before = found.segmentBytes;
    for (let insert = 0; insert < 50; insert += 1) found.inserted(10, 40);
    expect(found.segmentBytes).toBe(before);
  });
});

describe("those that wait", () => {
  it("go on in their order, one in each turn, until one may not; then the rest do", async () => {
    const pace = new Pace({
      clock: clockWithoutTimers,
      limits: { spoolSegmentInsertMs: 250, spoolSegmentBytesMin: 1_000, spoolHoldMaxMs: 750 },
    });
    const gone: number[] = [];
    for (const number of [1, 2, 3]) void pace.hold(pace.deadlineMs()).then(() => gone.push(number));
    const goneAtTurns: number[] = [];
    pace.letGo(() => {
      goneAtTurns.push(gone.length);
      return gone.length < 2;
    });
    await expect.poll(() => goneAtTurns.length, { timeout: waitMs }).toBe(3);
    expect(goneAtTurns).toEqual([0, 1, 2]);
    expect(gone).toEqual([1, 2]);
    expect(pace.hasWaiting).toBe(true);
    pace.letGo(() => true);
    await expect.poll(() => gone, { timeout: waitMs }).toEqual([1, 2, 3]);
    expect(pace.hasWaiting).toBe(false);
  });
});

describe("a spool whose store is behind", () => {
  let bench: SpoolBench;
  beforeAll(async () => {
    bench = await SpoolBench.open();
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.reset());

  /** Segments of 100 rows, a store that takes one when it is let, and a longest wait that ends when told to. */
  async function slowStore() {
    const gates: (() => void)[] = [];
    let isOpen = false;
    const waits = new Set<() => void>();
    const holdMaxMs = 1_000_000;
    let shiftMs = 0;
    const clock: Clock = {
      ...systemClock,
      monotonicMs: () => systemClock.monotonicMs() + shiftMs,
      after: (delayMs, run) => {
        if (delayMs < holdMaxMs / 2) return systemClock.after(delayMs, run);
        waits.add(run);
        return () => waits.delete(run);
      },
    };
    const spools = await bench.spool({
      clock,
      settings: {
        spoolSegmentAgeMaxMs: 1,
        spoolSegmentBytesMin: 4_000,
        spoolSegmentInsertMs: 0,
        spoolHoldMaxMs: holdMaxMs,
      },
      insert: async (segment) => {
        if (!isOpen) await new Promise<void>((resolve) => gates.push(resolve));
        if (bench.failure !== undefined) throw bench.failure;
        await bench.store.insertSegment(segment);
      },
    });
    const answered: number[] = [];
    let sent = 0;
    const send = async () => {
      const number = (sent += 1);
      await bench.send(spools, 100);
      answered.push(number);
    };
    const takeOne = () => gates.shift()?.();
    // One that is being stored, and the next, which is full.
    await send();
    await expect.poll(() => gates.length, { timeout: waitMs }).toBe(1);
    await send();
    return {
      spools,
      answered,
      send,
      takeOne,
      takeAll: () => {
        isOpen = true;
        takeOne();
      },
      endWait: () => {
        shiftMs += holdMaxMs;
        for (const run of waits) run();
      },
    };
  }

  /** Long enough for a request that does not wait. */
  const aWhile = () => sleep(50);

  it("lets requests wait, in order, and answers them as the store takes what it has", async () => {
    const { spools, answered, send, takeOne, takeAll } = await slowStore();
    const [third, fourth] = [send(), send()];
    await aWhile();
    expect(answered).toEqual([1, 2]);
    takeOne();
    await third;
    await aWhile();
    expect(answered).toEqual([1, 2, 3]);
    takeAll();
    await fourth;
    await spools.stop();
    expect([...(await bench.stored()).values()]).toEqual([100, 100, 100, 100]);
  });

  it("takes them in after the longest wait: then the spool grows", async () => {
    const { spools, answered, send, endWait, takeAll } = await slowStore();
    const waiting = [send(), send()];
    await aWhile();
    expect(answered).toEqual([1, 2]);
    endWait();
    await Promise.all(waiting);
    expect(spools.status().segments).toBe(2);
    takeAll();
    await spools.stop();
    expect([...(await bench.stored()).values()]).toEqual([100, 100, 100, 100]);
  });

  it("does not wait for one that fails", async () => {
    const { spools, send, takeOne, takeAll } = await slowStore();
    const third = send();
    bench.failure = storeIsDown;
    takeOne();
    await third;
    await send();
    bench.failure = undefined;
    takeAll();
    await expect.poll(async () => (await spools.ledger()).spans, { timeout: waitMs }).toMatchObject({ stored: 400 });
    await spools.stop();
  });

  it("refuses what waits when it stops", async () => {
    const { spools, send, takeAll } = await slowStore();
    const refused = expect(send()).rejects.toMatchObject({ code: "unavailable", retryAfterMs: expect.any(Number) });
    const stopped = spools.stop();
    await refused;
    takeAll();
    await stopped;
    expect([...(await bench.stored()).values()]).toEqual([100, 100]);
  });
});
