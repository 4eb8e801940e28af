import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqlComment } from "./index.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const comment = `/*traceparent='00-${traceId}-b7ad6b7169203331-01'*/`;
const inTrace = <T>(work: () => T, baggage = {}) => {
  const span = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: "b7ad6b7169203331", traceFlags: 1 });
  return context.with(propagation.setBaggage(span, propagation.createBaggage(baggage)), work);
};
const traceOf = (sql: string) => trace.getSpanContext(sqlComment.extract(sql))?.traceId;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

describe("a SQL comment", () => {
  it.each([
    ["select 1", `select 1 ${comment}`],
    ["select 1;", `select 1 ${comment};`],
    ["select 1 ;\n", `select 1 ${comment};`],
    ["select 1 -- why", `select 1 -- why\n${comment}`],
    ["select 1 /* own */", `select 1 /* own */ ${comment}`],
    [`select 1 /*traceparent='old'*/`, `select 1 ${comment}`],
    [`select 1 /*traceparent='old',x='y'*/;`, `select 1 ${comment};`],
    [`select 1; /*b3='old'*/`, `select 1 ${comment};`],
    ["", comment],
    ["Orders, one row each", `Orders, one row each ${comment}`],
    ["*/", `*/ ${comment}`],
    ["/*/", `/*/ ${comment}`],
  ])("of %j", (sql, expected) => {
    const injected = inTrace(() => sqlComment.inject(sql));
    expect(injected).toBe(expected);
    expect(traceOf(injected)).toBe(traceId);
    // Once more changes nothing.
    expect(inTrace(() => sqlComment.inject(injected))).toBe(injected);
  });

  it("escapes what could end it, or be taken for a placeholder", () => {
    const value = "'*/;drop table t--?$1:x%s\\";
    const injected = inTrace(() => sqlComment.inject("select 1"), { "k'*/": { value } });
    expect(injected).toMatch(/^select 1 \/\*baggage='[\w%.=-]+',traceparent='[\w-]+'\*\/$/);
    expect(propagation.getBaggage(sqlComment.extract(injected))?.getEntry("k'*/")?.value).toBe(value);
  });

  it("is read as other writers of sqlcommenter leave it", () => {
    const theirs = `SELECT 1 /*action='%2Fparam*d',db_driver='x\\'y',traceparent='00-${traceId}-b7ad6b7169203331-01'*/;`;
    expect(traceOf(theirs)).toBe(traceId);
  });

  it("is not looked for in the middle, nor in what is very long", () => {
    expect(traceOf(`select ${comment} 1`)).toBeUndefined();
    expect(traceOf(`select 1 /*${" ".repeat(20_000)}${comment.slice(2)}`)).toBeUndefined();
  });
});
