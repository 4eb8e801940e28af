import { describe, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import { Balance, type SpoolSide } from "./balance.ts";

/** A store of 100 rows and a spool of two segments, 10 rows and 5; the first is on its way. */
async function opened() {
  const side: SpoolSide = { received: 118, refused: 3, spooled: 15, inserting: 10 };
  const store = { rows: 100, pauses: 0 };
  const balance = new Balance({
    clock: systemClock,
    readStored: async () => store.rows,
    spoolSide: () => side,
    between: (read) => {
      store.pauses += 1;
      return read();
    },
  });
  await balance.read(async () => store.rows);
  store.pauses = 0;
  /** The store tells that it has the segment that was on its way. */
  const confirm = () => {
    balance.confirm(side.inserting);
    side.spooled -= side.inserting;
    side.inserting = side.spooled;
  };
  return { side, store, balance, confirm };
}

describe("the ledger of a table while segments are inserted", () => {
  it("counts what is on its way as spooled until the store has it, without holding it up", async () => {
    const { store, balance } = await opened();
    expect(await balance.read(async () => 100)).toEqual({ received: 118, refused: 3, spooled: 15, stored: 100 });
    expect(await balance.read(async () => 110)).toEqual({ received: 118, refused: 3, spooled: 5, stored: 110 });
    expect(store.pauses).toBe(0);
  });

  it.each([
    ["before both segments", 100, 15],
    ["between them", 110, 5],
    ["after both", 115, 0],
  ])("explains an answer from %s, when both are confirmed by the time it comes", async (_name, stored, spooled) => {
    const { store, balance, confirm } = await opened();
    const answer = balance.read(async () => {
      confirm();
      confirm();
      return stored;
    });
    expect(await answer).toEqual({ received: 118, refused: 3, spooled, stored });
    expect(store.pauses).toBe(0);
  });

  it.each([
    ["lost rows", 99],
    ["doubled rows", 101],
  ])("shows that the store %s", async (_name, stored) => {
    const { store, balance } = await opened();
    store.rows = stored;
    const counts = { received: 118, refused: 3, spooled: 15, stored };
    expect(await balance.read(async () => stored)).toEqual(counts);
    expect(store.pauses).toBe(1);
    expect(await balance.read(async () => stored)).toEqual(counts);
    expect(store.pauses).toBe(1);
  });

  it("answers with what is known while the store fails", async () => {
    const { balance, confirm } = await opened();
    confirm();
    const fails = () => Promise.reject(new Error("down"));
    expect(await balance.read(fails)).toEqual({ received: 118, refused: 3, spooled: 5, stored: 110 });
  });
});
