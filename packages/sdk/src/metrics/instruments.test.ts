import { diag, DiagLogLevel } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { Meters } from "../testing/meters.ts";
import { collector, counter, gauge, histogram, upDownCounter } from "./instruments.ts";
import { quantiles } from "./quantiles.ts";

let meters: Meters;
let warnings: string[];
beforeEach(() => {
  meters = new Meters();
  warnings = [];
  const note = (text: string) => void warnings.push(text);
  const logger = { verbose() {}, debug() {}, info() {}, warn: note, error: note };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
});
afterEach(() => {
  meters.remove();
  diag.disable();
});

describe("instruments", () => {
  it("record what they are told", async () => {
    counter("orders_total").add(2);
    counter("orders_total").add(3);
    upDownCounter("open_files").add(4);
    upDownCounter("open_files").add(-1);
    gauge("depth").set(7);
    gauge("depth").set(5);
    expect(await meters.samples("orders_total")).toEqual([{ labels: {}, value: 5 }]);
    expect(await meters.samples("open_files")).toEqual([{ labels: {}, value: 3 }]);
    expect(await meters.samples("depth")).toEqual([{ labels: {}, value: 5 }]);
  });

  it("are one for a name, however often they are asked for", () => {
    const first = counter("same_total");
    for (let i = 0; i < 1000; i++) expect(counter("same_total")).toBe(first);
  });

  it("leave out what is no amount, and never throw", async () => {
    const amounts = counter("amounts_total");
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1]) amounts.add(value);
    amounts.add(1);
    expect(await meters.samples("amounts_total")).toEqual([{ labels: {}, value: 1 }]);
  });

  it("keep the first kind of a name", async () => {
    counter("kind_total").add(1);
    gauge("kind_total").set(9);
    expect(await meters.samples("kind_total")).toEqual([{ labels: {}, value: 1 }]);
    expect(warnings).toContain('sightglass: metric "kind_total" is a counter already, not a gauge');
  });

  it.each([null, undefined, ""])("named %s go nowhere, and leave the others as they are", async (name) => {
    counter(name as string).add(1);
    gauge(name as string).set(1);
    collector(name as string, {}, () => 1);
    counter("well_named").add(1);
    const { scopeMetrics } = await meters.collect();
    const names = scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name));
    expect(names).toEqual(["well_named"]);
  });

  it("take null for options, as plain JavaScript may have it", async () => {
    const none = null as unknown as undefined;
    counter("no_options_total", none).add(1);
    gauge("no_options", none).set(2);
    expect(await meters.samples("no_options_total")).toEqual([{ labels: {}, value: 1 }]);
    expect(await meters.samples("no_options")).toEqual([{ labels: {}, value: 2 }]);
  });

  it("made before there is a provider work once there is one", async () => {
    meters.remove();
    const early = counter("early_total");
    collector("early_depth", {}, () => 3);
    early.add(1); // nobody is there to count
    meters = new Meters();
    early.add(1);
    expect(await meters.samples("early_total")).toEqual([{ labels: {}, value: 1 }]);
    counter("later_total").add(1);
  });
});

describe("labels", () => {
  it("take declared values; others count as one", async () => {
    const revenue = counter("revenue_processed_total", { unit: "{EUR}", labels: { currency: ["EUR", "USD"] } });
    revenue.add(10, { currency: "EUR" });
    // @ts-expect-error not declared
    revenue.add(1, { currency: "GBP" });
    // @ts-expect-error not declared either
    revenue.add(2, { currency: "CHF" });
    expect(await meters.samples("revenue_processed_total")).toEqual([
      { labels: { currency: "EUR" }, value: 10 },
      { labels: { currency: "other" }, value: 3 },
    ]);
  });

  it("take so many values as declared, however many come", async () => {
    const rows = counter("rows_total", { labels: { tenant: 3 } });
    for (let tenant = 0; tenant < 10_000; tenant++) rows.add(1, { tenant });
    const samples = await meters.samples("rows_total");
    expect(samples).toHaveLength(4);
    expect(samples.at(-1)).toEqual({ labels: { tenant: "other" }, value: 9997 });
    expect(warnings.filter((line) => line.includes("rows_total"))).toHaveLength(1);
  });

  it("are always the declared ones, whatever plain JavaScript hands over", async () => {
    const loose = counter("loose_total", { labels: { a: 5, b: 5 } }) as unknown as {
      add(value: number, labels?: unknown): void;
    };
    loose.add(1);
    loose.add(1, { b: "x", secret: "y" });
    expect(await meters.samples("loose_total")).toEqual([
      { labels: { a: "unknown", b: "unknown" }, value: 1 },
      { labels: { a: "unknown", b: "x" }, value: 1 },
    ]);
  });

  it("are typed", () => {
    const plain = counter("typed_total");
    expectTypeOf<Parameters<typeof plain.add>>().toEqualTypeOf<[value: number]>();
    const labelled = histogram("typed_seconds", { labels: { outcome: ["ok", "failed"] } });
    expectTypeOf<Parameters<typeof labelled.record>[1]>().toEqualTypeOf<{ readonly outcome: "ok" | "failed" }>();
  });
});

describe("histogram", () => {
  it("has buckets that fit its unit", async () => {
    histogram("took", { unit: "s" }).record(0.03);
    const [sample] = await meters.samples("took");
    expect(sample?.value).toMatchObject({
      count: 1,
      sum: 0.03,
      buckets: { boundaries: expect.arrayContaining([0.005]) },
    });
  });

  it("times work that is shorter than a millisecond, by a clock that nobody sets", async () => {
    let ticksMs = 0;
    const took = histogram("short.work", { unit: "s" }, { monotonicMs: () => (ticksMs += 0.25) });
    took.time(() => 1);
    expect((await meters.samples("short.work"))[0]?.value).toMatchObject({ count: 1, sum: 0.000_25 });
  });

  it("times work that returns, throws, resolves and rejects, once each", async () => {
    const clock = new ManualClock();
    const took = histogram("work", { unit: "s", labels: { how: 9 } }, clock);
    expect(took.time(() => 1, { how: "returns" })).toBe(1);
    expect(() =>
      took.time(
        () => {
          throw new Error("no");
        },
        { how: "throws" },
      ),
    ).toThrow("no");
    const later = took.time(
      async () => {
        await Promise.resolve();
        return 2;
      },
      { how: "resolves" },
    );
    await clock.advance(2000);
    expect(await later).toBe(2);
    await expect(took.time(() => Promise.reject(new Error("late")), { how: "rejects" })).rejects.toThrow("late");
    const counts = (await meters.samples("work")).map(({ labels, value }) => [
      labels["how"],
      (value as { count: number }).count,
    ]);
    expect(counts).toEqual([
      ["returns", 1],
      ["throws", 1],
      ["resolves", 1],
      ["rejects", 1],
    ]);
  });
});

describe("collector", () => {
  it("is asked when somebody collects, and only then", async () => {
    let asked = 0;
    collector("queue_depth", { labels: { queue: 5 } }, async () => {
      asked += 1;
      return [{ value: 4, labels: { queue: "in" } }];
    });
    expect(asked).toBe(0);
    expect(await meters.samples("queue_depth")).toEqual([{ labels: { queue: "in" }, value: 4 }]);
    expect(asked).toBe(1);
  });

  it("of the same name replaces the one before", async () => {
    collector("lag", {}, () => 1);
    collector("lag", {}, () => 2);
    expect(await meters.samples("lag")).toEqual([{ labels: {}, value: 2 }]);
  });
});

describe("quantiles", () => {
  it("of very many combinations of labels take bounded memory: what is too much counts together", async () => {
    const many = quantiles("many", { quantiles: [0.5], labels: { a: 100, b: 100 } });
    for (let index = 0; index < 2000; index++) many.record(1, { a: index % 50, b: Math.floor(index / 50) });
    const counts = await meters.samples("many.count");
    expect(counts).toHaveLength(501);
    expect(counts.at(-1)).toEqual({ labels: { a: "other", b: "other" }, value: 1500 });
    expect(counts.reduce((sum, { value }) => sum + Number(value), 0)).toBe(2000);
  });

  it("are those of the last minutes, within 1 %", async () => {
    const clock = new ManualClock();
    const sizes = quantiles("size", { windowMs: 1000, quantiles: [0.5] }, clock);
    const median = async () => Number((await meters.samples("size"))[0]?.value);
    for (let value = 1; value <= 1001; value++) sizes.record(value);
    expect(Math.abs((await median()) - 501)).toBeLessThan(6);
    await clock.advance(1500);
    sizes.record(7);
    expect(await median()).toBeGreaterThan(400);
    await clock.advance(1000);
    expect(Math.abs((await median()) - 7)).toBeLessThan(0.1);
    await clock.advance(10_000);
    sizes.record(50);
    expect(Math.abs((await median()) - 50)).toBeLessThan(0.6);
  });
});
