import { isMetadataLabel, Labels, metricNameLabel, type ComputedSeries, type Matcher } from "@sightglass/promql";
import type { Store } from "../store/store.ts";
import {
  gridSettings,
  isFaithful,
  readFlags,
  readGridColumn,
  staleBits,
  type WantedGrids,
} from "./series-source-grid.ts";
import { NativeReader } from "./series-source-native.ts";
import { seriesDaySql } from "./series-source-sql.ts";

interface Operator {
  /** Over the grids of the series of a group. */
  readonly sql: string;
  /** A value of a series with which the engine's result may be another than PromQL's. */
  readonly unfit: string;
}

/** Sums of one sign lose less than 1e-9 however they are added up. */
const operators: Readonly<Record<string, Operator>> = {
  sum: { sql: "sumKahanForEach(grid)", unfit: "NOT isFinite(v) OR v < 0" },
  avg: {
    sql: "arrayMap((s, c) -> if(c = 0, NULL, s / c), sumKahanForEach(grid), countForEach(grid))",
    unfit: "NOT isFinite(v) OR v < 0",
  },
  min: { sql: "minForEach(grid)", unfit: "isNaN(v)" },
  max: { sql: "maxForEach(grid)", unfit: "isNaN(v)" },
  count: { sql: "arrayMap(c -> nullIf(toFloat64(c), 0), countForEach(grid))", unfit: "false" },
  group: { sql: "arrayMap(c -> if(c = 0, NULL, toFloat64(1)), countForEach(grid))", unfit: "false" },
};

/** Whether the engine may also aggregate: only of one metric, or series could become equal when its name goes. */
export function mayAggregate(matchers: readonly Matcher[], { aggregate }: WantedGrids["hints"]): boolean {
  if (aggregate === undefined || operators[aggregate.operator] === undefined) return false;
  const isOneMetric = matchers.some(({ name, operator }) => name === metricNameLabel && operator === "=");
  return isOneMetric && !aggregate.grouping.some(isMetadataLabel);
}

/**
 * The aggregation at every step, for every group that has a value at one of them; undefined when the values are such that the
 * engine may have computed something else than PromQL does.
 */
export async function readAggregated(store: Store, wanted: WantedGrids): Promise<ComputedSeries[] | undefined> {
  const { hints, atSteps, query, selector } = wanted;
  const dropsName = hints.call !== undefined && hints.call.name !== "last_over_time";
  const { operator = "", grouping = [], without = false } = hints.aggregate ?? {};
  const { sql, unfit } = operators[operator] as Operator;
  const grid = atSteps.keepsStale
    ? `arrayMap(v -> if(isNull(v) OR reinterpretAsUInt64(ifNull(v, 0)) = ${staleBits}, NULL, v), grid)`
    : "grid";
  const bytes = await store.queryBytes(
    `SELECT names, texts, toUInt8(max(odd)) AS odd, toUInt8(max(inexact)) AS inexact,
       toUInt8(max(arrayExists(v -> ifNull(${unfit}, false), grid))) AS unfit, ${sql} AS grids
     FROM (SELECT series_id, odd, inexact, ${grid} AS grid FROM (${atSteps.sql})) AS computed
     INNER JOIN (
       SELECT series_id, any(${without ? withoutSql : bySql}) AS pairs, pairs.1 AS names, pairs.2 AS texts
       FROM series WHERE ${selector.series} AND ${seriesDaySql} GROUP BY series_id) AS labelled USING (series_id)
     GROUP BY names, texts ${gridSettings}`,
    "Native",
    {
      ...query,
      params: {
        ...query.params,
        ...atSteps.params,
        grouping: [...grouping, ...(without && dropsName ? typeLabels : [])],
      },
    },
  );
  const { groups, unfit: isUnfit, ...flags } = decodeGroups(bytes, hints.steps.count);
  return isUnfit || !(await isFaithful(wanted, flags)) ? undefined : groups;
}

/** They go with the name of the metric. */
const typeLabels = ["__type__", "__unit__"];

/** Names and values of the labels of a series' group. */
const bySql = `({grouping:Array(String)}, arrayMap(name -> labels[name], {grouping:Array(String)}))`;
const keptLabels = "mapFilter((name, text) -> NOT has({grouping:Array(String)}, name), labels)";
const withoutSql = `(CAST(mapKeys(${keptLabels}), 'Array(String)'), mapValues(${keptLabels}))`;

function decodeGroups(bytes: Uint8Array, count: number) {
  const reader = new NativeReader(bytes);
  const groups: ComputedSeries[] = [];
  let [odd, inexact, unfit] = [false, false, false];
  for (let rows = reader.nextBlock(); rows !== undefined; rows = reader.nextBlock()) {
    const names = readTexts(reader, rows);
    const texts = readTexts(reader, rows);
    const flags = readFlags(reader, rows);
    odd ||= flags.odd.includes(1);
    inexact ||= flags.inexact.includes(1);
    reader.column();
    unfit = reader.bytes(rows).includes(1) || unfit;
    readGridColumn(reader, rows, count).forEach((grid, row) => {
      const pairs = (names[row] ?? []).map((name, at) => [name, texts[row]?.[at] ?? ""] as const);
      if (grid.present.includes(1)) groups.push({ labels: Labels.fromEntries(pairs), ...grid });
    });
  }
  return { groups: groups.sort((a, b) => a.labels.compare(b.labels)), odd, inexact, unfit };
}

/** A column of Array(String). */
function readTexts(reader: NativeReader, rows: number): string[][] {
  reader.column();
  const ends = reader.ends(rows);
  return Array.from({ length: rows }, (_unused, row) =>
    Array.from({ length: (ends[row] ?? 0) - (ends[row - 1] ?? 0) }, () => reader.string()),
  );
}
