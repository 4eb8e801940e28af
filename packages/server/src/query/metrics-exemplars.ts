import { parse, walk, type Labels, type VectorSelector } from "@sightglass/promql";
import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import type { SeriesLabels } from "./series-source-labels.ts";
import { ofSelectorSql, selectorSql, timeParams, timeSql } from "./series-source-sql.ts";

export interface Exemplar {
  labels: Record<string, string>;
  value: number;
  timeMs: number;
}

export interface SeriesExemplars {
  labels: Labels;
  exemplars: Exemplar[];
}

interface Row {
  id: string;
  ms: number;
  value: number | "nan" | "inf" | "-inf";
  labels: Record<string, string>;
}

/** Exemplars of every series that the selectors of a query name. @throws PromqlError parse */
export async function readExemplars(
  store: Store,
  labels: SeriesLabels,
  { query, startMs, endMs, signal }: { query: string; startMs: number; endMs: number; signal?: AbortSignal },
): Promise<SeriesExemplars[]> {
  const selectors: VectorSelector[] = [];
  walk(parse(query), (node) => {
    if (node.kind === "vectorSelector") selectors.push(node);
  });
  const found = new Map<string, SeriesExemplars>();
  const options = signal === undefined ? {} : { signal };
  for (const { matchers } of selectors) {
    const selector = selectorSql(matchers);
    // Both ends belong to the answer.
    const params = { ...selector.params, ...timeParams({ afterMs: startMs - 1, untilMs: endMs }) };
    const rows = await store.query<Row>(
      `SELECT toString(series_id) AS id, toUnixTimestamp64Milli(time) AS ms, value, labels FROM exemplars
       WHERE ${ofSelectorSql(selector)} AND time > ${timeSql("afterMs")} AND time <= ${timeSql("untilMs")}
       ORDER BY series_id, time LIMIT ${limits.exemplarsMax.value}`,
      { ...options, params },
    );
    const ids = [...new Set(rows.map(({ id }) => BigInt(id)))];
    const known = await labels.of(ids, selector, { store, params, options });
    for (const row of rows) add(found, known.get(BigInt(row.id)), row);
  }
  return [...found.values()].sort((a, b) => a.labels.compare(b.labels));
}

const nonFinite = { nan: NaN, inf: Infinity, "-inf": -Infinity } as const;

/** Two selectors of a query may name the same series: its exemplars count once. */
function add(found: Map<string, SeriesExemplars>, series: Labels | undefined, row: Row): void {
  if (series === undefined) return;
  const value = typeof row.value === "number" ? row.value : nonFinite[row.value];
  const exemplar = { labels: row.labels, value, timeMs: row.ms };
  const known = found.get(series.key);
  if (known === undefined) found.set(series.key, { labels: series, exemplars: [exemplar] });
  else {
    const last = known.exemplars.at(-1);
    if (last === undefined || last.timeMs < row.ms || last.value !== value) known.exemplars.push(exemplar);
  }
}
