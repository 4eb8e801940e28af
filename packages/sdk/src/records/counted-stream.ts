type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The stream with each of its records told as it passes: a stream again, of bytes where it was one of bytes (whose readers may bring
 * their own buffers). Nothing is read before it is asked for; ends, errors and cancellation pass through.
 */
export function countedStream<T>(source: ReadableStream<T>, tell: (record: T) => void): ReadableStream<T> {
  if (isOfBytes(source)) return countedBytes(source, tell);
  const reader = source.getReader();
  const pull = async (controller: ReadableStreamDefaultController<T>) => {
    const { done, value } = await reader.read();
    if (done) {
      controller.close();
      return;
    }
    tell(value);
    controller.enqueue(value);
  };
  return new ReadableStream<T>({ pull, cancel: (reason) => reader.cancel(reason) }, { highWaterMark: 0 });
}

/** No stream says of itself that it is one of bytes, but only such a one gives a reader that brings its own buffers. */
function isOfBytes<T>(source: ReadableStream<T>): source is ReadableStream<T & Bytes> {
  if (source.locked) return false;
  try {
    source.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

function countedBytes<T>(source: ReadableStream<T & Bytes>, tell: (bytes: T) => void): ReadableStream<T> {
  // One at a time: which kind it has to be is known when somebody asks.
  let reader: ReadableStreamDefaultReader<T & Bytes> | ReadableStreamBYOBReader = source.getReader();
  const next = async (bytesMax: number | undefined) => {
    reader.releaseLock();
    if (bytesMax === undefined) return await (reader = source.getReader()).read();
    return await (reader = source.getReader({ mode: "byob" })).read(new Uint8Array(bytesMax));
  };
  const pull = async (controller: ReadableByteStreamController) => {
    const view = controller.byobRequest?.view ?? undefined;
    const { done, value } = await next(view?.byteLength);
    if (done) {
      controller.close();
      controller.byobRequest?.respond(0);
      return;
    }
    tell(value as T & Bytes);
    if (view === undefined) {
      controller.enqueue(value);
      return;
    }
    new Uint8Array(view.buffer, view.byteOffset).set(value);
    controller.byobRequest?.respond(value.byteLength);
  };
  const counted = new ReadableStream({ type: "bytes", pull, cancel: (reason) => reader.cancel(reason) });
  return counted as ReadableStream<unknown> as ReadableStream<T>;
}
