import { metrics } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Meters } from "../testing/meters.ts";
import { handOverHeld } from "./catalogue.ts";
import { counter } from "./instruments.ts";

let meters: Meters;
beforeEach(() => {
  meters = new Meters();
});
afterEach(() => meters.remove());

describe("sums that wait for a collection", () => {
  it("are in each collection, with what was added since", async () => {
    const rows = counter("held_rows_total", { labels: { table: 2 } });
    rows.add(1, { table: "a" });
    rows.add(2, { table: "b" });
    rows.add(3, { table: "a" });
    expect(await meters.samples("held_rows_total")).toEqual([
      { labels: { table: "a" }, value: 4 },
      { labels: { table: "b" }, value: 2 },
    ]);
    rows.add(0.5, { table: "b" });
    expect((await meters.samples("held_rows_total"))[1]?.value).toBe(2.5);
  });

  it("make a series of nothing, so that it is there before the first row", async () => {
    counter("held_zero_total").add(0);
    expect(await meters.samples("held_zero_total")).toEqual([{ labels: {}, value: 0 }]);
  });

  it("belong to the provider of their time", async () => {
    const rows = counter("held_moved_total");
    rows.add(1);
    const first = meters;
    meters.remove();
    meters = new Meters();
    rows.add(10);
    expect(await first.samples("held_moved_total")).toEqual([{ labels: {}, value: 1 }]);
    expect(await meters.samples("held_moved_total")).toEqual([{ labels: {}, value: 10 }]);
  });

  it("can be handed over at once, where nothing can be awaited", async () => {
    counter("held_now_total").add(5);
    handOverHeld();
    metrics.disable();
    expect(await meters.samples("held_now_total")).toEqual([{ labels: {}, value: 5 }]);
  });

  it("send nothing of their own", async () => {
    counter("held_alone_total").add(1);
    const names = (await meters.collect()).scopeMetrics.flatMap((scope) =>
      scope.metrics.map(({ descriptor }) => descriptor.name),
    );
    expect(names).not.toContain("sightglass.held");
  });

  it("stay one series for more combinations than are remembered", async () => {
    const rows = counter("held_many_total", { labels: { a: 100, b: 100 } });
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 2500; i++) rows.add(1, { a: String(i % 50), b: String(Math.floor(i / 50)) });
    const samples = await meters.samples("held_many_total");
    expect(samples.reduce((sum, { value }) => sum + Number(value), 0)).toBe(5000);
  });
});
