import { describe, expect, it } from "vitest";
import { SightglassError } from "../../model/errors.ts";
import { mutate } from "../testing/mutate.ts";
import { SeededRandom } from "../testing/random.ts";
import { framedSnappy, snappy } from "../testing/write-messages.ts";
import { snappyDecompressAny } from "./snappy-framed.ts";

const text = (bytes: number) => Buffer.from("pipeline.records.read ".repeat(Math.ceil(bytes / 22))).subarray(0, bytes);

function decompress(compressed: Buffer, bytesMax = Infinity): Buffer {
  let total = 0;
  return snappyDecompressAny(compressed, (bytes) => {
    total += bytes;
    if (total > bytesMax) throw new SightglassError("payload_too_large", "too large");
  });
}

describe("Snappy of either format", () => {
  it.each([0, 1, 65_536, 65_537, 200_000])("gives back %i bytes", (bytes) => {
    expect(decompress(framedSnappy(text(bytes))).equals(text(bytes))).toBe(true);
    expect(decompress(snappy(text(bytes))).equals(text(bytes))).toBe(true);
  });

  it("takes chunks that are not compressed, and skips padding and reserved ones", () => {
    const plain = Buffer.from([0x01, 7, 0, 0, 0, 0, 0, 0, ...Buffer.from("abc")]);
    const skipped = [Buffer.from([0xfe, 2, 0, 0, 0, 0]), Buffer.from([0x80, 1, 0, 0, 9])];
    expect(decompress(Buffer.concat([framedSnappy(text(10)), ...skipped, plain])).toString()).toBe(
      `${text(10).toString()}abc`,
    );
  });

  it.each([
    ["a header that is cut off", [0x00, 1], "cut off"],
    ["a chunk that is cut off", [0x00, 9, 0, 0, 1], "cut off"],
    ["a chunk without a checksum", [0x00, 2, 0, 0, 1, 1], "no checksum"],
    ["a kind that must be understood", [0x02, 1, 0, 0, 1], "unknown kind 2"],
    ["a chunk that says it is too long", [0x00, 8, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f], "more than 65536"],
  ])("refuses %s", (_name, bytes, message) => {
    expect(() => decompress(Buffer.concat([framedSnappy(text(5)), Buffer.from(bytes)]))).toThrow(message);
  });

  it.each([
    ["framed", framedSnappy],
    ["a block", snappy],
  ])("makes no more than it may: %s", (_name, compress) => {
    expect(() => decompress(compress(text(300_000)), 100_000)).toThrow("too large");
  });

  it("gives an error of the catalogue or bytes for what is damaged", () => {
    const random = new SeededRandom(7);
    const framed = framedSnappy(text(3000));
    let errors = 0;
    for (let round = 0; round < 2000; round++) {
      try {
        decompress(Buffer.from(mutate(framed, framed, random)));
      } catch (error) {
        expect(error).toBeInstanceOf(SightglassError);
        errors++;
      }
    }
    expect(errors).toBeGreaterThan(50);
  });
});
