import { Labels, type RangeComputer } from "@sightglass/promql";
import type { QueryOptions, Store } from "../store/store.ts";
import type { GridColumns } from "./series-source-grid.ts";
import { NativeReader, seriesIdAt } from "./series-source-native.ts";
import { joinStretches, readSamples, type SampleColumns } from "./series-source-samples.ts";
import { chunksSql, inPieces, rowsSql, type SelectorSql } from "./series-source-sql.ts";

/** Series computed without letting anything else run: a few milliseconds. */
const seriesAtOnce = 256;

export interface Slices {
  readonly selector: SelectorSql;
  readonly count: number;
  readonly query: QueryOptions;
  readonly compute: RangeComputer;
  /** More values are not kept: a value is one of a series at a step. */
  readonly valuesMax: number;
}

/**
 * A function over the samples of many series, read slice by slice of the series, and computed here: more samples than memory
 * holds, to the last bit as if they all had been there. The next slice is read while one is computed.
 * @returns undefined when there would be more values than may be kept
 */
export async function computeInSlices(
  store: Store,
  { selector, count, query, compute, valuesMax }: Slices,
): Promise<Map<bigint, GridColumns> | undefined> {
  const computed = new Map<bigint, GridColumns>();
  let values = 0;
  const slices = inPieces(selector, count);
  let reading = readSlice(store, slices[0] ?? selector, query);
  for (let slice = 1; slice <= count; slice++) {
    const series = await reading;
    const next = slices[slice];
    if (next !== undefined) {
      reading = readSlice(store, next, query);
      // If what follows fails first, nobody waits for it any more.
      reading.catch(() => undefined);
    }
    let done = 0;
    for (const [id, { timesMs, values: samples }] of series) {
      if (++done % seriesAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
      const grid = compute({ labels: Labels.empty, timestampsMs: timesMs, values: samples });
      if (grid === undefined) continue;
      computed.set(id, { values: grid.values, present: grid.present });
      values += grid.values.length;
      if (values > valuesMax) return undefined;
    }
  }
  return computed;
}

/** Rows first: what is folded between the two is in the chunks by then. */
async function readSlice(
  store: Store,
  selector: SelectorSql,
  query: QueryOptions,
): Promise<ReadonlyMap<bigint, SampleColumns>> {
  const rows = readSamples(
    await store.queryBytes(
      `SELECT series_id, toFloat64(toUnixTimestamp64Milli(time)) AS ms, value ${rowsSql(selector)}`,
      "Native",
      query,
    ),
    { starts: false },
  );
  const chunks = await store.queryBytes(
    `SELECT series_id, times, values ${chunksSql(selector)} ORDER BY series_id, chunk_start`,
    "Native",
    query,
  );
  return readChunks(chunks, rows);
}

/** Chunks, and rows beside them, by series. Chunks that follow one another in a block are one stretch of it. */
export function readChunks(
  bytes: Uint8Array,
  rows: ReadonlyMap<bigint, SampleColumns>,
): ReadonlyMap<bigint, SampleColumns> {
  const stretches = new Map<bigint, SampleColumns[]>();
  const add = (id: bigint, part: SampleColumns): void => {
    const known = stretches.get(id);
    if (known === undefined) stretches.set(id, [part]);
    else known.push(part);
  };
  const reader = new NativeReader(bytes);
  for (let count = reader.nextBlock(); count !== undefined; count = reader.nextBlock()) {
    reader.column();
    const ids = reader.words(count);
    reader.column();
    const ends = reader.ends(count);
    const timesMs = reader.milliseconds(ends[count - 1] ?? 0);
    reader.column();
    reader.ends(count);
    const values = reader.floats(timesMs.length);
    for (let row = 0, from = 0; row < count; row++) {
      const to = ends[row] as number;
      const goesOn =
        row + 1 < count &&
        ids[row * 2 + 2] === ids[row * 2] &&
        ids[row * 2 + 3] === ids[row * 2 + 1] &&
        (timesMs[to] as number) > (timesMs[to - 1] as number);
      if (goesOn) continue;
      if (to > from)
        add(seriesIdAt(ids, row), { timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) });
      from = to;
    }
  }
  for (const [id, part] of rows) add(id, part);
  const series = new Map<bigint, SampleColumns>();
  for (const [id, parts] of stretches) series.set(id, joinStretches(parts));
  return series;
}
