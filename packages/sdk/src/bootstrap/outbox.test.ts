import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import type { SendOutcome } from "./otlp-http.ts";
import { Outbox } from "./outbox.ts";

const plainLimits = { label: "spans", url: "http://server", itemsMax: 9, batchItemsMax: 9, delayMs: 1 };
const accepted: SendOutcome = { kind: "accepted", answer: new Uint8Array() };
const unreachable: SendOutcome = { kind: "unreachable", reason: "ECONNREFUSED" };
const refused: SendOutcome = { kind: "refused", reason: "HTTP 400" };

function setUp(outcomes: SendOutcome[] = [], limits: { itemsMax?: number; batchItemsMax?: number } = {}) {
  const clock = new ManualClock();
  const sent: number[][] = [];
  const complaints: string[] = [];
  const outbox = new Outbox<number>({
    label: "spans",
    url: "http://server",
    clock,
    itemsMax: limits.itemsMax ?? 100,
    batchItemsMax: limits.batchItemsMax ?? 10,
    delayMs: 1000,
    encode: (items) => Uint8Array.from(items),
    send: (body) => {
      sent.push([...body]);
      return Promise.resolve(outcomes.shift() ?? accepted);
    },
    rejection: () => undefined,
    complain: (text) => complaints.push(text),
  });
  const add = (count: number) => {
    for (let i = 0; i < count; i++) outbox.add(i);
  };
  return { clock, sent, complaints, outbox, add };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("gathering", () => {
  function gathering(outcomes: SendOutcome[] = []) {
    const clock = new ManualClock();
    const sent: number[][] = [];
    const noted: number[] = [];
    const outbox: Outbox<number> = new Outbox<number>({
      ...plainLimits,
      delayMs: 1000,
      clock,
      gather: () => {
        for (const item of noted.splice(0)) outbox.add(item);
      },
      encode: (items) => Uint8Array.from(items),
      send: (body) => {
        sent.push([...body]);
        return Promise.resolve(outcomes.shift() ?? accepted);
      },
      rejection: () => undefined,
      complain: () => {},
    });
    return { clock, sent, noted, outbox };
  }

  it("happens when a batch is due, and sooner when that is asked for", async () => {
    const { clock, sent, noted, outbox } = gathering();
    noted.push(1);
    outbox.expect(1000);
    await clock.advance(500);
    noted.push(2);
    outbox.expect(200);
    outbox.expect(1000);
    await clock.advance(199);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(sent).toEqual([[1, 2]]);
    await clock.advance(1000);
    expect(clock.timerCount).toBe(0);
  });

  it("waits with everything else while the server takes nothing", async () => {
    const { clock, sent, noted, outbox } = gathering([unreachable]);
    outbox.add(1);
    await clock.advance(1000);
    noted.push(2);
    outbox.expect(0);
    await clock.advance(999);
    expect(sent).toEqual([[1]]);
    await clock.advance(1);
    expect(sent).toEqual([[1], [1, 2]]);
  });

  it("comes before draining, and before handing over what is unsent", async () => {
    const { clock, sent, noted, outbox } = gathering();
    noted.push(1);
    expect(await outbox.drain(clock.nowMs() + 100)).toBe(true);
    expect(sent).toEqual([[1]]);
    noted.push(2);
    expect(outbox.takeUnsent()).toEqual([2]);
  });
});

describe("sending", () => {
  it("waits for company, but not longer than the delay", async () => {
    const { clock, sent, add } = setUp();
    add(3);
    await clock.advance(999);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(sent).toEqual([[0, 1, 2]]);
    expect(clock.timerCount).toBe(0);
  });

  it("does not wait when a batch is full, and sends batch after batch in order", async () => {
    const { clock, sent, add } = setUp();
    add(25);
    await clock.advance(0);
    expect(sent).toEqual([range(0, 10), range(10, 20)]);
    await clock.advance(1000);
    expect(sent[2]).toEqual(range(20, 25));
  });

  it("keeps what the server cannot take now, and waits longer each time", async () => {
    const { clock, sent, add, outbox, complaints } = setUp([unreachable, unreachable, unreachable, accepted]);
    add(2);
    await clock.advance(1000);
    expect(sent).toHaveLength(1);
    await clock.advance(1000);
    expect(sent).toHaveLength(2);
    await clock.advance(1999);
    expect(sent).toHaveLength(2);
    await clock.advance(1);
    expect(sent).toHaveLength(3);
    await clock.advance(4000);
    expect(sent).toHaveLength(4);
    expect(outbox.unsentCount).toBe(0);
    expect(complaints[0]).toBe(
      "http://server does not take spans (ECONNREFUSED); 2 are kept to be sent later, 0 were dropped; the pipeline goes on",
    );
  });

  it("waits as long as the server asks", async () => {
    const { clock, sent, add } = setUp([{ kind: "busy", reason: "HTTP 429", afterMs: 5000 }]);
    add(1);
    await clock.advance(1000 + 4999);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent).toHaveLength(2);
  });

  it("drops what the server refuses, and goes on with the rest", async () => {
    const { clock, sent, add, outbox, complaints } = setUp([refused]);
    add(12);
    await clock.advance(2000);
    expect(sent).toEqual([range(0, 10), [10, 11]]);
    expect(outbox.unsentCount).toBe(0);
    expect(complaints[0]).toContain("10 so far: HTTP 400");
  });

  it("is bounded: what comes when it is full is dropped and counted", async () => {
    const { clock, add, outbox, complaints } = setUp([unreachable], { itemsMax: 5, batchItemsMax: 5 });
    add(8);
    expect(outbox.unsentCount).toBe(5);
    expect(complaints.at(-1)).toContain("3 so far: the queue is full");
    await clock.advance(0);
    expect(outbox.unsentCount).toBe(5);
  });

  it("does not hammer a server that is away when a batch fills up", async () => {
    const { clock, sent, add } = setUp([unreachable]);
    add(10);
    await clock.advance(0);
    add(40);
    await clock.advance(999);
    expect(sent).toHaveLength(1);
  });

  it("survives an encoder that throws", async () => {
    const { clock, outbox, complaints } = setUp();
    const broken = new Outbox<number>({
      ...plainLimits,
      clock,
      encode: () => {
        throw new Error("cannot encode");
      },
      send: () => Promise.resolve(accepted),
      rejection: () => undefined,
      complain: (text) => complaints.push(text),
    });
    broken.add(1);
    await clock.advance(1);
    expect([broken.unsentCount, outbox.unsentCount]).toEqual([0, 0]);
    expect(complaints[0]).toContain("cannot encode");
  });
});

describe("draining", () => {
  it("sends everything at once", async () => {
    const { clock, sent, add, outbox } = setUp();
    add(25);
    const drained = outbox.drain(clock.nowMs() + 100);
    await clock.advance(0);
    expect(await drained).toBe(true);
    expect(sent.flat()).toEqual(range(0, 25));
    expect(clock.timerCount).toBe(0);
  });

  it("gives up at once when nobody is there, and keeps the items", async () => {
    const { clock, add, outbox } = setUp([unreachable]);
    add(2);
    const drained = outbox.drain(clock.nowMs() + 10_000);
    await clock.advance(0);
    expect(await drained).toBe(false);
    expect(outbox.unsentCount).toBe(2);
  });

  it("waits for a busy server, within the deadline", async () => {
    const busy: SendOutcome = { kind: "busy", reason: "HTTP 503", afterMs: 300 };
    const { clock, sent, add, outbox } = setUp([busy, busy, busy, busy, busy]);
    add(1);
    const drained = outbox.drain(clock.nowMs() + 1000);
    await clock.advance(1000);
    expect(await drained).toBe(false);
    expect(sent).toHaveLength(4);
  });

  it("does not outlast the deadline when the server is silent", async () => {
    const clock = new ManualClock();
    const outbox = new Outbox<number>({
      ...plainLimits,
      clock,
      encode: () => new Uint8Array(),
      send: () => new Promise(() => {}),
      rejection: () => undefined,
      complain: () => {},
    });
    outbox.add(1);
    const drained = outbox.drain(clock.nowMs() + 500);
    await clock.advance(500);
    expect(await drained).toBe(false);
    expect(outbox.takeUnsent()).toEqual([1]);
    expect(clock.timerCount).toBe(0);
  });
});
