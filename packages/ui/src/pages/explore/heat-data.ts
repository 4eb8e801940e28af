import type { QueryData, RangeSeries } from "../../api/prometheus.ts";
import type { ChartHeat } from "../../chart/spec.ts";
import { formatUnitShort, plainNumber, type Unit } from "../../format/unit.ts";
import { parseValue } from "../../format/value.ts";
import { matrixOf, stepsOf } from "../../series/lines.ts";
import { tellingLabels } from "../../series/series-name.ts";
import type { Evaluated } from "../../series/evaluated.ts";

/** A heat map, with its bounds as numbers. */
export interface HeatMap extends ChartHeat {
  /** Ascending; one more than there are rows. */
  bounds: readonly number[];
  /** The sum of all cells of a column; null where nothing is known. */
  totals: readonly (number | null)[];
}

/** One bucket at one step. */
interface Cell {
  step: number;
  lower: number;
  upper: number;
  count: number;
}

/** More rows than these are thinner than a finger's width of a screen. */
const rowsMax = 48;

/** Whether the series are the buckets of one classic histogram: they have `le`, and nothing else that tells them apart. */
export function isOneHistogram(data: QueryData, range: Evaluated): boolean {
  const series = matrixOf(data, range);
  if (series.length < 3) return false;
  const told = tellingLabels(series.map(({ metric }) => metric));
  return told.size === 1 && told.has("le");
}

/**
 * Native histograms, or classic buckets with `le`; null when a result has neither. Series are added up, and bounds that
 * nothing was ever between are left out at both ends.
 *
 * @param boundUnit the unit of what was observed
 */
export function heatOf(data: QueryData, range: Evaluated, boundUnit: Unit = plainNumber): HeatMap | null {
  const series = matrixOf(data, range);
  const native = series.flatMap((each) => nativeCells(each, range));
  const all = native.length > 0 ? native : classicCells(series, range);
  if (all.length === 0) return null;
  const cells = trimmed(all);
  const bounds = thinned([...new Set(cells.flatMap(({ lower, upper }) => [lower, upper]))].sort((a, b) => a - b));
  const count = stepsOf(range).length;
  const rows = bounds.slice(1).map(() => Array.from({ length: count }, (): number | null => null));
  const totals = Array.from({ length: count }, (): number | null => null);
  for (const cell of cells) {
    totals[cell.step] = (totals[cell.step] ?? 0) + cell.count;
    for (const [row, share] of sharesOf(cell, bounds)) {
      const columns = rows[row];
      if (columns !== undefined) columns[cell.step] = (columns[cell.step] ?? 0) + cell.count * share;
    }
  }
  const max = rows.reduce((most, columns) => columns.reduce<number>((a, b) => Math.max(a, b ?? 0), most), 0);
  return {
    bounds,
    edges: bounds.map((bound) => formatUnitShort(Number(bound.toPrecision(3)), boundUnit)),
    cells: rows,
    totals,
    max,
    stepMs: range.stepMs,
  };
}

/** Without what is below the lowest observation and above the highest. */
function trimmed(cells: readonly Cell[]): readonly Cell[] {
  const filled = cells.filter(({ count }) => count > 0);
  if (filled.length === 0) return cells;
  const lowest = filled.reduce((least, { lower }) => Math.min(least, lower), Infinity);
  const highest = filled.reduce((most, { upper }) => Math.max(most, upper), -Infinity);
  return cells.filter(({ lower, upper }) => lower >= lowest && upper <= highest);
}

/** Where a value lies on the y axis: rows are equally high, and values spread evenly within. */
export function rowOf(value: number, bounds: readonly number[]): number {
  if (value <= (bounds[0] ?? 0)) return 0;
  for (let row = 0; row + 1 < bounds.length; row++) {
    const [lower = 0, upper = 0] = [bounds[row], bounds[row + 1]];
    if (value <= upper)
      return Number.isFinite(upper) && Number.isFinite(lower) ? row + (value - lower) / (upper - lower) : row + 0.5;
  }
  return bounds.length - 1;
}

function stepOf(seconds: number, { startMs, stepMs }: Evaluated): number {
  return Math.round((seconds * 1000 - startMs) / stepMs);
}

function nativeCells({ histograms = [] }: RangeSeries, range: Evaluated): Cell[] {
  return histograms.flatMap(([seconds, { buckets = [] }]) =>
    buckets.map(([, lower, upper, count]) => ({
      step: stepOf(seconds, range),
      lower: parseValue(lower),
      upper: parseValue(upper),
      count: parseValue(count),
    })),
  );
}

/** A bucket of the classic form counts what the ones below it count too. */
function classicCells(series: readonly RangeSeries[], range: Evaluated): Cell[] {
  const atBound = new Map<number, Map<number, number>>();
  for (const { metric, values = [] } of series) {
    const bound = parseValue(metric["le"] ?? "NaN");
    if (Number.isNaN(bound)) continue;
    const counts = atBound.get(bound) ?? new Map<number, number>();
    atBound.set(bound, counts);
    for (const [seconds, text] of values) {
      const value = parseValue(text);
      if (!Number.isFinite(value)) continue;
      const step = stepOf(seconds, range);
      counts.set(step, (counts.get(step) ?? 0) + value);
    }
  }
  const bounds = [...atBound.keys()].sort((a, b) => a - b);
  return bounds.flatMap((upper, index) => {
    const lower = bounds[index - 1] ?? Math.min(0, upper);
    const below = atBound.get(bounds[index - 1] ?? NaN);
    if (lower === upper) return [];
    return [...(atBound.get(upper) ?? [])].map(([step, count]) => ({
      step,
      lower,
      upper,
      count: between(below?.get(step) ?? 0, count),
    }));
  });
}

/** Smaller shares of a count are what rates and sums leave of it in the last digits: no observation. */
const residueShare = 1e-9;

/** Scrapes see buckets at slightly different moments: an upper one may be behind. */
function between(below: number, upTo: number): number {
  const count = upTo - below;
  return count <= upTo * residueShare ? 0 : count;
}

function thinned(bounds: readonly number[]): number[] {
  const every = Math.ceil((bounds.length - 1) / rowsMax);
  return bounds.filter((_, index) => index % every === 0 || index === bounds.length - 1);
}

/** How much of a bucket lies in each row. */
function sharesOf({ lower, upper }: Cell, bounds: readonly number[]): [row: number, share: number][] {
  const shares: [number, number][] = [];
  for (let row = 0; row + 1 < bounds.length; row++) {
    const low = Math.max(lower, bounds[row] ?? 0);
    const high = Math.min(upper, bounds[row + 1] ?? 0);
    if (low >= high) continue;
    const isWhole = low === lower && high === upper;
    const share = (high - low) / (upper - lower);
    // An infinite bucket is only ever split where a bound of its own was left out: it goes to the row that is infinite.
    shares.push([row, isWhole ? 1 : Number.isFinite(share) ? share : Number.isNaN(share) ? 1 : 0]);
  }
  return shares;
}
