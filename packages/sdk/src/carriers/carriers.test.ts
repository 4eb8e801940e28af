import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { B3Propagator } from "../bootstrap/b3-propagator.ts";
import { pipeline } from "../pipeline.ts";
import { Memory } from "../testing/memory.ts";
import { environment, http, kafka, type KafkaMessage, traceparent } from "./index.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const parent = `00-${traceId}-${spanId}-01`;

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => {
  memory.remove();
  propagation.disable();
});

/** A context with a trace and baggage, active. */
function inContext<T>(work: () => T): T {
  const span = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 });
  return context.with(propagation.setBaggage(span, propagation.createBaggage({ "a b": { value: "c,d" } })), work);
}
const spanOf = (extracted: ReturnType<typeof http.extract>) => {
  const span = trace.getSpanContext(extracted);
  return span && [span.traceId, span.spanId, span.traceFlags, span.isRemote];
};
const expected = [traceId, spanId, 1, true];

const setups: [string, () => void][] = [
  ["no propagator", () => {}],
  [
    "the W3C propagators",
    () =>
      propagation.setGlobalPropagator(
        new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
      ),
  ],
];

describe.each(setups)("with %s registered", (_name, setUp) => {
  beforeEach(setUp);

  it("environment variables carry the trace and the baggage", () => {
    const injected = inContext(() => environment.inject({ PATH: "/bin", GONE: undefined }));
    expect(injected).toEqual({ PATH: "/bin", TRACEPARENT: parent, BAGGAGE: "a%20b=c%2Cd" });
    const extracted = environment.extract(injected);
    expect(spanOf(extracted)).toEqual(expected);
    expect(propagation.getBaggage(extracted)?.getEntry("a b")?.value).toBe("c,d");
  });

  it("nothing is written when nothing is active", () => {
    expect([environment.inject({}), http.inject({ a: "b" }), kafka.inject({})]).toEqual([
      {},
      { a: "b" },
      { headers: {} },
    ]);
  });

  it.each([
    ["an object", (headers: Record<string, string>) => headers],
    ["any case", (headers: Record<string, string>) => ({ TraceParent: headers["traceparent"] })],
    ["a list of values", (headers: Record<string, string>) => ({ traceparent: [headers["traceparent"] ?? ""] })],
    ["fetch's Headers", (headers: Record<string, string>) => new Headers(headers)],
    ["pairs", (headers: Record<string, string>) => Object.entries(headers)],
  ])("HTTP headers as %s carry the trace", (_form, form) => {
    const headers = inContext(() => http.inject({ accept: "*/*" }));
    expect(headers).toMatchObject({ accept: "*/*", traceparent: parent });
    expect(spanOf(http.extract(form(headers)))).toEqual(expected);
  });

  const messages: [string, KafkaMessage & { value: string }][] = [
    ["no headers", { value: "v" }],
    ["null headers", { value: "v", headers: null }],
    ["an object", { value: "v", headers: { other: Buffer.from("x"), traceparent: Buffer.from("old") } }],
    ["a list", { value: "v", headers: [{ traceparent: "old" }, { other: Buffer.from("x") }] }],
    ["a map", { value: "v", headers: new Map([[Buffer.from("other"), Buffer.from("x")]]) }],
  ];
  it.each(messages)("Kafka messages with %s carry the trace", (_form, message) => {
    const injected = inContext(() => kafka.inject(message));
    expect(injected.value).toBe("v");
    expect(spanOf(kafka.extract(injected))).toEqual(expected);
    expect(JSON.stringify(Object.entries(injected.headers ?? {}))).not.toContain("old");
  });

  it("Kafka headers come back from the broker as bytes", () => {
    const injected = inContext(() => kafka.inject({ headers: { traceparent: "old" } }));
    const received = Object.fromEntries(
      Object.entries(injected.headers as Record<string, string>).map(([key, value]) => [key, Buffer.from(value)]),
    );
    expect(spanOf(kafka.extract({ headers: received }))).toEqual(expected);
    expect(spanOf(kafka.extract({ headers: { traceparent: [Buffer.from("old"), Buffer.from(parent)] } }))).toEqual(
      expected,
    );
  });

  it.each([{}, { headers: { traceparent: "garbage" } }, { headers: { traceparent: Buffer.alloc(0) } }])(
    "a message without a trace gives none: %j",
    (message) => {
      expect(spanOf(kafka.extract(message))).toBeUndefined();
    },
  );
});

describe("a batch", () => {
  it("links to each producer once, with the number of its messages", async () => {
    const message = (producer: string) => ({ headers: { traceparent: `00-${traceId}-${producer}-01` } });
    const batch = [message("000000000000000a"), message("000000000000000b"), message("000000000000000a"), {}];
    await pipeline("p", (run) => run.stage("s", { links: kafka.links(batch) }, (stage) => stage.read(batch.length)));
    expect(
      memory.span("s").links.map((link) => [link.context.spanId, link.attributes?.["pipeline.records.read"]]),
    ).toEqual([
      ["000000000000000a", 2],
      ["000000000000000b", 1],
    ]);
  });
});

describe("a run", () => {
  it("continues the trace that a carrier held, not what is active", async () => {
    const extracted = http.extract({ traceparent: parent });
    await pipeline("outer", () => pipeline("p", { parent: extracted }, () => {}));
    expect(memory.span("p").spanContext().traceId).toBe(traceId);
    expect(memory.span("p").parentSpanContext?.spanId).toBe(spanId);
  });
});

describe("traceparent", () => {
  it("is one line of text", () => {
    expect(inContext(() => traceparent.inject())).toBe(parent);
    expect(traceparent.inject()).toBeUndefined();
    expect(spanOf(traceparent.extract(parent))).toEqual(expected);
    expect([traceparent.extract(null), traceparent.extract("x")]).toEqual([ROOT_CONTEXT, ROOT_CONTEXT]);
  });
});

describe("B3", () => {
  it.each([
    ["single", { b3: `${traceId}-${spanId}-1` }],
    ["multi", { "x-b3-traceid": traceId, "x-b3-spanid": spanId, "x-b3-sampled": "1" }],
  ] as const)("%s is written and read", (form, headers) => {
    propagation.setGlobalPropagator(new B3Propagator(form));
    expect(inContext(() => http.inject())).toEqual(headers);
    expect(spanOf(http.extract(headers))).toEqual(expected);
    expect(spanOf(environment.extract(inContext(() => environment.inject({}))))).toEqual(expected);
  });

  it.each([
    [{ b3: `${traceId}-${spanId}-d-05e3ac9a4f6e3b90` }, [traceId, spanId, 1, true]],
    [{ b3: `${traceId}-${spanId}` }, [traceId, spanId, 0, true]],
    [{ b3: `8448eb211c80319c-${spanId}-1` }, [`${"0".repeat(16)}8448eb211c80319c`, spanId, 1, true]],
    [{ "X-B3-TraceId": traceId, "X-B3-SpanId": spanId, "X-B3-Sampled": "true" }, expected],
    [{ "X-B3-TraceId": traceId, "X-B3-SpanId": spanId, "X-B3-Flags": "1" }, expected],
    [{ b3: "0" }, undefined],
    [{ b3: "garbage" }, undefined],
    [{ "X-B3-TraceId": traceId }, undefined],
  ])("reads %j", (headers, span) => {
    propagation.setGlobalPropagator(new B3Propagator("single"));
    expect(spanOf(http.extract(headers))).toEqual(span);
  });
});
