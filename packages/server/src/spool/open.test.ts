import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../model/clock.ts";
import { readStoredCounts } from "../store/ledger-counts.ts";
import { isBalanced, SpoolBench, storeIsDown } from "./testing/spool-bench.ts";
import { SpanRows } from "./testing/span-rows.ts";

/** Long, because tests share the machine; passing takes far less. */
const waitMs = 20_000;

let bench: SpoolBench;
beforeAll(async () => {
  bench = await SpoolBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

describe("the spool on a real store", () => {
  it("answers when durable, stores soon after, and the ledger balances throughout", async () => {
    const stored: number[] = [];
    const spools = await bench.spool({
      onStored: (_table, rows) => stored.push(rows),
      settings: { spoolSegmentAgeMaxMs: 20 },
    });
    const sending = { isOver: false };
    const watch = (async () => {
      let reads = 0;
      for (; !sending.isOver; reads += 1) {
        const { spans } = await spools.ledger();
        expect(spans).toSatisfy(isBalanced);
      }
      return reads;
    })();
    const senders = Array.from({ length: 8 }, async () => {
      for (let request = 0; request < 50; request += 1) {
        await spools.tables.spans.append((block) => {
          for (let row = 0; row < 50; row += 1) block.push({ traceId: request, spanId: row, isPipeline: row === 0 });
          return { accepted: 50, rejected: 1 };
        });
      }
    });
    await Promise.all(senders);
    sending.isOver = true;
    expect(await watch).toBeGreaterThan(3);
    expect((await spools.ledger()).spans).toMatchObject({ received: 400 * 51, refused: 400 });
    await spools.stop();
    expect((await spools.ledger()).spans).toEqual({ received: 20_400, refused: 400, spooled: 0, stored: 20_000 });
    expect(stored.reduce((sum, rows) => sum + rows, 0)).toBe(20_000);
    expect(
      await bench.store.query(
        `SELECT (SELECT count() FROM spans) AS spans, (SELECT sum(span_count) FROM traces) AS traces,
                (SELECT count() FROM run_facts) AS facts`,
      ),
    ).toEqual([{ spans: 20_000, traces: 20_000, facts: 400 }]);
  });

  it("stores what nothing is added to for a while, where it is worth an insert", async () => {
    const quietMs = 123;
    const quietTimers: (() => void)[] = [];
    const after: Clock["after"] = (delayMs, run) => {
      if (delayMs !== quietMs) return systemClock.after(delayMs, run);
      quietTimers.push(run);
      return () => quietTimers.splice(quietTimers.indexOf(run), 1);
    };
    const quietBytes = 10_000;
    const settings = {
      spoolSegmentAgeMaxMs: 3_600_000,
      spoolSegmentQuietMs: quietMs,
      spoolSegmentQuietBytes: quietBytes,
    };
    const spools = await bench.spool({ clock: { ...systemClock, after }, settings });
    const small = await bench.send(spools, 1);
    quietTimers.pop()?.();
    expect(spools.status().bytes).toBeLessThan(quietBytes);
    const large = await bench.send(spools, 500);
    expect(await bench.stored()).toEqual(new Map());
    expect(spools.status().bytes).toBeGreaterThan(quietBytes);
    quietTimers.pop()?.();
    await expect
      .poll(() => bench.stored(), { timeout: waitMs })
      .toEqual(
        new Map([
          [small, 1],
          [large, 500],
        ]),
      );
    await spools.stop();
  });

  it("shares a commit among requests that come together", async () => {
    let commits = 0;
    const spools = await bench.spool({ at: (step) => (commits += step === "committed" ? 1 : 0) });
    await Promise.all(Array.from({ length: 300 }, () => bench.send(spools)));
    expect(commits).toBeLessThan(20);
    await spools.stop();
    expect((await bench.stored()).size).toBe(300);
  });

  it("stores a lone request soon, and then holds nothing", async () => {
    const spools = await bench.spool();
    await bench.send(spools);
    await expect.poll(async () => (await bench.stored()).size, { timeout: waitMs, interval: 20 }).toBe(1);
    await expect
      .poll(() => spools.status(), { timeout: waitMs })
      .toMatchObject({ segments: 0, lagMs: 0, bytes: 0, state: "ok", lastError: null });
    await spools.stop();
  });

  it("makes a backlog one large insert, not many", async () => {
    const spools = await bench.spool({ settings: { spoolSegmentAgeMaxMs: 1 } });
    bench.failure = storeIsDown;
    for (let request = 0; request < 30; request += 1) await bench.send(spools);
    expect(spools.status().segments).toBeLessThanOrEqual(2);
    expect(spools.status().lagMs).toBeGreaterThan(0);
    bench.failure = undefined;
    await spools.stop();
    expect((await bench.stored()).size).toBe(30);
  });
});

describe("append", () => {
  it("rolls a request back whose decoder throws, and keeps its neighbours", async () => {
    const spools = await bench.spool();
    const answers = await Promise.allSettled([
      bench.send(spools),
      spools.tables.spans.append((block) => {
        block.push({ traceId: 999_999, spanId: 1 });
        throw new Error("not a span");
      }),
      bench.send(spools),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    await spools.stop();
    expect([...(await bench.stored()).values()]).toEqual([10, 10]);
    expect((await spools.ledger()).spans).toEqual({ received: 20, refused: 0, spooled: 0, stored: 20 });
  });

  it("answers a request without an accepted row at once, and counts what it refused", async () => {
    const spools = await bench.spool();
    const answer = await spools.tables.spans.append(() => ({ accepted: 0, rejected: 3 }));
    expect(answer).toEqual({ accepted: 0, rejected: 3 });
    expect((await spools.ledger()).spans).toEqual({ received: 3, refused: 3, spooled: 0, stored: 0 });
    await spools.stop();
  });

  it("keeps the open block near its limit: further requests wait for the commit", async () => {
    let largest = 0;
    class Watched extends SpanRows {
      override encode(): Uint8Array[] {
        largest = Math.max(largest, this.rowCount);
        return super.encode();
      }
    }
    const spools = await bench.spool({
      newBlock: { spans: () => new Watched() },
      settings: { spoolBlockRowsMax: 50 },
    });
    await Promise.all(Array.from({ length: 200 }, () => bench.send(spools)));
    expect(largest).toBeLessThanOrEqual(60);
    await spools.stop();
    expect((await bench.stored()).size).toBe(200);
  });

  it("shows in the ledger when a decoder accepts more than it appends", async () => {
    const spools = await bench.spool();
    await spools.tables.spans.append((block) => {
      block.push({ traceId: 1, spanId: 1 });
      return { accepted: 2, rejected: 0 };
    });
    expect((await spools.ledger()).spans).not.toSatisfy(isBalanced);
    await spools.stop();
  });

  it("answers about the ledger while the store is down, and while an insert takes long", async () => {
    let isDown = false;
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hold: Promise<void> | undefined;
    const spools = await bench.spool({
      storedCounts: () => (isDown ? Promise.reject(storeIsDown) : readStoredCounts(bench.store)),
      insert: async (segment) => {
        await hold;
        await bench.store.insertSegment(segment);
      },
    });
    expect((await spools.ledger()).spans).toMatchObject({ received: 0 });
    await bench.send(spools);
    await expect.poll(() => spools.status().segments, { timeout: waitMs }).toBe(0);
    isDown = true;
    expect((await spools.ledger()).spans).toEqual({ received: 10, refused: 0, spooled: 0, stored: 10 });
    isDown = false;
    hold = held;
    await bench.send(spools);
    await expect.poll(() => spools.tables.spans.openRows, { timeout: waitMs }).toBe(0);
    expect((await spools.ledger()).spans).toEqual({ received: 20, refused: 0, spooled: 10, stored: 10 });
    release();
    await expect.poll(async () => (await spools.ledger()).spans, { timeout: waitMs }).toMatchObject({ stored: 20 });
    await spools.stop();
  });

  it("keeps what was refused over a restart", async () => {
    const dataDir = bench.newFolder();
    const first = await bench.spool({ dataDir });
    await first.tables.spans.append(() => ({ accepted: 0, rejected: 5 }));
    await first.stop();
    const second = await bench.spool({ dataDir });
    expect((await second.ledger()).spans).toEqual({ received: 5, refused: 5, spooled: 0, stored: 0 });
    await second.stop();
  });

  it("is refused once the spool stops, and what was under way is answered first", async () => {
    const spools = await bench.spool();
    const underWay = bench.send(spools);
    const stopped = spools.stop();
    await expect(bench.send(spools)).rejects.toMatchObject({ code: "unavailable", retryAfterMs: expect.any(Number) });
    await expect(underWay).resolves.toBeGreaterThan(0);
    await stopped;
    expect((await bench.stored()).size).toBe(1);
  });
});
