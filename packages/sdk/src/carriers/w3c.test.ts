import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { inheritedContext } from "./environment.ts";
import { parseBaggage, parseTraceparent } from "./w3c.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("traceparent", () => {
  it.each([
    [`00-${traceId}-${spanId}-01`, 1],
    [`00-${traceId}-${spanId}-00`, 0],
    [` 00-${traceId}-${spanId}-03 `, 1],
    [`cc-${traceId}-${spanId}-01-what-the-future-will-be-like`, 1],
  ])("reads %s", (text, traceFlags) => {
    expect(parseTraceparent(text)).toEqual({ traceId, spanId, traceFlags, isRemote: true });
  });

  it.each([
    "",
    "garbage",
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
  ])("refuses %j", (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
    expect(trace.getSpanContext(inheritedContext(ROOT_CONTEXT, { TRACEPARENT: text }))).toBeUndefined();
  });
});

describe("baggage", () => {
  it.each([
    ["a=1,b=two%20words;property=x, c = 3 ", { a: "1", b: "two words", c: "3" }],
    ["a=1,broken,=x,c=%zz", { a: "1" }],
  ])("reads %s", (text, expected) => {
    const entries = parseBaggage(text)?.getAllEntries() ?? [];
    expect(Object.fromEntries(entries.map(([key, entry]) => [key, entry.value]))).toEqual(expected);
  });

  it("is undefined when there is none", () => {
    expect(parseBaggage("")).toBeUndefined();
  });
});
