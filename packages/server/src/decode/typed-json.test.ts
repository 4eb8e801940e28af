import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnyValue } from "./any-value.ts";
import { writeAnyValue } from "./otlp/any-value.ts";
import { ProtobufReader } from "./otlp/protobuf-reader.ts";
import { ByteSource } from "./native/byte-source.ts";
import { anyValue } from "./testing/otlp-arbitraries.ts";
import { encodeMessage } from "./testing/otlp-messages.ts";
import type { SourceValue } from "./testing/otlp-source.ts";
import { expectedValue } from "./testing/stored.ts";
import { parseAttributes, parseDetails, parseTypedJson } from "./typed-json.ts";
import { TypedJsonWriter } from "./typed-json-writer.ts";

function write(value: SourceValue): string {
  const bytes = encodeMessage("AnyValue", value);
  const json = new TypedJsonWriter();
  writeAnyValue(new ProtobufReader(new ByteSource(bytes)), 0, bytes.length, json);
  return Buffer.from(json.source.bytes.subarray(0, json.length)).toString();
}

const cases: [SourceValue, string][] = [
  [{ intValue: "1" }, "1"],
  [{ intValue: "-9223372036854775808" }, "-9223372036854775808"],
  [{ intValue: "9007199254740993" }, "9007199254740993"],
  [{ intValue: "-4294967297" }, "-4294967297"],
  [{ doubleValue: 1 }, "1.0"],
  [{ doubleValue: -0 }, "-0.0"],
  [{ doubleValue: 0.1 }, "0.1"],
  [{ doubleValue: 1e300 }, "1e+300"],
  [{ doubleValue: 5e-324 }, "5e-324"],
  [{ doubleValue: Number.NaN }, '{"$double":"NaN"}'],
  [{ doubleValue: Number.NEGATIVE_INFINITY }, '{"$double":"-Infinity"}'],
  [{ stringValue: 'a"\\\n\u0001é' }, '"a\\"\\\\\\u000a\\u0001é"'],
  [{ stringValue: "" }, '""'],
  [{ boolValue: true }, "true"],
  [{ boolValue: false }, "false"],
  [{}, "null"],
  [{ bytesValue: Buffer.from("hi") }, '{"$bytes":"aGk="}'],
  [{ arrayValue: { values: [{ intValue: "1" }, { doubleValue: 1 }, {}] } }, "[1,1.0,null]"],
  [{ arrayValue: { values: [] } }, "[]"],
  [{ kvlistValue: { values: [] } }, '{"$map":[]}'],
  [
    {
      kvlistValue: {
        values: [
          { key: "b", value: { intValue: "2" } },
          { key: "b", value: { kvlistValue: { values: [{ key: "", value: {} }] } } },
        ],
      },
    },
    '{"$map":[["b",2],["b",{"$map":[["",null]]}]]}',
  ],
];

describe("typed JSON", () => {
  it.each(cases)("%j is %s", (value, text) => {
    expect(write(value)).toBe(text);
    expect(parseTypedJson(text)).toEqual(expectedValue(value));
  });

  it("is JSON, and reads back as it was", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = write(value);
        expect(() => JSON.parse(text) as unknown).not.toThrow();
        expect(parseTypedJson(text)).toEqual(expectedValue(value));
      }),
      { numRuns: 2000, seed: 4 },
    );
  });

  it("reads attributes in both forms", () => {
    const expected = [{ key: "a", value: { intValue: "1" } }];
    expect(parseAttributes('{"a":1}')).toEqual(expected);
    expect(parseAttributes('{"$map":[["a",1]]}')).toEqual(expected);
    expect(parseAttributes("{}")).toEqual([]);
    expect(() => parseAttributes("[]")).toThrow(SyntaxError);
  });

  it("reads the details of a scope, with what is not there empty", () => {
    const text = '{"name":"n","version":"","attributes":{"k":true},"droppedAttributesCount":4,"schemaUrl":"u"}';
    expect(parseDetails(text)).toEqual({
      name: "n",
      version: "",
      attributes: [{ key: "k", value: { boolValue: true } }],
      droppedAttributesCount: 4,
      schemaUrl: "u",
      traceState: "",
      flags: 0,
    });
  });

  it("reads a long string without trouble", () => {
    const stringValue = `${"\\".repeat(1001)}"${"x".repeat(2_000_000)}`;
    expect(parseTypedJson(JSON.stringify(stringValue))).toEqual({ stringValue } satisfies AnyValue);
  });

  it.each(["", "{", "[1", '"a', "nul", "1 2", '{"a" 1}', '{"$map":[1]}', "-", "01"])("refuses %j", (text) => {
    expect(() => parseTypedJson(text)).toThrow(SyntaxError);
  });
});
