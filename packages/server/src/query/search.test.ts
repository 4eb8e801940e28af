import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../store/store.ts";
import { listAttributeKeys, listAttributeValues } from "./attributes.ts";
import { parseAttributeCondition, parseLogfmt } from "./search-attributes.ts";
import { allOf, everySpan, type SpanFilter } from "./search-filter.ts";
import { parseTraceql } from "./search-traceql.ts";
import { searchTraces, summarizeTraces, type TraceSearch } from "./search-traces.ts";
import { listDependencies } from "./services-dependencies.ts";
import { listOperations, listServiceNames, listServices } from "./services.ts";
import { insertSpans, openTemporaryStore, type SpanFixture } from "./testing/stored-spans.ts";

const hourNs = 3_600_000_000_000n;
const nowNs = 1_795_143_600_000_000_000n;
const everything = { startNs: 0n, endNs: nowNs };
const id = (number: number) => number.toString(16).padStart(32, "0");

const resource = (attributes: string) => `{"attributes":${attributes},"droppedAttributesCount":0,"schemaUrl":""}`;

/** One trace each for every kind of condition, ten minutes apart, the newest last. */
const traces: SpanFixture[][] = [
  [
    {
      traceId: id(1),
      spanId: "0000000000000011",
      name: "load",
      service: "flights",
      startNs: nowNs - 200n * hourNs,
      durationNs: 5_000_000_000n,
    },
    {
      traceId: id(1),
      spanId: "0000000000000012",
      parentSpanId: "0000000000000011",
      name: "insert",
      service: "warehouse",
      startNs: nowNs - 200n * hourNs + 1n,
      kind: 3,
    },
  ],
  [
    {
      traceId: id(2),
      spanId: "0000000000000021",
      name: "strings",
      service: "a",
      startNs: nowNs - 30n * hourNs,
      strings: { "db.table": "flights", year: "2024", flag: "true", none: "" },
    },
  ],
  [
    {
      traceId: id(3),
      spanId: "0000000000000031",
      name: "numbers",
      service: "a",
      startNs: nowNs - 20n * hourNs,
      ints: { year: 2024n, zero: 0n, big: 9_007_199_254_740_993n },
      doubles: { ratio: 0.5, year2: 2024 },
    },
  ],
  [
    {
      traceId: id(4),
      spanId: "0000000000000041",
      name: "bools",
      service: "a",
      startNs: nowNs - 10n * hourNs,
      bools: { flag: true, off: false },
    },
  ],
  [
    {
      traceId: id(5),
      spanId: "0000000000000051",
      name: "resources",
      service: "b",
      startNs: nowNs - 5n * hourNs,
      resource: resource('{"service.name":"b","host.name":"h1","cores":8,"beta":true}'),
      statusCode: 2,
      statusMessage: "out of memory",
    },
  ],
  [
    {
      traceId: id(6),
      spanId: "0000000000000061",
      name: "repeated",
      service: "b",
      startNs: nowNs - 4n * hourNs,
      resource: resource('{"$map":[["service.name","b"],["host.name","h2"],["host.name","h3"]]}'),
    },
  ],
  [
    {
      traceId: id(7),
      spanId: "0000000000000071",
      name: "events",
      service: "b",
      startNs: nowNs - 3n * hourNs,
      events: [
        {
          timeNs: nowNs,
          name: "exception",
          details: '{"attributes":{"exception.type":"Missing"},"droppedAttributesCount":0}',
        },
      ],
    },
  ],
];

describe("searching traces", () => {
  let store: Store;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    ({ store, remove } = await openTemporaryStore());
    await insertSpans(store, traces.flat());
  });
  afterAll(() => remove());

  const search = async (filter: SpanFilter, more: Partial<TraceSearch> = {}) =>
    searchTraces(store, { filter, ...everything, limit: 20, ...more });
  const found = async (filter: SpanFilter, more: Partial<TraceSearch> = {}) =>
    (await search(filter, more)).traces.map(({ traceId }) => Number.parseInt(traceId, 16));
  const foundBy = (condition: string) => found(parseAttributeCondition(condition, "any"));
  const foundByTraceql = async (query: string) => {
    const { filter, trace } = parseTraceql(query);
    return found(filter, { trace });
  };

  it("lists the newest first and tells what a list shows", async () => {
    const { traces: all, next } = await search(everySpan);
    expect(all.map(({ traceId }) => Number.parseInt(traceId, 16))).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(next).toBeNull();
    expect((await summarizeTraces(store, all)).at(-1)).toEqual({
      traceId: id(1),
      rootService: "flights",
      rootName: "load",
      startedAt: "2026-11-11T19:00:00.000Z",
      durationMs: 5000,
      spanCount: 2,
      errorCount: 0,
      services: ["flights", "warehouse"],
      matchedSpans: 2,
      runId: null,
    });
  });

  it.each([
    ["db.table=flights", [2]],
    ["year=2024", [3, 2]],
    ["year2=2024", [3]],
    ["year>2000", [3]],
    ["year<2000", []],
    ["year>2023.5", [3]],
    ["year<=2023.5", []],
    ["big=9007199254740993", [3]],
    ["big=9007199254740992", []],
    ["ratio=0.5", [3]],
    ["zero=0", [3]],
    ["missing=0", []],
    ["none=", [2]],
    ["missing=", []],
    ["flag=true", [4, 2]],
    ["off=false", [4]],
    ["db.table!=flights", []],
    ["db.table!=x", [2]],
    ["db.table=~fl.*", [2]],
    ["db.table=~light", []],
    ["host.name=h1", [5]],
    ["host.name=h3", [6]],
    ["host.name=~h.", [6, 5]],
    ["cores=8", [5]],
    ["cores>=9", []],
    ["beta=true", [5]],
    ["exception.type=Missing", []],
  ])("finds %s", async (condition, expected) => {
    expect(await foundBy(condition)).toEqual(expected);
  });

  it.each([
    ["{}", [7, 6, 5, 4, 3, 2, 1]],
    ['{ name = "load" }', [1]],
    ['{ name =~ "b.*|l.*" }', [4, 1]],
    ['{ resource.service.name = "b" && status = error }', [5]],
    ['{ resource.service.name = "b" && status != error }', [7, 6]],
    ["{ duration > 1s }", [1]],
    ["{ duration >= 5s && kind = internal }", [1]],
    ["{ 1s < duration }", [1]],
    ['{ .year = "2024" }', [2]],
    ["{ .year = 2024 }", [3]],
    ["{ span.flag }", [4]],
    ["{ .year != 2024.5 }", [3]],
    ["{ .year = 2024.5 }", []],
    ["{ .year < 1e300 }", [3]],
    ["{ .year != 2024 }", []],
    ["{ .zero = 0 }", [3]],
    ["{ .ratio < 1 }", [3]],
    ["{ span.off = false }", [4]],
    ['{ .flag = nil && name != "load" && name != "insert" }', [7, 6, 5, 3]],
    ["{ .flag != nil }", [4, 2]],
    ['{ event.exception.type = "Missing" }', [7]],
    ['{ event:name = "exception" }', [7]],
    ['{ resource."host.name" = "h1" || span.ratio = 0.5 }', [5, 3]],
    ['{ !(resource.service.name =~ "a|b") }', [1]],
    ["{ nestedSetParent < 0 && kind = internal && trace:duration >= 5s }", [1]],
    ['{ rootServiceName = "flights" && name = "insert" }', [1]],
    ['{ name = "load" } || { name = "bools" }', [4, 1]],
    ['{ statusMessage = "out of memory" } | select(.cores)', [5]],
    ['{ instrumentation:name = "test" && span:id = "0000000000000041" }', [4]],
    ["{ true } with (most_recent=true)", [7, 6, 5, 4, 3, 2, 1]],
  ])("finds %s", async (query, expected) => {
    expect(await foundByTraceql(query)).toEqual(expected);
  });

  it.each([
    ["", "TraceQL, position 1: a spanset filter begins with {"],
    ["{ name = }", 'TraceQL, position 10: "}" is not expected here'],
    ['{ name = "a }', "TraceQL, position 10: the text has no closing quote"],
    ["{ .a > }", 'TraceQL, position 8: "}" is not expected here'],
    ["{ .a = 1", "TraceQL, position 9: } or an operator is missing"],
    ["{ status = 3 }", "TraceQL, position 3: status compares with one of error, ok, unset"],
    ["{ duration > 5 }", "TraceQL, position 3: duration compares with a duration such as 100ms"],
    ["{ } >> { }", "TraceQL, position 5: >> between spansets is not supported"],
    ["{ } && { }", "TraceQL, position 5: && between spansets is not supported"],
    ["{ } | count() > 2", "TraceQL, position 7: only select() is supported after |"],
    ["{ .a + 1 = 2 }", "TraceQL, position 6: arithmetic is not supported"],
    ["{ parent.a = 1 }", "TraceQL, position 3: the scope parent is not supported"],
    ["{ childCount > 2 }", "TraceQL, position 3: one side of a comparison must be an attribute or a field"],
    ["{ traceDuration > 1s || .a = 1 }", "TraceQL, position 3: a condition on the trace cannot stand in || or !"],
  ])("refuses %s", (query, message) => {
    expect(() => parseTraceql(query)).toThrow(message);
  });

  it("refuses a condition without a value, with its position", () => {
    expect(() => parseAttributeCondition("db.table", "any")).toThrow("position 9: = and a value are missing");
    expect(() => parseAttributeCondition("=x", "any")).toThrow("position 1: the key is missing");
    expect(() => parseAttributeCondition("a>x", "any")).toThrow("position 3: > needs a number");
  });

  it("reads logfmt", () => {
    expect([...parseLogfmt('a=1 b="x \\"y\\"" c  d=')]).toEqual([
      ["a", "1"],
      ["b", 'x "y"'],
      ["c", ""],
      ["d", ""],
    ]);
    expect(() => parseLogfmt('a=1 b="x')).toThrow("tags, position 4: not key=value");
    expect(() => parseLogfmt("a=1 a=2")).toThrow("a is there twice");
  });

  it("looks at events when asked", async () => {
    expect(await found(parseAttributeCondition("exception.type=Missing", "event"))).toEqual([7]);
  });

  it("keeps to the range", async () => {
    expect(await found(everySpan, { startNs: nowNs - 10n * hourNs, endNs: nowNs - 4n * hourNs })).toEqual([6, 5, 4]);
  });

  it("takes a range beyond the store's clock for all there is", async () => {
    const beyond = { startNs: -hourNs, endNs: 253_402_300_799_000_000_000n };
    expect(await found(everySpan, beyond)).toEqual(await found(everySpan));
    expect(await listDependencies(store, beyond)).toHaveLength(1);
    expect(await listAttributeKeys(store, beyond)).not.toEqual([]);
  });

  it.each(["service.name=~((", "nothing.has.this=~((", "name=~(?=look)ahead"])(
    "refuses a pattern that is none, whether a span has the key or not: %s",
    async (condition) => {
      await expect(foundBy(condition)).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining("cannot be used") as string,
        hint: expect.stringContaining("RE2") as string,
      });
    },
  );

  it("pages through, each trace once", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 10; page++) {
      const { traces: some, next } = await search(everySpan, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...some.map(({ traceId }) => traceId));
      if (next === null) break;
      cursor = next;
    }
    expect(seen.map((traceId) => Number.parseInt(traceId, 16))).toEqual([7, 6, 5, 4, 3, 2, 1]);
    await expect(search(everySpan, { cursor: "bm9uc2Vuc2U" })).rejects.toThrow("the cursor is not one of this search");
  });

  it("gives a trace that spans many windows once, with all of its matching spans", async () => {
    const long = Array.from({ length: 60 }, (_, hour): SpanFixture => ({
      traceId: id(100 + (hour % 3)),
      spanId: (1000 + hour).toString(16).padStart(16, "0"),
      name: "long",
      service: "long",
      startNs: nowNs - BigInt(hour) * 7n * hourNs,
    }));
    await insertSpans(store, long);
    const filter = parseTraceql('{ resource.service.name = "long" }').filter;
    const seen: [string, number][] = [];
    let cursor: string | undefined;
    do {
      const page = await search(filter, { limit: 1, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.traces.map(({ traceId, matchedSpans }): [string, number] => [traceId, matchedSpans]));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual([
      [id(100), 20],
      [id(101), 20],
      [id(102), 20],
    ]);
  });

  it("joins what must hold together", async () => {
    const both = allOf(parseAttributeCondition("year=2024", "any"), parseAttributeCondition("db.table=flights", "any"));
    expect(await found(both)).toEqual([2]);
  });

  it("offers services, operations, keys and values", async () => {
    expect(await listServiceNames(store)).toEqual(["a", "b", "flights", "long", "warehouse"]);
    expect((await listServices(store))[0]).toEqual({
      name: "a",
      operations: ["bools", "numbers", "strings"],
      lastSeenAt: "2026-11-19T17:00:00.000Z",
    });
    expect(await listOperations(store, { service: "warehouse" })).toEqual([{ name: "insert", kind: 3 }]);
    expect(await listOperations(store, { service: "warehouse", kind: 1 })).toEqual([]);
    expect(await listAttributeKeys(store, { ...everything, service: "a" })).toEqual(
      expect.arrayContaining([
        { key: "flag", type: "bool" },
        { key: "service.name", type: "resource" },
      ]),
    );
    expect(await listAttributeValues(store, { ...everything, key: "flag", service: "a" })).toEqual([
      { value: "true", type: "bool", count: 1 },
      { value: "true", type: "string", count: 1 },
    ]);
    expect(await listAttributeValues(store, { ...everything, key: "host.name", prefix: "h1" })).toEqual([
      { value: "h1", type: "string", count: 1 },
    ]);
  });

  it("counts calls between services", async () => {
    expect(await listDependencies(store, everything)).toEqual([
      { parent: "flights", child: "warehouse", callCount: 1 },
    ]);
  });
});
