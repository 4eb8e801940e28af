import { ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pipeline } from "../pipeline.ts";
import { Memory } from "../testing/memory.ts";
import { airflowXcom, environment, http, type HttpHeaders, kafka, s3, sidecar, spark, sqlComment } from "./index.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const message = (producer: string, value = "") => ({
  value,
  headers: { traceparent: `00-${traceId}-${producer.padStart(16, "0")}-01` },
});

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => memory.remove());

describe("a batch", () => {
  const linksOf = async (links: ReturnType<typeof kafka.links>) => {
    await pipeline("p", (run) => run.stage("s", { links }, () => {}));
    return memory.span("s").links.map(({ context: { spanId }, attributes }) => ({
      producer: spanId.replace(/^0+/, ""),
      rows: attributes?.["pipeline.records.read"],
      messages: attributes?.["messaging.batch.message_count"],
    }));
  };

  it("links to each producer once, with the number of its messages, the most first", async () => {
    expect(await linksOf(kafka.links([message("a"), message("b"), {}, message("b")]))).toEqual([
      { producer: "b", rows: 2, messages: 2 },
      { producer: "a", rows: 1, messages: 1 },
    ]);
  });

  it("counts rows, where a message holds several", async () => {
    const batch = [message("a", "1,2,3"), message("b", "4"), message("a", "5,6")];
    expect(await linksOf(kafka.links(batch, ({ value }) => value.split(",").length))).toEqual([
      { producer: "a", rows: 5, messages: 2 },
      { producer: "b", rows: 1, messages: 1 },
    ]);
  });

  it("that cannot be read has no links", () => {
    const closed = () => {
      throw new Error("closed");
    };
    expect(kafka.links({ [Symbol.iterator]: closed })).toEqual([]);
  });
});

it("what is no message, or none at all, is taken as it is", async () => {
  const nothing = [null, undefined] as unknown as { headers?: never }[];
  expect(nothing.map(kafka.inject)).toEqual(nothing);
  expect([http.inject(null), s3.inject(null)]).toEqual([{}, {}]);
  expect(environment.inject(null)).toEqual(environment.inject());
  expect(spark.inject(null)).toEqual({});
  expect(airflowXcom.inject(null)).toMatchObject({ key: "trace_context", map_index: -1 });
  for (const path of [undefined, 5, {}]) {
    expect(await sidecar.extract(path as string)).toBe(ROOT_CONTEXT);
    await pipeline("p", () => sidecar.inject(path as string));
    expect(await sidecar.links(path as unknown as string[])).toEqual([]);
  }
  const query = { text: "select 1", values: [] } as unknown as string;
  expect(await pipeline("p", () => sqlComment.inject(query))).toBe(query);
  for (const odd of [5, "x", [null], [[]], Symbol("x"), { get: 1 }])
    expect(await pipeline("p", () => http.inject(odd as never))).toHaveProperty("traceparent");
});

describe("HTTP headers in each of their forms", () => {
  const old = `00-${traceId}-${"1".repeat(16)}-01`;
  it.each<[string, Parameters<typeof http.inject>[0]]>([
    ["an object", { Accept: "a, b", n: 1, gone: undefined, Traceparent: old }],
    ["an object with lists", { Accept: ["a", "b"], n: "1", traceparent: [old] }],
    ["Headers", new Headers({ Accept: "a, b", n: "1", TRACEPARENT: old })],
    [
      "those of a Request",
      new Request("http://localhost", { headers: { Accept: "a, b", n: "1", traceparent: old } }).headers,
    ],
    [
      "pairs",
      [
        ["Accept", "a, b"],
        ["n", "1"],
        ["traceparent", old],
      ],
    ],
    [
      "a map",
      new Map([
        ["Accept", "a, b"],
        ["n", "1"],
        ["traceparent", old],
      ]),
    ],
    ["names and values in turn", ["Accept", "a, b", "n", "1", "traceparent", old]],
  ])("are taken as %s", async (_form, headers) => {
    const injected = await pipeline("p", () => http.inject(headers));
    const { traceparent, ...others } = Object.fromEntries(
      Object.entries(injected).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(others).toEqual({ accept: expect.stringMatching(/^a, ?b$/), n: "1" });
    expect(traceparent?.slice(36, 52)).toBe(memory.span("p").spanContext().spanId);
    expect(trace.getSpanContext(http.extract(headers as HttpHeaders))?.spanId).toBe("1".repeat(16));
  });
});

it("a run continues the trace that a carrier held, not what is active", async () => {
  const extracted = http.extract({ traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  await pipeline("outer", () => pipeline("p", { parent: extracted }, () => {}));
  expect(memory.span("p").spanContext().traceId).toBe(traceId);
  expect(memory.span("p").parentSpanContext?.spanId).toBe(trace.getSpanContext(extracted)?.spanId);
});
