import { staleFlags, type SelectHints } from "@sightglass/promql";
import type { QueryOptions, Store } from "../store/store.ts";
import { NativeReader, seriesIdAt } from "./series-source-native.ts";
import { clampTimeMs, samplesSql, timeSql, type SelectorSql } from "./series-source-sql.ts";

/** A function of the engine that computes all steps of a series in one go. */
export interface GridFunction {
  readonly name: string;
  /** Staleness markers end the lookback, so they are wanted; the functions over ranges pass over them. */
  readonly keepsStale: boolean;
  readonly windowMs: number;
  /** Which values the engine may have computed otherwise, so that the samples are wanted after all. */
  readonly check: keyof typeof checks;
}

/**
 * The engine adds up resets of a counter and takes them away again as the window moves on, which is exact for whole
 * numbers whose sum a double holds, and for counters without resets. NaN and the infinities never leave such a sum.
 */
const checks = {
  none: { columns: "0 AS odd, 0 AS inexact", asksForResets: false },
  finite: { columns: "max(NOT isFinite(value)) AS odd, 0 AS inexact", asksForResets: false },
  resets: {
    columns: "max(NOT isFinite(value)) AS odd, max(value != trunc(value)) OR sum(abs(value)) > 9e15 AS inexact",
    asksForResets: true,
  },
} as const;

/**
 * Functions of PromQL with the engine's function that gives the same values: left-open windows, extrapolation and counter
 * resets alike. series-source-grid.test.ts compares them over generated data.
 */
const gridFunctions: Readonly<Record<string, { name: string; check: keyof typeof checks }>> = {
  rate: { name: "timeSeriesRateToGrid", check: "resets" },
  increase: { name: "timeSeriesIncreaseToGrid", check: "resets" },
  delta: { name: "timeSeriesDeltaToGrid", check: "finite" },
  irate: { name: "timeSeriesInstantRateToGrid", check: "finite" },
  idelta: { name: "timeSeriesInstantDeltaToGrid", check: "finite" },
  changes: { name: "timeSeriesChangesToGrid", check: "finite" },
  resets: { name: "timeSeriesResetsToGrid", check: "finite" },
  last_over_time: { name: "timeSeriesLastToGrid", check: "none" },
};

/** What the engine may compute for these hints; undefined when the samples are needed. */
export function gridFunctionOf(hints: SelectHints): GridFunction | undefined {
  const { steps, call, rangeMs, lookbackMs } = hints;
  // The engine's grids begin at the epoch, and count in whole milliseconds.
  const isWhole = Number.isInteger(steps.startMs) && Number.isInteger(steps.stepMs) && hints.startMs >= 0;
  if (!hints.mayCompute || !isWhole || clampTimeMs(hints.endMs) !== hints.endMs) return undefined;
  if (call === undefined) {
    if (rangeMs !== 0) return undefined;
    return { name: "timeSeriesLastToGrid", check: "none", keepsStale: true, windowMs: lookbackMs };
  }
  const found = gridFunctions[call.name];
  if (found === undefined || call.constants.length > 0) return undefined;
  return { ...found, keepsStale: false, windowMs: rangeMs };
}

/** Values at the steps, as ComputedSeries has them. */
export interface GridColumns {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** The bits of Prometheus' staleness marker, as an integer. */
const staleBits = "toUInt64(9218868437227405314)";

interface WantedGrids {
  readonly selector: SelectorSql;
  readonly hints: SelectHints;
  readonly gridFunction: GridFunction;
  readonly query: QueryOptions;
}

/**
 * The function at every step for every series of the selector that has a value at one of them; undefined when the values
 * are such that the engine may have computed something else than PromQL does.
 */
export async function readGrids(store: Store, wanted: WantedGrids): Promise<Map<bigint, GridColumns> | undefined> {
  const { hints, gridFunction } = wanted;
  const { columns, asksForResets } = checks[gridFunction.check];
  const bytes = await readAggregate(store, wanted, { steps: hints.steps, windowMs: gridFunction.windowMs, columns });
  const grids = decodeGrids(bytes, { count: hints.steps.count, keepsStale: gridFunction.keepsStale });
  if (grids.odd || (grids.inexact && asksForResets && (await hasResets(store, wanted)))) return undefined;
  return grids.series;
}

/** Blocks of series_id, odd, inexact and the function's values. */
function readAggregate(
  store: Store,
  { selector, gridFunction, query }: WantedGrids,
  { steps, windowMs, columns }: { steps: SelectHints["steps"]; windowMs: number; columns: string },
): Promise<Uint8Array> {
  const { startMs, stepMs, count } = steps;
  const params = {
    ...query.params,
    gridStartMs: startMs,
    gridEndMs: startMs + stepMs * (count - 1),
    step: decimalSeconds(count === 1 ? 0 : stepMs),
    window: decimalSeconds(windowMs),
  };
  const grid = `${timeSql("gridStartMs")}, ${timeSql("gridEndMs")}, {step:Decimal64(3)}, {window:Decimal64(3)}`;
  const notStale = gridFunction.keepsStale ? "" : `WHERE reinterpretAsUInt64(value) != ${staleBits}`;
  return store.queryBytes(
    `SELECT series_id, toUInt8(odd) AS odd, toUInt8(inexact) AS inexact, grid FROM (
       SELECT series_id, ${gridFunction.name}(${grid})(time, value) AS grid, ${columns}
       FROM (${samplesSql(selector, { starts: false })}) ${notStale}
       GROUP BY series_id)
     SETTINGS allow_experimental_time_series_aggregate_functions = 1`,
    "Native",
    { ...query, params },
  );
}

const decimalSeconds = (durationMs: number): string => (durationMs / 1000).toFixed(3);

/** Whether any counter goes down anywhere in the time that is read: one window over all of it. */
async function hasResets(store: Store, wanted: WantedGrids): Promise<boolean> {
  const { startMs, endMs } = wanted.hints;
  const gridFunction = { name: "timeSeriesResetsToGrid", check: "none", keepsStale: false, windowMs: 0 } as const;
  const steps = { startMs: endMs, stepMs: 0, count: 1 };
  const { columns } = checks.none;
  const bytes = await readAggregate(store, { ...wanted, gridFunction }, { steps, windowMs: endMs - startMs, columns });
  const { series } = decodeGrids(bytes, { count: 1, keepsStale: false });
  return [...series.values()].some(({ values }) => (values[0] ?? 0) > 0);
}

/** The last column is Array(Nullable(Float64)) with `count` elements in each row. */
function decodeGrids(bytes: Uint8Array, { count, keepsStale }: { count: number; keepsStale: boolean }) {
  const reader = new NativeReader(bytes);
  const series = new Map<bigint, GridColumns>();
  let [odd, inexact] = [false, false];
  for (let rows = reader.nextBlock(); rows !== undefined; rows = reader.nextBlock()) {
    reader.column();
    const ids = reader.words(rows);
    reader.column();
    const oddOf = reader.bytes(rows);
    reader.column();
    const inexactOf = reader.bytes(rows);
    odd ||= oddOf.includes(1);
    inexact ||= inexactOf.includes(1);
    reader.column();
    reader.words(rows);
    const present = reader.bytes(rows * count);
    const values = reader.floats(rows * count);
    for (let index = 0; index < present.length; index++) present[index] = 1 - (present[index] as number);
    if (keepsStale) dropStale(values, present);
    for (let row = 0; row < rows; row++) {
      const [from, to] = [row * count, (row + 1) * count];
      const grid = { values: values.subarray(from, to), present: present.subarray(from, to) };
      if (grid.present.includes(1)) series.set(seriesIdAt(ids, row), grid);
    }
  }
  return { series, odd, inexact };
}

function dropStale(values: Float64Array, present: Uint8Array): void {
  staleFlags(values)?.forEach((isStale, index) => {
    if (isStale === 1) present[index] = 0;
  });
}
