import { describe, expect, it } from "vitest";
import { ByteSource } from "../native/byte-source.ts";
import { canonicalLabels, eachLabel, labelFaults } from "./canonical-labels.ts";
import { hashSeries, SeriesId } from "./series-id.ts";

function idOf(labels: [string, string][]): string {
  const bytes = canonicalLabels(labels);
  const id = new SeriesId();
  hashSeries(new ByteSource(bytes), 0, bytes.length, id);
  return id.toString();
}

describe("the id of a series", () => {
  // It is stored: another hash would make every series a new one.
  it.each([
    [[["__name__", "up"]], "7526611739402662274"],
    [
      [
        ["__name__", "http_requests_total"],
        ["method", "GET"],
        ["code", "200"],
      ],
      "3957518277103268395",
    ],
    [
      [
        ["__name__", "größe_bytes"],
        ["job", "näht"],
      ],
      "2657937033472385008",
    ],
  ] as [[string, string][], string][])("of %j is %s", (labels, id) => {
    expect(idOf(labels)).toBe(id);
    expect(idOf(labels.toReversed())).toBe(id);
  });

  it("does not depend on where the labels lie, nor on labels without a value", () => {
    const bytes = canonicalLabels([["__name__", "m"]]);
    const shifted = Buffer.concat([Buffer.from("abc"), bytes, Buffer.from("d")]);
    const id = new SeriesId();
    hashSeries(new ByteSource(shifted), 3, 3 + bytes.length, id);
    expect(id.toString()).toBe(idOf([["__name__", "m"]]));
    expect(
      idOf([
        ["__name__", "m"],
        ["empty", ""],
      ]),
    ).toBe(id.toString());
  });

  it("differs for 300,000 series that differ in one digit, in both halves", () => {
    const ids = new Set<string>();
    const halves = [new Set<number>(), new Set<number>()];
    const id = new SeriesId();
    for (let i = 0; i < 300_000; i++) {
      const bytes = canonicalLabels([
        ["__name__", "m"],
        ["n", String(i)],
      ]);
      hashSeries(new ByteSource(bytes), 0, bytes.length, id);
      ids.add(`${id.high}:${id.low}`);
      halves[0]!.add(id.low);
      halves[1]!.add(id.high);
    }
    expect(ids.size).toBe(300_000);
    // Of random 32-bit numbers about ten would be there twice.
    for (const half of halves) expect(half.size).toBeGreaterThan(299_950);
  });
});

describe("canonical labels", () => {
  it("are sorted by their bytes, and can be read again", () => {
    const bytes = canonicalLabels([
      ["b", "x".repeat(300)],
      ["__name__", "m"],
      ["a", "1"],
      ["B", "2"],
    ]);
    const source = new ByteSource(bytes);
    const read: string[] = [];
    eachLabel(source, 0, bytes.length, (nameStart, nameEnd, valueStart, valueEnd) => {
      read.push(
        `${Buffer.from(bytes.subarray(nameStart, nameEnd)).toString()}=${Buffer.from(bytes.subarray(valueStart, valueEnd)).toString()}`,
      );
    });
    expect(read).toEqual(["B=2", "__name__=m", "a=1", `b=${"x".repeat(300)}`]);
  });

  it.each([
    [labelFaults.noName, [["a", "1"]]],
    [
      labelFaults.emptyName,
      [
        ["__name__", "m"],
        ["", "1"],
      ],
    ],
    [
      labelFaults.twice,
      [
        ["__name__", "m"],
        ["a", "1"],
        ["a", "2"],
      ],
    ],
  ] as [string, [string, string][]][])("have no form where %s", (fault, labels) => {
    expect(() => canonicalLabels(labels)).toThrow(fault);
  });
});
