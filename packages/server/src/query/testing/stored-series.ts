import { Labels, metricNameLabel } from "@sightglass/promql";
import type { Store } from "../../store/store.ts";

export interface SampleFixture {
  timeMs: number;
  value: number | "stale";
  startMs?: number;
}

export interface SeriesFixture {
  labels: Readonly<Record<string, string>>;
  samples: readonly SampleFixture[];
  /** Native histograms, as the protobuf that is stored, in hexadecimal. */
  histograms?: readonly { timeMs: number; hex: string }[];
  /** Where the samples lie: rows as they come (default), chunks, or the older half chunks and the rest rows. */
  stored?: "rows" | "chunks" | "both";
}

const bits = new DataView(new ArrayBuffer(8));

function bitsOf(value: number | "stale"): string {
  if (value === "stale") return "9218868437227405314";
  bits.setFloat64(0, value);
  return bits.getBigUint64(0).toString();
}

/** FNV-1a over the labels: any id will do, as long as equal labels have the same. */
export function fixtureSeriesId(labels: Readonly<Record<string, string>>): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(Labels.of(labels).key))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}

/** Puts series and their samples into the store. */
export async function insertSeries(store: Store, fixtures: readonly SeriesFixture[]): Promise<void> {
  const days = new Map<string, object>();
  const rows: object[] = [];
  const chunks: object[] = [];
  const histograms: object[] = [];
  for (const { labels, samples, stored = "rows", histograms: natives = [] } of fixtures) {
    const { [metricNameLabel]: metric = "", ...others } = labels;
    const id = fixtureSeriesId(labels).toString();
    for (const { timeMs } of [...samples, ...natives]) {
      const day = new Date(timeMs).toISOString().slice(0, 10);
      days.set(`${id} ${day}`, { day, metric, id, labels: others });
    }
    const folded = stored === "chunks" ? samples.length : stored === "both" ? Math.ceil(samples.length / 2) : 0;
    const asRow = ({ timeMs, value, startMs = 0 }: SampleFixture) => ({ timeMs, bits: bitsOf(value), startMs });
    chunks.push(...chunksOf(samples.slice(0, folded)).map((part) => ({ metric, id, part: part.map(asRow) })));
    rows.push(...samples.slice(folded).map((sample) => ({ metric, id, ...asRow(sample) })));
    histograms.push(...natives.map(({ timeMs, hex }) => ({ metric, id, timeMs, hex })));
  }
  await insertAll(store, { days: [...days.values()], rows, chunks, histograms });
}

/** As the fold makes them: ascending, one sample at a time. */
function chunksOf(given: readonly SampleFixture[]): SampleFixture[][] {
  const chunks = new Map<number, SampleFixture[]>();
  const samples = [...new Map(given.map((sample) => [sample.timeMs, sample])).values()];
  for (const sample of samples.sort((a, b) => a.timeMs - b.timeMs)) {
    const start = Math.floor(sample.timeMs / 1_800_000);
    chunks.set(start, [...(chunks.get(start) ?? []), sample]);
  }
  return [...chunks.values()];
}

/** Lines in texts that fit into a statement, which may have 256 KiB. */
function batches(lines: readonly string[]): string[] {
  const texts: string[] = [];
  let batch: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length > 180_000) {
      texts.push(batch.join("\n"));
      batch = [];
      length = 0;
    }
    batch.push(line);
    length += line.length;
  }
  return batch.length === 0 ? texts : [...texts, batch.join("\n")];
}

async function insertAll(
  store: Store,
  { days, rows, chunks, histograms }: { days: object[]; rows: object[]; chunks: object[]; histograms: object[] },
): Promise<void> {
  const insert = async (table: string, select: string, types: string, values: object[]): Promise<void> => {
    for (const text of batches(values.map((value) => JSON.stringify(value)))) {
      const quoted = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
      await store.execute(`INSERT INTO ${table} SELECT ${select} FROM format(JSONEachRow, '${types}', '${quoted}')`);
    }
  };
  const time = (name: string): string => `fromUnixTimestamp64Milli(${name}, 'UTC')`;
  await insert(
    "series (day, metric, series_id, labels)",
    "toDate(day), metric, id, labels",
    "day String, metric String, id UInt64, labels Map(String, String)",
    days,
  );
  await insert(
    "samples (received_at, metric, series_id, time, value, start_time)",
    `${time("timeMs")}, metric, id, ${time("timeMs")}, reinterpretAsFloat64(bits), ${time("startMs")}`,
    "metric String, id UInt64, timeMs Int64, bits UInt64, startMs Int64",
    rows,
  );
  await insert(
    "sample_chunks (day, metric, series_id, chunk_start, times, values, start_times)",
    `toDate(${time("part[1].1")}), metric, id, toStartOfInterval(toDateTime(${time("part[1].1")}, 'UTC'), INTERVAL 30 MINUTE),
     arrayMap(s -> ${time("s.1")}, part), arrayMap(s -> reinterpretAsFloat64(s.2), part), arrayMap(s -> ${time("s.3")}, part)`,
    "metric String, id UInt64, part Array(Tuple(timeMs Int64, bits UInt64, startMs Int64))",
    chunks,
  );
  await insert(
    "histogram_samples (received_at, metric, series_id, time, start_time, histogram)",
    `${time("timeMs")}, metric, id, ${time("timeMs")}, toDateTime64(0, 3, 'UTC'), unhex(hex)`,
    "metric String, id UInt64, timeMs Int64, hex String",
    histograms,
  );
}
