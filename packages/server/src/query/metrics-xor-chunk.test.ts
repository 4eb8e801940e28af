import { isStaleAt, writeStale } from "@sightglass/promql";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../decode/testing/random.ts";
import { crc32c } from "./metrics-crc32c.ts";
import { xorChunk } from "./metrics-xor-chunk.ts";

/** Reads a chunk as tsdb/chunkenc/xor.go does. */
function readChunk(bytes: Uint8Array): { timesMs: number[]; values: Float64Array } {
  let bit = 0;
  const read = (width: number): bigint => {
    let value = 0n;
    for (; width > 0; width--, bit++) value = (value << 1n) | BigInt(((bytes[bit >>> 3] ?? 0) >>> (7 - (bit & 7))) & 1);
    return value;
  };
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = read(8);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return value;
      shift += 7n;
    }
  };
  const signed = (width: number): bigint => {
    const value = read(width);
    return value > 1n << BigInt(width - 1) ? value - (1n << BigInt(width)) : value;
  };
  const count = Number(read(16));
  const timesMs: number[] = [];
  const words = new BigUint64Array(count);
  let [timeMs, delta, word, leading, trailing] = [0n, 0n, 0n, 0, 0];
  for (let index = 0; index < count; index++) {
    if (index === 0) {
      const zigzag = varint();
      timeMs = zigzag % 2n === 0n ? zigzag / 2n : -(zigzag + 1n) / 2n;
      word = read(64);
    } else {
      if (index === 1) delta = varint();
      else if (read(1) === 1n) {
        const width = read(1) === 0n ? 14 : read(1) === 0n ? 17 : read(1) === 0n ? 20 : 64;
        delta += width === 64 ? BigInt.asIntN(64, read(64)) : signed(width);
      }
      timeMs += delta;
      if (read(1) === 1n) {
        if (read(1) === 1n) {
          leading = Number(read(5));
          const significant = Number(read(6)) || 64;
          trailing = 64 - leading - significant;
        }
        word ^= read(64 - leading - trailing) << BigInt(trailing);
      }
    }
    timesMs.push(Number(timeMs));
    words[index] = word;
  }
  return { timesMs, values: new Float64Array(words.buffer) };
}

describe("XOR chunks", () => {
  it("hold times and the bits of values", () => {
    const random = new SeededRandom(9);
    for (let round = 0; round < 300; round++) {
      const count = 1 + random.below(120);
      let timeMs = random.pick([0, -5, 1_795_176_000_000, -1_795_176_000_000]);
      const jumps = [15_000, 15_001, 14_990, 1, 8191, 8192, 8193, 65_536, 524_288, 524_289, 1e9, 1e12];
      const timesMs = Float64Array.from(
        { length: count },
        () => (timeMs += random.below(4) ? 15_000 : random.pick(jumps)),
      );
      const values = Float64Array.from({ length: count }, (_unused, index) =>
        random.pick([index, index, 0, -0, NaN, Infinity, random.next() / 7, 5e-324, -1e308]),
      );
      if (random.below(3) === 0) writeStale(values, random.below(count));
      const read = readChunk(xorChunk(timesMs, values, 0, count));
      expect(read.timesMs, `round ${round}`).toEqual([...timesMs]);
      expect(new BigUint64Array(read.values.buffer), `round ${round}`).toEqual(new BigUint64Array(values.buffer));
      expect(isStaleAt(read.values, 0)).toBe(isStaleAt(values, 0));
    }
  });
});

describe("CRC-32C", () => {
  // RFC 3720, B.4.
  it.each([
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_unused, index) => index), 0x46dd794e],
  ])("of %j", (bytes, expected) => expect(crc32c(bytes)).toBe(expected));
});
