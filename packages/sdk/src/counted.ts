/** Anything that yields records: an array, a generator, a database cursor, a Node or Web stream. */
export type Records<T> = Iterable<T> | AsyncIterable<T>;

export function isAsync<T>(source: Records<T>): source is AsyncIterable<T> {
  return Symbol.asyncIterator in source;
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
  return isAsync(source) ? countedAsync(source, tell) : countedSync(source, tell);
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
