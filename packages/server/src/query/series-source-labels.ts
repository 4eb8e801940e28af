import { Labels, metricNameLabel } from "@sightglass/promql";
import { limits } from "../model/limits.ts";
import type { QueryOptions, QueryParam, Store } from "../store/store.ts";
import { NativeReader, seriesIdAt } from "./series-source-native.ts";
import { seriesDaySql, type SelectorSql } from "./series-source-sql.ts";

/** More ids than that are not listed; the labels are read by the selector again. */
const listedIdsMax = 2000;

/**
 * The labels of series by their ids. They never change, so what was read once is kept, the oldest given up first past
 * limits.seriesLabelsCachedMax.
 */
export class SeriesLabels {
  readonly #known = new Map<bigint, Labels>();
  readonly #strings = new Map<string, string>();
  readonly #cachedMax: number;

  constructor(cachedMax: number = limits.seriesLabelsCachedMax.value) {
    this.#cachedMax = cachedMax;
  }

  /** Labels of the ids; series whose labels are not stored yet are missing in the answer. */
  async of(
    ids: readonly bigint[],
    selector: SelectorSql,
    { store, params, options }: { store: Store; params: Record<string, QueryParam>; options: QueryOptions },
  ): Promise<Map<bigint, Labels>> {
    const missing = ids.filter((id) => !this.#known.has(id));
    const found = new Map<bigint, Labels>();
    for (const id of ids) {
      const labels = this.#known.get(id);
      if (labels !== undefined) found.set(id, labels);
    }
    if (missing.length === 0) return found;
    const listed = missing.length <= listedIdsMax;
    const which = listed ? "series_id IN (SELECT toUInt64(arrayJoin({ids:Array(String)})))" : seriesDaySql;
    const bytes = await store.queryBytes(
      `${seriesRowsSql} WHERE ${selector.series} AND ${which} LIMIT 1 BY series_id`,
      "Native",
      { ...options, params: { ...selector.params, ...params, ...(listed ? { ids: missing.map(String) } : {}) } },
    );
    const wanted = new Set(missing);
    this.read(bytes, (id, labels) => {
      if (wanted.has(id)) found.set(id, labels);
    });
    return found;
  }

  /** Reads rows of `seriesRowsSql`. */
  read(bytes: Uint8Array, each: (id: bigint, labels: Labels) => void): void {
    readSeriesRows(
      bytes,
      (text) => this.#shared(text),
      (id, make) => {
        let labels = this.#known.get(id);
        if (labels === undefined) {
          labels = make();
          this.#keep(id, labels);
        }
        each(id, labels);
      },
    );
  }

  #keep(id: bigint, labels: Labels): void {
    this.#known.set(id, labels);
    if (this.#known.size <= this.#cachedMax) return;
    const oldest = this.#known.keys().next();
    if (oldest.done !== true) this.#known.delete(oldest.value);
  }

  /** The same string for the same text: label values repeat in thousands of series. */
  #shared(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    if (this.#strings.size >= this.#cachedMax) this.#strings.clear();
    this.#strings.set(text, text);
    return text;
  }
}

/** Columns that `SeriesLabels.read` takes. */
export const seriesRowsSql = `SELECT series_id, CAST(metric, 'String') AS name,
  CAST(mapKeys(labels), 'Array(String)') AS keys, mapValues(labels) AS texts FROM series`;

function readSeriesRows(
  bytes: Uint8Array,
  shared: (text: string) => string,
  each: (id: bigint, make: () => Labels) => void,
): void {
  const reader = new NativeReader(bytes);
  for (let rows = reader.nextBlock(); rows !== undefined; rows = reader.nextBlock()) {
    reader.column();
    const ids = reader.words(rows);
    reader.column();
    const names = Array.from({ length: rows }, () => shared(reader.string()));
    reader.column();
    const ends = reader.ends(rows);
    const keys = Array.from({ length: ends[rows - 1] ?? 0 }, () => shared(reader.string()));
    reader.column();
    reader.ends(rows);
    const values = Array.from({ length: keys.length }, () => shared(reader.string()));
    for (let row = 0; row < rows; row++) {
      each(seriesIdAt(ids, row), () => {
        const entries: (readonly [string, string])[] = [[metricNameLabel, names[row] ?? ""]];
        for (let at = row === 0 ? 0 : (ends[row - 1] ?? 0); at < (ends[row] ?? 0); at++)
          entries.push([keys[at] ?? "", values[at] ?? ""]);
        return Labels.fromEntries(entries);
      });
    }
  }
}
