import { describe, expect, it } from "vitest";
import { SightglassError } from "../../../model/errors.ts";
import { limits } from "../../../model/limits.ts";
import { decodeMessage } from "../../testing/otlp-messages.ts";
import { exportTraceServiceRequest } from "./message-types.ts";
import { jsonToProtobuf } from "./transcode.ts";

const span = (fields: string) => `{"resourceSpans":[{"scopeSpans":[{"spans":[{${fields}}]}]}]}`;

function spanOf(fields: string): unknown {
  const request = decodeMessage(
    "ExportTraceServiceRequest",
    jsonToProtobuf(Buffer.from(span(fields)), exportTraceServiceRequest),
  ) as { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] };
  return request.resourceSpans[0]?.scopeSpans[0]?.spans[0];
}

function errorOf(json: string | Uint8Array): SightglassError {
  try {
    jsonToProtobuf(Buffer.from(json), exportTraceServiceRequest);
  } catch (error) {
    if (error instanceof SightglassError) return error;
    throw error;
  }
  return expect.fail("accepted");
}

describe("OTLP/JSON", () => {
  it.each<[string, string, object]>([
    ["hex ids in either case", '"traceId":"0aFF","spanId":""', { traceId: Uint8Array.of(10, 255) }],
    [
      "64-bit integers as strings",
      '"startTimeUnixNano":"18446744073709551615"',
      { startTimeUnixNano: "18446744073709551615" },
    ],
    [
      "64-bit integers as numbers",
      '"startTimeUnixNano":1700000000123456789',
      { startTimeUnixNano: "1700000000123456789" },
    ],
    [
      "integers with exponents",
      '"flags":1e2,"startTimeUnixNano":"1.7E9"',
      { flags: 100, startTimeUnixNano: "1700000000" },
    ],
    ["integer enums", '"kind":3', { kind: 3 }],
    ["null for what is not set", '"name":null,"status":null,"events":null', {}],
    ["unknown fields of any form", '"x":{"y":[1,{"z":null}],"w":"\\ud83d"},"name":"n"', { name: "n" }],
    ["snake_case names, which are unknown", '"trace_id":"01","name":"n"', { name: "n" }],
    ["escapes", '"name":"\\u00e9\\ud83d\\ude00\\/\\n\\"\\\\"', { name: 'é😀/\n"\\' }],
    ["a lone surrogate", '"name":"\\ud83d"', { name: "\ufffd" }],
  ])("has %s", (_name, fields, expected) => {
    expect(spanOf(fields)).toEqual(expected);
  });

  it("has values of every type", () => {
    const value = (json: string) =>
      (spanOf(`"attributes":[{"key":"k","value":${json}}]`) as { attributes: { value: unknown }[] }).attributes[0]
        ?.value;
    expect(value('{"intValue":"-9223372036854775808"}')).toEqual({ intValue: "-9223372036854775808" });
    expect(value('{"intValue":-1}')).toEqual({ intValue: "-1" });
    expect(value('{"doubleValue":1}')).toEqual({ doubleValue: 1 });
    expect(value('{"doubleValue":"-Infinity"}')).toEqual({ doubleValue: Number.NEGATIVE_INFINITY });
    expect(value('{"doubleValue":"1.5"}')).toEqual({ doubleValue: 1.5 });
    expect(value('{"bytesValue":"+/\\/8="}')).toEqual({ bytesValue: Uint8Array.of(0xfb, 0xff, 0xfc) });
    expect(value('{"bytesValue":"-__8"}')).toEqual({ bytesValue: Uint8Array.of(0xfb, 0xff, 0xfc) });
    expect(value('{"boolValue":false}')).toEqual({ boolValue: false });
    expect(value('{"stringValue":""}')).toEqual({ stringValue: "" });
    expect(value("{}")).toEqual({});
    expect(value('{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"a"}]}}]}}')).toEqual({
      arrayValue: { values: [{ kvlistValue: { values: [{ key: "a" }] } }] },
    });
  });

  const at = "$.resourceSpans[0].scopeSpans[0].spans[0]";
  it.each([
    ["nothing", "", "$ ", "object"],
    ["another type", "[]", "$ ", "object"],
    ["an end too early", '{"resourceSpans":[', "$.resourceSpans[0] ", "object"],
    ["text after the end", "{} {}", "$ ", "after the end"],
    ["a comma too many", '{"resourceSpans":[{},]}', "$.resourceSpans[1] ", "object"],
    ["a list that is none", '{"resourceSpans":{}}', "$.resourceSpans ", "array"],
    ["the name of an enum", span('"kind":"SPAN_KIND_SERVER"'), `${at}.kind `, "enum"],
    ["an id that is not hex", span('"traceId":"xy"'), `${at}.traceId `, "hexadecimal"],
    ["half a byte", span('"spanId":"abc"'), `${at}.spanId `, "hexadecimal"],
    ["a number for a string", span('"name":5'), `${at}.name `, "string"],
    ["a fraction for an integer", span('"flags":1.5'), `${at}.flags `, "integer"],
    ["a hexadecimal integer", span('"startTimeUnixNano":"0x10"'), `${at}.startTimeUnixNano `, "integer"],
    ["a negative time", span('"startTimeUnixNano":"-1"'), `${at}.startTimeUnixNano `, "from 0"],
    ["too large an integer", span('"flags":4294967296'), `${at}.flags `, "4294967295"],
    ["an integer with a million digits", span(`"flags":${"9".repeat(1_000_000)}`), `${at}.flags `, "integer"],
    ["a leading zero", span('"flags":01'), `${at}.flags `, "value"],
    ["a raw control character", span('"name":"a\nb"'), `${at}.name `, "control"],
    ["an escape that is none", span('"name":"\\x"'), `${at}.name `, "escape"],
    ["a string without an end", span('"name":"abc').slice(0, -9), `${at}.name `, "no end"],
    ["a value in an unknown field that is none", span('"x":[1,tru]'), `${at}.x[1] `, "value"],
    ["values too deep in an unknown field", `{"x":${"[".repeat(100_000)}`, "$.x[0]", "deeply"],
  ])("refuses %s, and says where", (_name, json, path, what) => {
    const { code, message } = errorOf(json);
    expect(code).toBe("invalid_argument");
    expect(message).toContain(path);
    expect(message).toContain(what);
  });

  it("refuses values nested too deeply", () => {
    const deep = '{"arrayValue":{"values":['.repeat(5000);
    expect(errorOf(span(`"attributes":[{"key":"k","value":${deep}`)).message).toContain("deeply");

    const nested = (depth: number) =>
      `"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(depth)}{"intValue":1}${"]}}".repeat(depth)}}]`;
    const depthMax = limits.decodeDepthMax.value;
    expect(jsonToProtobuf(Buffer.from(span(nested(depthMax))), exportTraceServiceRequest).length).toBeGreaterThan(0);
    expect(errorOf(span(nested(depthMax + 1))).message).toMatch(/^invalid OTLP\/JSON at .*nested too deeply$/);
  });

  it("refuses what is not UTF-8", () => {
    expect(errorOf(Buffer.from([0x7b, 0xff, 0x7d])).message).toContain("UTF-8");
  });
});
