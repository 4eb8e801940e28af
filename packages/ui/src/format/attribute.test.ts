import type { AnyValue } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { attributeType, formatAttribute } from "./attribute.ts";

const cases: [AnyValue, string, string][] = [
  [{ stringValue: "a" }, "string", "a"],
  [{ boolValue: false }, "bool", "false"],
  [{ intValue: "9223372036854775807" }, "int", "9223372036854775807"],
  [{ doubleValue: 1.5 }, "double", "1.5"],
  [{ doubleValue: "NaN" }, "double", "NaN"],
  [{ bytesValue: "AAE=" }, "bytes", "base64 AAE="],
  [{ arrayValue: { values: [{ stringValue: "a" }, { intValue: "2" }, {}] } }, "array", '["a", 2, null]'],
  [{ kvlistValue: { values: [{ key: "k", value: { boolValue: true } }] } }, "map", '{"k": true}'],
  [{}, "empty", ""],
];

describe("attributes", () => {
  it.each(cases)("%j is of type %s and reads %s", (value, type, text) => {
    expect(attributeType(value)).toBe(type);
    expect(formatAttribute(value)).toBe(text);
  });
});
