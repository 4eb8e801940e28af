import { uncompress } from "snappyjs";
import { describe, expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { mutate } from "../testing/mutate.ts";
import { SeededRandom } from "../testing/random.ts";
import { snappy } from "../testing/write-messages.ts";
import { SnappyDecompressor, snappyDecompress, snappyLength } from "./snappy.ts";

const kept = new SnappyDecompressor();
const random = new SeededRandom(5);
const words = ["job", "instance", "__name__", "prometheus_tsdb_head_samples_appended_total", "\0\0\0\0", "x"];

function text(bytes: number): Buffer {
  const parts: string[] = [];
  for (let length = 0; length < bytes; length += parts.at(-1)!.length)
    parts.push(random.pick(words) + random.below(99));
  return Buffer.from(parts.join("")).subarray(0, bytes);
}

describe("Snappy", () => {
  it.each([0, 1, 59, 60, 61, 255, 256, 257, 4096, 70_000, 1_000_000])("decompresses %i bytes", (bytes) => {
    const original = text(bytes);
    expect(snappyLength(snappy(original))).toBe(bytes);
    expect(Buffer.from(snappyDecompress(snappy(original))).equals(original)).toBe(true);
    expect(Buffer.from(kept.decompress(snappy(original))).equals(original)).toBe(true);
    const noise = Buffer.from(Array.from({ length: Math.min(bytes, 10_000) }, () => random.below(256)));
    expect(Buffer.from(snappyDecompress(snappy(noise))).equals(noise)).toBe(true);
  });

  it("refuses what is damaged, or says a length it cannot have", () => {
    for (const bytes of [[], [0x80], [5, 0x00, 0x41], [4, 0x01, 0x00], [0xff, 0xff, 0xff, 0xff, 0x0f, 0x00]]) {
      expect(() => snappyDecompress(Uint8Array.from(bytes))).toThrow("not a Snappy block");
    }
  });

  it("gives what another decoder gives, or an error, for damaged blocks", () => {
    const block = snappy(text(3000));
    let same = 0;
    for (let round = 0; round < 3000; round++) {
      const damaged = mutate(block, block, random);
      let ours: Uint8Array;
      try {
        ours = snappyDecompress(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(SightglassError);
        continue;
      }
      expect(Buffer.from(ours).equals(Buffer.from(uncompress(Uint8Array.from(damaged))))).toBe(true);
      same++;
    }
    expect(same).toBeGreaterThan(50);
  });
});
