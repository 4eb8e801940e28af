import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMatcher, isStaleAt, writeStale, type RawSeries, type SelectHints } from "@sightglass/promql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SampleBlock } from "../decode/metrics/sample-block.ts";
import { ByteSource } from "../decode/native/byte-source.ts";
import { SeededRandom } from "../decode/testing/random.ts";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { watchedStore } from "../store/watched-store.ts";
import { RecentSamples } from "./recent-samples.ts";
import { createSeriesSource } from "./series-source.ts";
import { SeriesLabels } from "./series-source-labels.ts";
import { fixtureSeriesId, insertSeries, type SampleFixture } from "./testing/stored-series.ts";
import { openTemporaryStore } from "./testing/stored-spans.ts";

let nowMs = 0;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => 0, after: () => () => {} };
const minuteMs = 60_000;

let store: Store;
let remove: () => Promise<void>;
let reads: string[];
beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 20, 12);
  reads = [];
  const opened = await openTemporaryStore();
  ({ store, remove } = opened);
});
afterEach(() => remove());

const metricOf = (series: number) => `m${series % 3}`;
const labelsOf = (series: number) => ({
  __name__: metricOf(series),
  job: `job-${series % 4}`,
  series: String(series),
});

interface Row extends SampleFixture {
  series: number;
}

/** Stores rows as the spool does. */
async function storeSegment(to: Store, rows: readonly Row[]): Promise<void> {
  const block = new SampleBlock();
  const words = new Uint32Array(2);
  const floats = new Float64Array(words.buffer);
  for (const { series, timeMs, value } of rows) {
    const labels = labelsOf(series);
    const name = Buffer.from(metricOf(series));
    const id = fixtureSeriesId(labels);
    if (value === "stale") writeStale(floats, 0);
    else floats[0] = value;
    const time = [timeMs % 2 ** 32, Math.floor(timeMs / 2 ** 32)] as const;
    block.to.receivedAt.append(...time);
    block.to.metric.append(new ByteSource(name), 0, name.length);
    block.to.seriesId.append(Number(id & 0xffffffffn), Number(id >> 32n));
    block.to.time.append(...time);
    block.to.value.append(words[0] ?? 0, words[1] ?? 0);
    block.to.startTime.append(0, 0);
    block.rowCount++;
  }
  const path = join(tmpdir(), `sightglass-recent-${process.pid}.native`);
  await writeFile(path, Buffer.concat(block.encode()));
  await to.insertSegment({ table: "samples", path, token: String(segments++) });
  await rm(path);
}
let segments = 0;

/** What identifies a sample, staleness markers told apart from other NaNs. */
function shown(series: readonly RawSeries[]): unknown {
  return series.map(({ labels, timestampsMs, values }) => [
    labels.toString(),
    [...timestampsMs].map((timeMs, at) => [timeMs, isStaleAt(values, at) ? "stale" : values[at]]),
  ]);
}

const hintsOf = (startMs: number, endMs: number): SelectHints => ({
  startMs,
  endMs,
  steps: { startMs: endMs, stepMs: 0, count: 1 },
  rangeMs: 0,
  lookbackMs: 0,
  mayCompute: false,
});

function open(options: { samplesMax?: number; samplesMaxPerMetric?: number; samplesPerPiece?: number } = {}) {
  const recent = new RecentSamples({ clock, ...options });
  const watched = watchedStore(store, recent);
  const counted: Store = {
    ...watched,
    queryBytes(sql, ...rest) {
      reads.push(sql);
      return watched.queryBytes(sql, ...rest);
    },
  };
  const labels = new SeriesLabels();
  const fromMemory = createSeriesSource({ store: counted, labels, recent });
  const fromStore = createSeriesSource({ store, labels: new SeriesLabels() });
  const select = async (
    source: typeof fromMemory,
    matchers: Parameters<typeof fromMemory.select>[0],
    hints: SelectHints,
  ) => {
    const result = await source.select(matchers, hints, new AbortController().signal);
    if (result.kind !== "raw") throw new Error("unexpected");
    if (source === fromStore) expect(result.origin).toBeUndefined();
    return shown(result.series);
  };
  return {
    recent,
    watched,
    both: async (name: string, startMs: number, endMs: number, job?: string) => {
      const matchers = [
        createMatcher("__name__", "=", name),
        ...(job === undefined ? [] : [createMatcher("job", "=~", job)]),
      ];
      const hints = hintsOf(startMs, endMs);
      return {
        memory: await select(fromMemory, matchers, hints),
        stored: await select(fromStore, matchers, hints),
      };
    },
  };
}

function randomRows(random: SeededRandom, count: number): Row[] {
  return Array.from({ length: count }, () => ({
    series: random.below(12),
    // Mostly now, sometimes late, sometimes the same moment again.
    timeMs: nowMs - (random.below(5) === 0 ? random.below(30 * minuteMs) : random.below(20) * 1000),
    value: random.pick<SampleFixture["value"]>([
      NaN,
      "stale",
      Infinity,
      -0,
      random.below(1000),
      random.below(1000) / 7,
    ]),
  })).filter(({ value }, index, rows) => {
    // Which of two NaNs at one moment counts is left open.
    const isNaNLike = value === "stale" || Number.isNaN(value);
    return !isNaNLike || !rows.some((other, at) => at !== index && other.timeMs === rows[index]?.timeMs);
  });
}

async function knowSeries(to: Store): Promise<void> {
  await insertSeries(
    to,
    Array.from({ length: 12 }, (_unused, series) => ({
      labels: labelsOf(series),
      samples: [{ timeMs: nowMs - 40 * minuteMs - series * 7, value: series }],
      stored: series % 2 === 0 ? ("chunks" as const) : ("rows" as const),
    })),
  );
}

describe("samples in memory", () => {
  it("are those of the store, however they come", { timeout: 60_000 }, async () => {
    const random = new SeededRandom(5);
    const { both, watched } = open({ samplesPerPiece: 30 });
    await knowSeries(watched);
    for (let round = 0; round < 30; round++) {
      await storeSegment(watched, randomRows(random, 40));
      nowMs += random.below(90_000);
      const [startMs, endMs] = [nowMs - random.below(60) * minuteMs, nowMs - random.below(3) * 1000];
      const { memory, stored } = await both(
        `m${round % 3}`,
        startMs,
        endMs,
        random.pick([undefined, "job-1", "job-[13]"]),
      );
      expect(memory).toEqual(stored);
    }
    const before = reads.length;
    for (const name of ["m0", "m1", "m2"]) await both(name, nowMs - 10 * minuteMs, nowMs);
    expect(reads.length - before).toBe(0);
  });

  it("are those of the store while they are read for the first time", async () => {
    const random = new SeededRandom(6);
    const { both, watched } = open({ samplesPerPiece: 30 });
    await knowSeries(watched);
    for (let round = 0; round < 5; round++) {
      const answers = both("m1", nowMs - 60 * minuteMs, nowMs);
      await Promise.all([storeSegment(watched, randomRows(random, 60)), answers]);
      const { memory, stored } = await both("m1", nowMs - 60 * minuteMs, nowMs);
      expect(memory).toEqual(stored);
      nowMs += limits.recentIdleMs.value + 1;
    }
  });

  it.each<[string, (opened: ReturnType<typeof open>) => Promise<void>]>([
    ["something was taken out of the store", async ({ recent }) => recent.clear()],
    [
      "the metric has native histograms",
      async ({ watched }) => {
        const hex = "08031900000000000018405a021001620106";
        await insertSeries(watched, [{ labels: labelsOf(1), samples: [], histograms: [{ timeMs: nowMs - 1, hex }] }]);
      },
    ],
    [
      "the server derives it",
      async ({ watched }) => {
        await watched.insertRows("derived_series", [{ source: "runs", metric: "m1", series_id: 1, value: 1 }]);
        await watched.execute("INSERT INTO samples (received_at, metric) SELECT now64(3), 'other'");
      },
    ],
    [
      "nobody has asked for long",
      async ({ watched }) => {
        nowMs += limits.recentIdleMs.value + 1;
        await storeSegment(watched, [{ series: 0, timeMs: nowMs, value: 1 }]);
      },
    ],
    ["more time is asked for", async ({ both }) => void (await both("m1", nowMs - 90 * minuteMs, nowMs))],
  ])("are read again once %s", async (_case, change) => {
    const opened = open();
    await knowSeries(opened.watched);
    const ask = () => opened.both("m1", nowMs - 60 * minuteMs, nowMs);
    await ask();
    let before = reads.length;
    await ask();
    expect(reads.length).toBe(before);
    before = reads.length;
    await change(opened);
    await ask();
    expect(reads.length).toBeGreaterThan(before);
  });

  it("stay within their limit: what was asked for last is kept", async () => {
    const { both, watched } = open({ samplesMax: 300 });
    await knowSeries(watched);
    const readsOf = async (name: string) => {
      const before = reads.length;
      await both(name, nowMs - 60 * minuteMs, nowMs);
      return reads.length - before;
    };
    await readsOf("m0");
    await readsOf("m1");
    expect(await readsOf("m1")).toBe(0);
    await readsOf("m2");
    expect(await readsOf("m2")).toBe(0);
    expect(await readsOf("m0")).toBeGreaterThan(0);
  });

  it("are not kept of a metric that has too many", async () => {
    const { both, watched } = open({ samplesMaxPerMetric: 3 });
    await knowSeries(watched);
    for (let round = 0; round < 2; round++) {
      const before = reads.length;
      const { memory, stored } = await both("m0", nowMs - 60 * minuteMs, nowMs);
      expect(memory).toEqual(stored);
      expect(reads.length).toBeGreaterThan(before);
    }
  });
});
