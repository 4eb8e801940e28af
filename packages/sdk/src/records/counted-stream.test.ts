import { beforeEach, describe, expect, it } from "vitest";
import { counted } from "./counted.ts";

let records = 0;
let bytes = 0;
beforeEach(() => {
  records = 0;
  bytes = 0;
});
const count = <T>(source: ReadableStream<T>) =>
  counted(source, {
    records: (more) => void (records += more),
    bytes: (more) => void (bytes += more),
  }) as unknown as ReadableStream<T>;
const ofBytes = () => {
  let next = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      next += 1;
      if (next > 3) {
        controller.close();
        controller.byobRequest?.respond(0);
      } else controller.enqueue(new Uint8Array(4).fill(next));
    },
  });
};

describe("a Web stream that is counted", () => {
  it("of bytes can still be read into buffers of the reader's own", async () => {
    const reader = count(ofBytes()).getReader({ mode: "byob" });
    const read: number[] = [];
    for (let buffer = new ArrayBuffer(3); ;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done) break;
      read.push(...value);
      ({ buffer } = value);
    }
    expect(read).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    expect([records, bytes]).toEqual([0, 12]);
  });

  it("of bytes keeps its pieces for readers that bring none", async () => {
    const pieces: number[] = [];
    for await (const piece of count(ofBytes())) pieces.push((piece as Uint8Array).byteLength);
    expect(pieces).toEqual([4, 4, 4]);
    expect(bytes).toBe(12);
  });

  it.each([false, true])(
    "is read only as it is asked for, and passes cancellation on (bytes: %s)",
    async (isOfBytes) => {
      let pulls = 0;
      let cancelled: unknown;
      const source = new ReadableStream(
        {
          ...(isOfBytes ? { type: "bytes" as const } : {}),
          pull(controller: ReadableStreamDefaultController | ReadableByteStreamController) {
            pulls += 1;
            controller.enqueue(isOfBytes ? new Uint8Array(1) : (pulls as never));
          },
          cancel: (reason: unknown) => void (cancelled = reason),
        } as unknown as UnderlyingDefaultSource,
        { highWaterMark: 0 },
      );
      const reader = count(source).getReader();
      expect(pulls).toBe(0);
      await reader.read();
      await reader.read();
      expect([pulls, records + bytes]).toEqual([2, 2]);
      await reader.cancel("enough");
      expect(cancelled).toBe("enough");
    },
  );

  it("passes errors on, the same object", async () => {
    const error = new Error("broken");
    const source = new ReadableStream({ pull: (controller) => controller.error(error) });
    await expect(count(source).getReader().read()).rejects.toBe(error);
  });

  it("is a stream again, whoever made it", async () => {
    const own = new ReadableStream({
      start(controller) {
        controller.enqueue({ id: 1 });
        controller.close();
      },
    });
    // As a package for older browsers makes them: not an instance of the global class.
    const foreign = {
      getReader: (options?: { mode: "byob" }) => own.getReader(options as undefined),
      [Symbol.asyncIterator]: () => own[Symbol.asyncIterator](),
      locked: false,
    };
    const text = count(foreign as unknown as ReadableStream).pipeThrough(new TransformStream());
    expect(await text.getReader().read()).toEqual({ done: false, value: { id: 1 } });
    expect(records).toBe(1);
  });
});
