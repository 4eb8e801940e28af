import { describe, expect, it } from "vitest";
import { ProtobufWriter } from "./trace-protobuf-writer.ts";

const written = (write: (writer: ProtobufWriter) => void) => {
  const writer = new ProtobufWriter();
  write(writer);
  return Buffer.from(writer.take()).toString("hex");
};

describe("the protobuf writer", () => {
  it.each<[string, (writer: ProtobufWriter) => void, string]>([
    ["a string", (writer) => writer.string(2, "testing"), "120774657374696e67"],
    ["text beyond ASCII, its length in bytes", (writer) => writer.string(1, "é"), "0a02c3a9"],
    ["a varint of two bytes", (writer) => writer.uint32(1, 150), "089601"],
    ["the largest uint32", (writer) => writer.uint32(1, 0xffff_ffff), "08ffffffff0f"],
    ["an int64 beyond 2^53", (writer) => writer.int64(3, 9_007_199_254_740_993n), "188180808080808010"],
    ["a negative int64 as ten bytes", (writer) => writer.int64(3, -1n), "18ffffffffffffffffff01"],
    ["a fixed64 with all digits", (writer) => writer.fixed64(7, 0x0102_0304_0506_0708n), "390807060504030201"],
    ["a fixed32", (writer) => writer.fixed32(16, 257), "850101010000"],
    ["a double", (writer) => writer.double(4, 0.5), "21000000000000e03f"],
    ["a field number above 15", (writer) => writer.uint32(16, 1), "800101"],
    ["an empty message", (writer) => writer.message(1, () => {}), "0a00"],
    [
      "nested messages",
      (writer) => writer.message(1, () => writer.message(2, () => writer.uint32(1, 1))),
      "0a0412020801",
    ],
  ])("writes %s", (_what, write, bytes) => {
    expect(written(write)).toBe(bytes);
  });

  it("moves a long nested message behind its longer length", () => {
    const hex = written((writer) => {
      writer.message(1, () => writer.bytes(1, Buffer.alloc(200_000, 7)));
      writer.uint32(2, 1);
    });
    const inner = `0ac09a0c${"07".repeat(200_000)}`;
    expect(hex).toBe(`0ac49a0c${inner}1001`);
  });
});
