import { describe, expect, it } from "vitest";
import { parseRowCountLine } from "./row-counts.ts";

describe("row count lines", () => {
  it.each([
    ["::sightglass read=100::", { read: 100 }, [], false],
    ["  ::sightglass   read=100  written=98 ::  ", { read: 100, written: 98 }, [], false],
    ["::sightglass set bytes=7::", { bytes: 7 }, [], true],
    ["::sightglass failed=2::", { failed: 2 }, [{ reason: "unspecified", count: 2 }], false],
    ["::sightglass failed=2 reason=bad_date::", { failed: 2 }, [{ reason: "bad_date", count: 2 }], false],
    [
      String.raw`::sightglass reason="a \"b\" \\ c" failed=2::`,
      { failed: 2 },
      [{ reason: String.raw`a "b" \ c`, count: 2 }],
      false,
    ],
    ["::sightglass failed=0 reason=x::", { failed: 0 }, [], false],
    ['{"sightglass":{"read":1,"deduplicated":2}}', { read: 1, deduplicated: 2 }, [], false],
    ['{"sightglass":{"failed":3,"reason":"x","set":true}}', { failed: 3 }, [{ reason: "x", count: 3 }], true],
    [
      '{"sightglass":{"failed":{"a":1,"b":2}}}',
      { failed: 3 },
      [
        { reason: "a", count: 1 },
        { reason: "b", count: 2 },
      ],
      false,
    ],
  ])("reads %s", (line, counts, failures, isSet) => {
    expect(parseRowCountLine(line)).toEqual({ counts, failures, isSet });
  });

  it.each(["", "read=1", "::set-output name=x::y", '{"read":1}', '{"note":"sightglass"}', '{"sightglass":{"read":1}'])(
    "leaves %j alone",
    (line) => {
      expect(parseRowCountLine(line)).toBeUndefined();
    },
  );

  it.each([
    ["::sightglass read=1", 'does not end with "::"'],
    ["::sightglass::", "holds no counts"],
    ["::sightglass set::", "holds no counts"],
    ["::sightglass rows=1::", '"rows" is none of read'],
    ["::sightglass read=-1::", "not a whole number"],
    ["::sightglass read=1.5::", "not a whole number"],
    ["::sightglass read=1 nonsense::", '"nonsense" is not KEY=VALUE'],
    ['::sightglass read=1 reason="open::', "is not KEY=VALUE"],
    ['{"sightglass":3}', "is not an object"],
    ['{"sightglass":{}}', "holds no counts"],
    ['{"sightglass":{"read":"x"}}', "not a whole number"],
    ['{"sightglass":{"failed":{"a":-1}}}', "not a whole number"],
  ])("refuses %s: %s", (line, message) => {
    expect(() => parseRowCountLine(line)).toThrow(message);
  });
});
