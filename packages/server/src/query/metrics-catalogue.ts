import { metricNameLabel, type Labels, type Matcher } from "@sightglass/promql";
import { limits } from "../model/limits.ts";
import type { QueryOptions, QueryParam, Store } from "../store/store.ts";
import { seriesRowsSql, type SeriesLabels } from "./series-source-labels.ts";
import { selectorSql, seriesDaySql, timeParams } from "./series-source-sql.ts";

/** Which series are meant: those that match any of the selectors (all, when there is none) and were seen in the time. */
export interface CatalogueRange {
  selectors: readonly (readonly Matcher[])[];
  startMs?: number;
  endMs?: number;
  /** 0 or absent: no limit but that on series. */
  limit?: number;
  signal?: AbortSignal;
}

export interface LabelValuesWanted extends CatalogueRange {
  name: string;
}

/** Series that were seen on the days of the time. Labels are kept by the day, so the answer is about days. */
export async function listSeries(store: Store, labels: SeriesLabels, range: CatalogueRange): Promise<Labels[]> {
  const { condition, options } = rangeSql(range);
  const bytes = await store.queryBytes(
    `${seriesRowsSql} WHERE ${condition} LIMIT 1 BY series_id ${limitSql(range)}`,
    "Native",
    options,
  );
  const found: Labels[] = [];
  labels.read(bytes, (_id, each) => found.push(each));
  const sorted = found.sort((a, b) => a.compare(b));
  // One that is derived here and comes in as well has two ids (series-source-twins.ts).
  return sorted.filter((each, index) => index === 0 || each.compare(sorted[index - 1] as Labels) !== 0);
}

export async function listLabelNames(store: Store, range: CatalogueRange): Promise<string[]> {
  const { condition, options } = rangeSql(range);
  const rows = await store.query<{ name: string }>(
    `SELECT DISTINCT arrayJoin(arrayConcat(CAST(mapKeys(labels), 'Array(String)'), ['${metricNameLabel}'])) AS name
     FROM series WHERE ${condition} ORDER BY name ${limitSql(range)}`,
    options,
  );
  return rows.map(({ name }) => name);
}

export async function listLabelValues(store: Store, { name, ...range }: LabelValuesWanted): Promise<string[]> {
  const { condition, options } = rangeSql(range);
  const column = name === metricNameLabel ? "CAST(metric, 'String')" : "labels[{labelName:String}]";
  const rows = await store.query<{ value: string }>(
    `SELECT DISTINCT ${column} AS value FROM series WHERE ${condition} AND value != '' ORDER BY value ${limitSql(range)}`,
    { ...options, params: { ...options.params, labelName: name } },
  );
  return rows.map(({ value }) => value);
}

function rangeSql(range: CatalogueRange): { condition: string; options: QueryOptions & { params: object } } {
  const { selectors, startMs, endMs, signal } = range;
  const params: Record<string, QueryParam> = {};
  const conditions = selectors.map((matchers, index) => {
    const selector = selectorSql(matchers);
    // Each selector numbers its parameters from 0.
    let sql = selector.series;
    for (const [name, value] of Object.entries(selector.params)) {
      params[`s${index}_${name}`] = value;
      sql = sql.replaceAll(`{${name}:`, `{s${index}_${name}:`);
    }
    return `(${sql})`;
  });
  const all = [conditions.length === 0 ? "1" : `(${conditions.join(" OR ")})`];
  if (startMs !== undefined) all.push(seriesDaySql);
  Object.assign(params, timeParams({ afterMs: startMs ?? 0, untilMs: endMs ?? 0 }));
  return {
    condition: all.join(" AND "),
    options: {
      params,
      rowsMax: limits.metricSeriesMax.value + 1,
      ...(signal === undefined ? {} : { signal }),
    },
  };
}

/** One more than asked for, so that the caller sees that there is more. */
function limitSql({ limit = 0 }: CatalogueRange): string {
  return limit > 0 && Number.isInteger(limit) ? `LIMIT ${limit + 1}` : "";
}
