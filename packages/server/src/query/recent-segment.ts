import { NativeReader } from "./series-source-native.ts";

/** Takes the samples of one metric out of a segment, row by row. */
export interface RowSink {
  /** `values[row]` is the value; a NaN keeps its bits only if it is copied as a whole element. */
  add(idLow: number, idHigh: number, timeMs: number, values: Float64Array, row: number): void;
}

const widths: Readonly<Record<string, number>> = {
  "DateTime64(3, 'UTC')": 8,
  UInt64: 8,
  Float64: 8,
  Bool: 1,
  UInt8: 1,
};

/**
 * Hands the rows of a segment of samples (decode/metrics/sample-block.ts) to the sinks of their metrics. `sinkOf` is asked
 * for every metric of a block, which of a segment of histograms is all that is of interest.
 * @throws RangeError when it has a column of a type that is not known here
 */
export function readSegmentRows(bytes: Uint8Array, sinkOf: (metric: string) => RowSink | undefined): void {
  const reader = new NativeReader(bytes);
  for (;;) {
    const columns = reader.nextColumns();
    if (columns === undefined) return;
    readBlock(reader, columns, sinkOf);
  }
}

function readBlock(
  reader: NativeReader,
  { columnCount, rows }: { columnCount: number; rows: number },
  sinkOf: (metric: string) => RowSink | undefined,
): void {
  let metrics: ReturnType<NativeReader["lowCardinality"]> | undefined;
  let ids: Uint32Array = new Uint32Array();
  let times: Uint32Array = new Uint32Array();
  let values: Float64Array = new Float64Array();
  for (let column = 0; column < columnCount; column++) {
    const { name, type } = reader.header();
    if (type === "LowCardinality(String)") {
      const read = reader.lowCardinality();
      if (name === "metric") metrics = read;
    } else if (name === "series_id") ids = reader.words(rows);
    else if (name === "time") times = reader.words(rows);
    else if (name === "value") values = reader.floats(rows);
    else if (type === "String") for (let row = 0; row < rows; row++) reader.stringBytes();
    else reader.skipBytes(rows * widthOf(type));
  }
  if (metrics === undefined) throw new RangeError("a block of samples has no metric");
  const { texts, numbers } = metrics;
  const sinks = texts.map(sinkOf);
  if (sinks.every((sink) => sink === undefined)) return;
  for (let row = 0; row < rows; row++) {
    const sink = sinks[numbers[row] as number];
    if (sink === undefined) continue;
    const timeMs = ((times[row * 2 + 1] as number) | 0) * 2 ** 32 + (times[row * 2] as number);
    sink.add(ids[row * 2] as number, ids[row * 2 + 1] as number, timeMs, values, row);
  }
}

function widthOf(type: string): number {
  const width = widths[type];
  if (width === undefined) throw new RangeError(`a block of samples has a column of the unknown type ${type}`);
  return width;
}
