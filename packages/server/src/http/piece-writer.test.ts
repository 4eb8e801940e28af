import { formatSampleValue } from "@sightglass/promql";
import { describe, expect, it } from "vitest";
import { PieceWriter } from "./piece-writer.ts";

const joined = (writer: PieceWriter): string => Buffer.concat(writer.takeAll()).toString();

describe("a document in pieces", () => {
  it.each([
    0,
    -0,
    7,
    -7,
    10,
    99,
    100,
    999_999_999,
    1e9,
    -999_999_999,
    -1e9,
    2 ** 31,
    0.5,
    1e-6,
    1e-7,
    5e-324,
    1e20,
    1e21,
    1.7976931348623157e308,
    -1e300,
    NaN,
    Infinity,
    -Infinity,
  ])("writes %d as the format says", (value) => {
    const writer = new PieceWriter();
    writer.number(value, formatSampleValue);
    expect(joined(writer)).toBe(formatSampleValue(value));
  });

  it("is whole, whatever the pieces are", () => {
    const writer = new PieceWriter();
    const source = Buffer.from("0123456789");
    let expected = "";
    for (let index = 0; index < 60_000; index++) {
      writer.number(index * 997, String);
      writer.text(`"é${index}\u{1f600}"`);
      writer.copy(source, index % 3, 5 + (index % 5));
      expected += `${index * 997}"é${index}\u{1f600}"${"0123456789".slice(index % 3, 5 + (index % 5))}`;
    }
    const long = "x".repeat(1_000_000);
    writer.text(long);
    expect(writer.hasFull).toBe(true);
    const pieces = writer.takeFull();
    expect(writer.hasFull).toBe(false);
    expect(Buffer.concat(pieces).toString() + joined(writer)).toBe(expected + long);
  });
});
