import {
  type Context,
  context,
  createTraceState,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { B3Propagator } from "../bootstrap/b3-propagator.ts";
import { Memory } from "../testing/memory.ts";
import { boundaries } from "./testing/boundaries.ts";

/** What every boundary has to do, whatever the format. */

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const spanOf = (extracted: Context) => {
  const span = trace.getSpanContext(extracted);
  return span && [span.traceId, span.spanId, span.traceFlags, span.isRemote];
};
const expected = [traceId, spanId, 1, true];
const baggageOf = (extracted: Context) => propagation.getBaggage(extracted)?.getEntry("a b")?.value;

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => {
  memory.remove();
  propagation.disable();
});

/** In a context with a trace and baggage. */
function inTrace<T>(work: () => T): T {
  const traceState = createTraceState("vendor=1");
  const span = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, traceState });
  return context.with(propagation.setBaggage(span, propagation.createBaggage({ "a b": { value: "c,d e" } })), work);
}

interface Format {
  name: string;
  propagator?: TextMapPropagator;
  /** What a sender in this format writes for the trace above. */
  fields: Record<string, string>;
  isW3c: boolean;
}

const w3cFields = { traceparent: `00-${traceId}-${spanId}-01` };
const formats: Format[] = [
  { name: "no propagator, so W3C", fields: w3cFields, isW3c: true },
  {
    name: "W3C",
    propagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
    fields: w3cFields,
    isW3c: true,
  },
  {
    name: "B3 single",
    propagator: new B3Propagator("single"),
    fields: { b3: `${traceId}-${spanId}-1` },
    isW3c: false,
  },
  {
    name: "B3 multi",
    propagator: new B3Propagator("multi"),
    fields: { "x-b3-traceid": traceId, "x-b3-spanid": spanId, "x-b3-sampled": "1" },
    isW3c: false,
  },
];

const thrower = new Proxy(
  {},
  {
    get: () => {
      throw new Error("hostile");
    },
    ownKeys: () => {
      throw new Error("hostile");
    },
  },
);
const hostile = [undefined, null, 0, "", "garbage", "{", '{"otel":1}', [], [[]], {}, thrower, { headers: thrower }];

describe.each(boundaries)("$name", ({ cross, arriving, extract, links }) => {
  describe.each(formats)("in the format $name", ({ propagator, fields, isW3c }) => {
    beforeEach(() => {
      if (propagator !== undefined) propagation.setGlobalPropagator(propagator);
    });

    it("carries the trace; its state and baggage where the format has them", () => {
      const arrived = extract(inTrace(cross));
      expect(spanOf(arrived)).toEqual(expected);
      if (!isW3c) return;
      expect(baggageOf(arrived)).toBe("c,d e");
      expect(trace.getSpanContext(arrived)?.traceState?.get("vendor")).toBe("1");
    });

    it("reads what others write, on top of the root and not of what is active", () => {
      expect(
        spanOf(
          context.with(
            propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ "a b": { value: "active" } })),
            () => extract(arriving(fields)),
          ),
        ),
      ).toEqual(expected);
    });

    it("carries nothing when nothing is active", () => {
      expect(spanOf(extract(cross()))).toBeUndefined();
    });

    it("makes the root context of anything else", () => {
      expect(hostile.map((value) => spanOf(extract(value)))).toEqual(hostile.map(() => undefined));
    });

    it("makes something of anything, and throws nothing", () => {
      fc.assert(
        fc.property(fc.anything({ withNullPrototype: true, withMap: true, withBigInt: true }), (value) => {
          extract(value);
          links([value]);
        }),
        { numRuns: 20, seed: 1 },
      );
    });

    it.each(["", "x", "0".repeat(55), "\u0000%zz'\\*/", "a".repeat(100_000)])(
      "makes no trace of fields that are garbage",
      (value) => {
        const garbage = Object.fromEntries(
          Object.keys({ ...fields, tracestate: "", baggage: "" }).map((field) => [field, value]),
        );
        let incoming: unknown;
        try {
          incoming = arriving(garbage);
        } catch {
          return; // fetch's Headers refuse it
        }
        expect(spanOf(extract(incoming))).toBeUndefined();
      },
    );

    it("links to each producer of a batch once", () => {
      const batch = [...inTrace(() => [cross(), cross()]), cross()];
      expect(links(batch)).toMatchObject([
        { context: { traceId, spanId }, attributes: { "pipeline.records.read": 2 } },
      ]);
    });
  });
});
