import { staleFlags, type SelectHints } from "@sightglass/promql";
import type { QueryOptions, QueryParam, Store } from "../store/store.ts";
import { bucketsSql } from "./series-source-buckets.ts";
import { NativeReader, seriesIdAt } from "./series-source-native.ts";
import { clampTimeMs, samplesSql, timeSql, type SelectorSql } from "./series-source-sql.ts";

/**
 * How the engine computes what a selector is wanted for: a SELECT of one row for each series, with the columns series_id,
 * `odd` and `inexact` (UInt8) and `grid`, an Array(Nullable(Float64)) of one element for each step.
 */
export interface SeriesAtSteps {
  readonly sql: string;
  readonly params: Readonly<Record<string, QueryParam>>;
  /** The grid has staleness markers, where the lookback ends in one. */
  readonly keepsStale: boolean;
  /** `inexact` only matters where a counter goes down. */
  readonly asksForResets: boolean;
}

/**
 * Values that the engine may have computed otherwise than PromQL does, so that the samples are wanted after all. It adds up
 * resets of a counter and takes them away again as the window moves on, which is exact for whole numbers whose sum a double
 * holds, and for counters without resets. NaN and the infinities never leave such a sum.
 */
const checks = {
  none: { columns: "0 AS odd, 0 AS inexact", asksForResets: false },
  finite: { columns: "max(NOT isFinite(value)) AS odd, 0 AS inexact", asksForResets: false },
  resets: {
    columns: "max(NOT isFinite(value)) AS odd, max(value != trunc(value)) OR sum(abs(value)) > 9e15 AS inexact",
    asksForResets: true,
  },
} as const;

interface GridFunction {
  readonly name: string;
  readonly check: keyof typeof checks;
  /** Staleness markers end the lookback, so they are wanted; the functions over ranges pass over them. */
  readonly keepsStale?: boolean;
}

/**
 * Functions of PromQL with the engine's function that gives the same values: left-open windows, extrapolation and counter
 * resets alike. series-source-grid.test.ts compares them over generated data.
 */
const gridFunctions: Readonly<Record<string, GridFunction>> = {
  rate: { name: "timeSeriesRateToGrid", check: "resets" },
  increase: { name: "timeSeriesIncreaseToGrid", check: "resets" },
  delta: { name: "timeSeriesDeltaToGrid", check: "finite" },
  irate: { name: "timeSeriesInstantRateToGrid", check: "finite" },
  idelta: { name: "timeSeriesInstantDeltaToGrid", check: "finite" },
  changes: { name: "timeSeriesChangesToGrid", check: "finite" },
  resets: { name: "timeSeriesResetsToGrid", check: "finite" },
  last_over_time: { name: "timeSeriesLastToGrid", check: "none" },
};
const lookback: GridFunction = { name: "timeSeriesLastToGrid", check: "none", keepsStale: true };

/** What the engine may compute for these hints; undefined when the samples are needed. */
export function seriesAtSteps(selector: SelectorSql, hints: SelectHints): SeriesAtSteps | undefined {
  const { steps, call, rangeMs, lookbackMs } = hints;
  // The engine's grids begin at the epoch, and count in whole milliseconds.
  const isWhole = Number.isInteger(steps.startMs) && Number.isInteger(steps.stepMs) && hints.startMs >= 0;
  if (!hints.mayCompute || !isWhole || clampTimeMs(hints.endMs) !== hints.endMs) return undefined;
  if (call === undefined) return rangeMs === 0 ? gridSql(selector, steps, lookbackMs, lookback) : undefined;
  if (call.constants.length > 0) return undefined;
  const found = gridFunctions[call.name];
  if (found !== undefined) return gridSql(selector, steps, rangeMs, found);
  const buckets = bucketsSql(call.name, { steps, rangeMs, samples: notStale(selector) });
  return buckets === undefined ? undefined : { ...buckets, keepsStale: false, asksForResets: false };
}

function gridSql(
  selector: SelectorSql,
  { startMs, stepMs, count }: SelectHints["steps"],
  windowMs: number,
  { name, check, keepsStale = false }: GridFunction,
): SeriesAtSteps {
  const { columns, asksForResets } = checks[check];
  const grid = `${timeSql("gridStartMs")}, ${timeSql("gridEndMs")}, {step:Decimal64(3)}, {window:Decimal64(3)}`;
  const samples = keepsStale ? `(${samplesSql(selector, { starts: false })})` : notStale(selector);
  return {
    sql: `SELECT series_id, ${name}(${grid})(time, value) AS grid, ${columns} FROM ${samples} GROUP BY series_id`,
    params: {
      gridStartMs: startMs,
      gridEndMs: startMs + stepMs * (count - 1),
      step: decimalSeconds(count === 1 ? 0 : stepMs),
      window: decimalSeconds(windowMs),
    },
    keepsStale,
    asksForResets,
  };
}

/** The bits of Prometheus' staleness marker, as an integer. */
export const staleBits = "toUInt64(9218868437227405314)";

const notStale = (selector: SelectorSql): string =>
  `(SELECT * FROM (${samplesSql(selector, { starts: false })}) WHERE reinterpretAsUInt64(value) != ${staleBits})`;

const decimalSeconds = (durationMs: number): string => (durationMs / 1000).toFixed(3);

/** The experimental functions are the ones whose results are compared. */
export const gridSettings = "SETTINGS allow_experimental_time_series_aggregate_functions = 1";

/** Values at the steps, as ComputedSeries has them. */
export interface GridColumns {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** What is wanted of which series. */
export interface Wanted {
  readonly selector: SelectorSql;
  readonly hints: SelectHints;
  readonly query: QueryOptions;
}

export interface WantedGrids extends Wanted {
  readonly atSteps: SeriesAtSteps;
  /** `seriesWithResets`, which is a pass over all samples: asked for when it matters, and once. */
  readonly resets: () => Promise<ReadonlySet<bigint>>;
}

/** What the engine made of the series of a selector. */
export interface Grids {
  /** Those with a value at one of the steps. */
  readonly series: Map<bigint, GridColumns>;
  /** Those whose values are such that the engine may have computed something else than PromQL does. */
  readonly doubtful: readonly bigint[];
}

/** The function at every step for every series of the selector. */
export async function readGrids(store: Store, wanted: WantedGrids): Promise<Grids> {
  const { hints, atSteps } = wanted;
  const bytes = await readSeries(store, wanted, atSteps);
  const { series, odd, inexact } = decodeGrids(bytes, { count: hints.steps.count, ...atSteps });
  const doubtful = new Set(odd);
  if (inexact.size > 0 && atSteps.asksForResets)
    for (const id of await wanted.resets()) if (inexact.has(id)) doubtful.add(id);
  for (const id of doubtful) series.delete(id);
  return { series, doubtful: [...doubtful] };
}

/** Whether everything that was computed is what PromQL computes. */
export async function isFaithful(
  { atSteps, resets }: WantedGrids,
  { odd, inexact }: { odd: boolean; inexact: boolean },
): Promise<boolean> {
  return !odd && !(inexact && atSteps.asksForResets && (await resets()).size > 0);
}

function readSeries(store: Store, { query }: Wanted, { sql, params }: SeriesAtSteps): Promise<Uint8Array> {
  return store.queryBytes(
    `SELECT series_id, toUInt8(odd) AS odd, toUInt8(inexact) AS inexact, grid FROM (${sql}) ${gridSettings}`,
    "Native",
    { ...query, params: { ...query.params, ...params } },
  );
}

/** The counters that go down anywhere in the time that is read: one window over all of it. */
export async function seriesWithResets(store: Store, wanted: Wanted): Promise<ReadonlySet<bigint>> {
  const { startMs, endMs } = wanted.hints;
  const steps = { startMs: endMs, stepMs: 0, count: 1 };
  const resets: GridFunction = { name: "timeSeriesResetsToGrid", check: "none" };
  const bytes = await readSeries(store, wanted, gridSql(wanted.selector, steps, endMs - startMs, resets));
  const { series } = decodeGrids(bytes, { count: 1, keepsStale: false });
  return new Set([...series].filter(([, { values }]) => (values[0] ?? 0) > 0).map(([id]) => id));
}

function decodeGrids(bytes: Uint8Array, { count, keepsStale }: { count: number; keepsStale: boolean }) {
  const reader = new NativeReader(bytes);
  const series = new Map<bigint, GridColumns>();
  const [odd, inexact] = [new Set<bigint>(), new Set<bigint>()];
  for (let rows = reader.nextBlock(); rows !== undefined; rows = reader.nextBlock()) {
    reader.column();
    const ids = reader.words(rows);
    const flags = readFlags(reader, rows);
    flags.odd.forEach((isOdd, row) => isOdd && odd.add(seriesIdAt(ids, row)));
    flags.inexact.forEach((isInexact, row) => isInexact && inexact.add(seriesIdAt(ids, row)));
    const grids = readGridColumn(reader, rows, count);
    if (keepsStale) for (const grid of grids) dropStale(grid);
    grids.forEach((grid, row) => {
      if (grid.present.includes(1)) series.set(seriesIdAt(ids, row), grid);
    });
  }
  return { series, odd, inexact };
}

/** The columns `odd` and `inexact`: 1 where it is so. */
export function readFlags(reader: NativeReader, rows: number): { odd: Uint8Array; inexact: Uint8Array } {
  reader.column();
  const odd = reader.bytes(rows);
  reader.column();
  const inexact = reader.bytes(rows);
  return { odd, inexact };
}

/** A column of Array(Nullable(Float64)) with `count` elements in each row. */
export function readGridColumn(reader: NativeReader, rows: number, count: number): GridColumns[] {
  reader.column();
  const lengths = reader.ends(rows);
  if (lengths[rows - 1] !== rows * count) throw new RangeError(`grids of ${lengths[0]} steps instead of ${count}`);
  const present = reader.bytes(rows * count);
  const values = reader.floats(rows * count);
  for (let index = 0; index < present.length; index++) present[index] = 1 - (present[index] as number);
  return Array.from({ length: rows }, (_unused, row) => {
    const [from, to] = [row * count, (row + 1) * count];
    return { values: values.subarray(from, to), present: present.subarray(from, to) };
  });
}

function dropStale({ values, present }: GridColumns): void {
  staleFlags(values)?.forEach((isStale, index) => {
    if (isStale === 1) present[index] = 0;
  });
}
