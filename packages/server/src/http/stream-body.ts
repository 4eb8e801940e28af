/**
 * An answer's body from pieces that are made as the client takes them: never more than one piece waits. When making one
 * fails, the connection breaks off, so that a cut document is never taken for a whole one; when the client goes away, the
 * generator is told.
 */
export function streamBody(pieces: AsyncGenerator<string | Uint8Array>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      async cancel() {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
