import { countedStream } from "./counted-stream.ts";

/** Anything that yields records: an array, a generator, a database cursor, a Node or Web stream. */
export type Records<T> = Iterable<T> | AsyncIterable<T>;

export function isAsync<T>(source: Records<T>): source is AsyncIterable<T> {
  // A text is iterable as well, and no object.
  return Symbol.asyncIterator in Object(source);
}

/** Web streams, by what tells them from other things that can be iterated: whose `ReadableStream` it is does not matter. */
export interface WebStream extends AsyncIterable<unknown> {
  getReader(): unknown;
}

export interface Counters {
  records(count: number): void;
  bytes(count: number): void;
}

/**
 * The records of `source`, each counted as it passes. Byte arrays are pieces of a stream, not records: only their bytes
 * count.
 */
export function counted<T>(source: Records<T>, counters: Counters): Records<T> {
  const tell = (record: T) => {
    if (record instanceof Uint8Array) counters.bytes(record.byteLength);
    else counters.records(1);
  };
  if (!isAsync(source)) return countedSync(source, tell);
  return isWebStream(source) ? countedStream(source, tell) : countedAsync(source, tell);
}

function isWebStream<T>(source: AsyncIterable<T>): source is ReadableStream<T> & AsyncIterable<T> {
  return typeof (source as Partial<WebStream>).getReader === "function";
}

async function* countedAsync<T>(source: AsyncIterable<T>, tell: (record: T) => void): AsyncGenerator<T, void, void> {
  for await (const record of source) {
    tell(record);
    yield record;
  }
}

function* countedSync<T>(source: Iterable<T>, tell: (record: T) => void): Generator<T, void, void> {
  for (const record of source) {
    tell(record);
    yield record;
  }
}

/** Groups records into arrays of `size`; the last one may be smaller. */
export async function* inBatches<T>(source: Records<T>, size: number): AsyncGenerator<T[], void, void> {
  let batch: T[] = [];
  for await (const record of source) {
    batch.push(record);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
