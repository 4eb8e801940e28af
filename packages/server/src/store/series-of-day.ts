import { limits } from "../model/limits.ts";
import type { Store } from "./store.ts";

/** The series of one metric. */
export interface MetricSeries {
  readonly metric: string;
  /** Their ids: of each the low half, then the high half. */
  readonly ids: Uint32Array;
}

/**
 * The series whose row of `day` (since the epoch) is written. There may be millions, so they come as numbers, not as
 * objects.
 */
export async function readSeriesOfDay(store: Store, day: number): Promise<MetricSeries[]> {
  const bytes = await store.queryBytes(
    `SELECT toString(metric), groupArray(series_id) FROM series WHERE day = toDate({day:UInt16})
     GROUP BY metric SETTINGS max_block_size = 65536`,
    "RowBinary",
    { params: { day }, rowsMax: limits.seriesKnownMax.value, timeoutMs: 120_000 },
  );
  return [...parseRows(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))];
}

/** RowBinary of (String, Array(UInt64)): lengths are varints, ids little-endian. */
function* parseRows(bytes: Buffer): Generator<MetricSeries> {
  let at = 0;
  const length = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const metricBytes = length();
    const metric = bytes.toString("utf8", at, (at += metricBytes));
    const count = length();
    // A copy of its own is aligned.
    const ids = new Uint32Array(new Uint8Array(bytes.subarray(at, (at += count * 8))).buffer);
    yield { metric, ids };
  }
}
