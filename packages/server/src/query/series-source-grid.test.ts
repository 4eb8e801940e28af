import { Engine, type QueryResult } from "@sightglass/promql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SeededRandom } from "../decode/testing/random.ts";
import type { Store } from "../store/store.ts";
import { createSeriesSource } from "./series-source.ts";
import { SeriesLabels } from "./series-source-labels.ts";
import { insertSeries, type SampleFixture, type SeriesFixture } from "./testing/stored-series.ts";
import { openTemporaryStore } from "./testing/stored-spans.ts";

type Random = () => number;

/** Numbers from 0 to 1 that repeat from a seed. */
function randomFrom(seed: number): Random {
  const seeded = new SeededRandom(seed);
  return () => seeded.next() / 2 ** 32;
}

const startMs = Date.UTC(2026, 10, 20, 22);
const spanMs = 3_600_000;

/** Counters with resets, gauges, gaps, staleness markers, and values that no arithmetic likes. */
function generateSeries(random: Random, index: number): SeriesFixture {
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(random() * items.length)] ?? items[0];
  const kind = pick([
    "counter",
    "counter",
    "gauge",
    "odd",
    "sparse",
    "constant",
    "wide",
    "whole",
    "seconds",
    "assorted",
  ]);
  const stepMs = kind === "sparse" ? 170_000 : pick([10_000, 15_000, 30_000]);
  const onGrid = random() < 0.5;
  const samples: SampleFixture[] = [];
  let value = random() < 0.5 ? 0 : random() * 1000;
  for (
    let timeMs = startMs + (onGrid ? 0 : Math.floor(random() * stepMs));
    timeMs < startMs + spanMs;
    timeMs += stepMs
  ) {
    const jitterMs = onGrid ? 0 : Math.floor(random() * 200);
    if (kind === "counter" || kind === "sparse")
      value = random() < 0.03 ? random() * 5 : value + Math.floor(random() * 20);
    else if (kind === "gauge") value += random() * 100 - 50;
    else if (kind === "odd") value = pick([NaN, Infinity, -Infinity, 1e308, -1e308, 0, -0, 1, random()]);
    else if (kind === "wide") value = pick([1e15, 1e12 + 3.3, 0.001, 0.0023, 5, 7e14, 0.1]);
    else if (kind === "whole") value = pick([1e15, 1e14, 0, 3, 7e14]);
    else if (kind === "seconds") value += random();
    // A fifth of them cannot be computed in the engine, the others can.
    else if (kind === "assorted") value = index % 5 === 0 && random() < 0.1 ? random() : value + random();
    if (random() < 0.02) {
      samples.push({ timeMs: timeMs + jitterMs, value: "stale" });
      timeMs += Math.floor(random() * 20) * stepMs;
    } else if (random() < 0.95) samples.push({ timeMs: timeMs + jitterMs, value });
  }
  const labels = { __name__: `${kind}_total`, series: String(index), group: String(index % 3), side: pick(["a", "b"]) };
  // Sent again, as a client does that heard no answer.
  if (random() < 0.3) samples.push(...samples.filter(() => random() < 0.2));
  return { labels, samples, stored: pick(["rows", "chunks", "both"]) };
}

/** Floats, and a native histogram among them. */
const mixed: SeriesFixture = {
  labels: { __name__: "mixed_total", series: "h", group: "1", side: "a" },
  samples: Array.from({ length: 100 }, (_unused, index) => ({ timeMs: startMs + index * 15_000, value: index })),
  histograms: [{ timeMs: startMs + 1_000_000, hex: "08031900000000000018405a021001620106" }],
};

const functions =
  "rate increase delta irate idelta changes resets last_over_time sum_over_time avg_over_time min_over_time max_over_time count_over_time present_over_time stddev_over_time".split(
    " ",
  );
const ranges = ["15s", "1m", "90s", "5m", "17m", "1h"] as const;
const around =
  ";;;sum;sum by (side, group);sum without (series, side);avg by (group);avg;min without (series);max by (side, none);max;count;group by (group);stddev by (group)".split(
    ";",
  );

function generateQuery(random: Random): string {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const matchers = pick(["", '{group="1"}', '{side!="a"}', '{series=~"1.*"}']);
  const name = pick(["counter", "counter", "gauge", "odd", "sparse", "constant", "wide", "whole", "seconds", "mixed"]);
  const modifier = pick(["", "", " offset 3m", " offset -90s", ` @ ${startMs / 1000 + 1800}`, " @ end()"]);
  const selector = `${name}_total${matchers}`;
  const inner = (): string => {
    if (random() < 0.1) return `${pick(["rate", "increase"])}(assorted_total${matchers}[${pick(ranges)}]${modifier})`;
    return random() < 0.3 ? `${selector}${modifier}` : `${pick(functions)}(${selector}[${pick(ranges)}]${modifier})`;
  };
  const outer = pick(around);
  const whole = outer === "" ? inner() : `${outer} (${inner()})`;
  const kind = random();
  if (kind < 0.15) return `max_over_time((${whole})[10m:70s])`;
  if (kind < 0.2) return `(${whole}) ${pick([">", "==", "<="])} bool ${pick(["0", "1", "1e15"])}`;
  if (kind < 0.25) return `(${whole}) - ${pick(["0.5", "1e15", `(${whole})`])}`;
  return kind < 0.3 ? `stddev((${whole}))` : whole;
}

let store: Store;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ store, remove } = await openTemporaryStore());
  const random = randomFrom(7);
  await insertSeries(store, [...Array.from({ length: 110 }, (_unused, index) => generateSeries(random, index)), mixed]);
});
afterAll(() => remove());

type Points = ReadonlyMap<string, ReadonlyMap<number, number>>;

function pointsOf({ data }: QueryResult): Points {
  if (data.type === "vector")
    return new Map(data.samples.map(({ labels, timeMs, value }) => [labels.key, new Map([[timeMs, value]])]));
  if (data.type !== "matrix") throw new Error(`unexpected ${data.type}`);
  return new Map(
    data.series.map(({ labels, timestampsMs, values }) => [
      labels.key,
      new Map([...timestampsMs].map((timeMs, index) => [timeMs, values[index] ?? NaN])),
    ]),
  );
}

function differences(actual: Points, expected: Points): string[] {
  const found: string[] = [];
  for (const key of new Set([...actual.keys(), ...expected.keys()])) {
    const [one, other] = [actual.get(key), expected.get(key)];
    for (const timeMs of new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])])) {
      const [a, b] = [one?.get(timeMs), other?.get(timeMs)];
      if (!close(a, b)) found.push(`${key} at ${(timeMs - startMs) / 1000}s: ${a} instead of ${b}`);
    }
  }
  return found;
}

function close(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

describe("values computed here slice by slice are those of all samples", () => {
  it("in generated queries, to the last bit", { timeout: 600_000 }, async () => {
    const random = randomFrom(23);
    const labels = new SeriesLabels();
    const plain = new Engine(createSeriesSource({ store, labels, pushDown: "never" }));
    const source = createSeriesSource({ store, labels, samplesPerSlice: 300 });
    const stages = { raw: 0, call: 0, aggregate: 0 };
    const sliced = new Engine({
      async select(...asked) {
        const result = await source.select(...asked);
        stages[result.kind === "raw" ? "raw" : result.stage]++;
        return result;
      },
    });
    const functionsHere = ["rate", "increase", "delta", "min_over_time", "max_over_time"];
    const metrics = ["counter", "gauge", "odd", "sparse", "wide", "seconds", "assorted", "mixed"];
    for (let index = 0; index < 40; index++) {
      const one = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
      const selector = `${one(metrics)}_total${one(["", '{group="1"}', '{side!="a"}'])}[${one(ranges)}]`;
      const call = `${one(functionsHere)}(${selector}${one(["", " offset 3m", " offset -90s"])})`;
      const query = one([call, `quantile by (side) (0.9, ${call})`, `(${call}) > bool 0.5`]);
      const asked = {
        query,
        startMs: startMs + index * 30_000,
        endMs: startMs + index * 30_000 + 1_500_000,
        stepMs: 47_000,
      };
      const [actual, expected] = await Promise.all([sliced.range(asked), plain.range(asked)]);
      expect(actual.data, query).toEqual(expected.data);
    }
    expect(stages.aggregate).toBe(0);
    expect(stages.call).toBeGreaterThan(15);
    expect(stages.raw).toBeGreaterThan(0);
  });

  it("and the engine computes where too many values would come", async () => {
    const labels = new SeriesLabels();
    const source = createSeriesSource({ store, labels, samplesPerSlice: 300, valuesMax: 100 });
    const stages: unknown[] = [];
    const engine = new Engine({
      async select(...asked) {
        const result = await source.select(...asked);
        stages.push(result.kind === "raw" ? "raw" : result.stage);
        return result;
      },
    });
    const query = "max(max_over_time(gauge_total[5m]))";
    await engine.range({ query, startMs, endMs: startMs + 3_000_000, stepMs: 15_000 });
    expect(stages).toEqual(["aggregate"]);
  });
});

describe("values computed in the engine are those of the evaluation here", () => {
  const cases = Number(process.env["SIGHTGLASS_DIFFERENTIAL_CASES"] ?? 200);

  it(`in ${cases} generated queries`, { timeout: 1_200_000 }, async () => {
    const random = randomFrom(Number(process.env["SIGHTGLASS_DIFFERENTIAL_SEED"] ?? 11));
    const labels = new SeriesLabels();
    const stages = { raw: 0, call: 0, aggregate: 0 };
    let partly = 0;
    const source = createSeriesSource({ store, labels, pushDown: "always" });
    const pushed = new Engine({
      async select(...asked) {
        const result = await source.select(...asked);
        stages[result.kind === "raw" ? "raw" : result.stage]++;
        if (result.kind === "computed" && result.raw !== undefined && result.series.length > 0) partly++;
        return result;
      },
    });
    const plain = new Engine(createSeriesSource({ store, labels, pushDown: "never" }));
    for (let index = 0; index < cases; index++) {
      const query = generateQuery(random);
      const stepMs = [0, 15_000, 60_000, 7_001, 300_000][Math.floor(random() * 5)] ?? 0;
      const fromMs = startMs + Math.floor(random() * 40) * 60_000 + (random() < 0.5 ? 0 : Math.floor(random() * 1000));
      const run = (engine: Engine) =>
        stepMs === 0
          ? engine.instant({ query, timeMs: fromMs })
          : engine.range({ query, startMs: fromMs, endMs: fromMs + 25 * 60_000, stepMs });
      const [actual, expected] = await Promise.all([run(pushed), run(plain)]);
      const wrong = differences(pointsOf(actual), pointsOf(expected));
      expect(wrong.slice(0, 5), `${query} from ${fromMs - startMs} every ${stepMs}`).toEqual([]);
      expect(actual.infos).toEqual(expected.infos);
      expect(actual.warnings).toEqual(expected.warnings);
    }
    // A test that compares nothing proves nothing.
    expect(stages.call).toBeGreaterThan(cases / 8);
    expect(stages.aggregate).toBeGreaterThan(cases / 5);
    expect(stages.raw).toBeGreaterThan(0);
    expect(partly).toBeGreaterThan(0);
  });
});
