import { describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../model/clock.ts";
import { createHealth, type HealthPart } from "./health.ts";

const good: HealthPart = { name: "spool", isNeededToServe: true, check: () => null };
const bad: HealthPart = {
  name: "store",
  isNeededToServe: false,
  check: () => Promise.reject(new Error("the engine does not answer")),
};

describe("health", () => {
  it("names each part that is down, with its reason", async () => {
    const health = createHealth([good, bad], { clock: systemClock });
    expect(await health("all")).toEqual({
      status: "unavailable",
      parts: {
        spool: { status: "ok" },
        store: { status: "unavailable", reason: "the engine does not answer" },
      },
    });
  });

  it("stays ready without what the server can do without, and alive without anything", async () => {
    const health = createHealth([good, bad], { clock: systemClock });
    expect(await health("ready")).toEqual({ status: "ok", parts: { spool: { status: "ok" } } });
    expect(await health("live")).toEqual({ status: "ok", parts: {} });
    const full = createHealth([{ ...good, check: () => "full" }], { clock: systemClock });
    expect((await full("ready")).status).toBe("unavailable");
  });

  it("takes a part that does not answer for down", async () => {
    const timers: (() => void)[] = [];
    const clock: Clock = { ...systemClock, after: (_delayMs, run) => (timers.push(run), () => {}) };
    const stuck = createHealth([{ ...good, check: () => new Promise(() => {}) }], { clock });
    const answer = stuck("ready");
    for (const run of timers) run();
    expect((await answer).parts["spool"]).toEqual({ status: "unavailable", reason: "no answer within 2000 ms" });
  });
});
