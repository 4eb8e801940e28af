import { type Context, context, diag, propagation, ROOT_CONTEXT, type TextMapGetter, trace } from "@opentelemetry/api";
import { safely } from "../safely.ts";
import { formatBaggage, formatTraceparent, parseBaggage, parseTraceparent } from "./w3c.ts";

/** What a carrier holds: `traceparent`, `tracestate` and `baggage`, or B3's, each in the text form of its specification. */
export type Fields = Record<string, string>;

/** Of one field. W3C allows 512 characters of tracestate and 8192 bytes of baggage; what is longer is not read. */
const fieldCharsMax = 8192;

const utf8 = new TextDecoder();

/**
 * The active trace and baggage in the formats of the registered propagators (OTEL_PROPAGATORS), else in W3C's. Empty when
 * nothing is active. Never throws.
 */
export function activeFields(): Fields {
  const from = context.active();
  return safely(() => {
    if (propagation.fields().length === 0) return w3cFields(from);
    const fields: Fields = {};
    propagation.inject(from, fields, { set: (carrier, key, value) => void (carrier[key] = value) });
    return fields;
  }, {});
}

/** The same, with W3C's in any case: for engines that read these and no others. */
export function activeFieldsWithW3c(): Fields {
  return { ...safely(() => w3cFields(context.active()), {}), ...activeFields() };
}

/**
 * The context that a carrier holds, on top of the root: what another process sent has nothing to do with what is active
 * here. `read` may return anything; text and bytes count, and of a list the last. Never throws.
 */
export function contextOf(read: (field: string) => unknown): Context {
  const getter: TextMapGetter = { keys: () => [], get: (_carrier, field) => textOf(read(field)) };
  return safely(
    () =>
      propagation.fields().length > 0
        ? propagation.extract(ROOT_CONTEXT, undefined, getter)
        : w3cContext((field) => textOf(read(field))),
    ROOT_CONTEXT,
  );
}

/** The same, but W3C's fields count when those of the registered propagators say nothing. */
export function contextOfW3cToo(read: (field: string) => unknown): Context {
  const found = contextOf(read);
  if (trace.getSpanContext(found) !== undefined) return found;
  return safely(() => w3cContext((field) => textOf(read(field))), ROOT_CONTEXT);
}

/**
 * As much of the fields as there is room for. Baggage goes first, then tracestate, then all: half a trace is none. What is
 * left out is told to OpenTelemetry's diagnostics.
 */
export function fitting(fields: Fields, limit: { name: string; bytes: number }, bytesOf: (some: Fields) => number) {
  const { baggage: _baggage, ...withState } = fields;
  const { tracestate: _tracestate, ...bare } = withState;
  const fits = [fields, withState, bare].find((some) => bytesOf(some) <= limit.bytes) ?? {};
  if (fits !== fields) {
    const lost = Object.keys(fields).filter((field) => !Object.hasOwn(fits, field));
    safely(
      () => diag.warn(`sightglass: ${limit.name} holds ${limit.bytes} bytes: no room for ${lost.join()}`),
      undefined,
    );
  }
  return fits;
}

/** Text of what a header, a column or a label held. */
export function textOf(value: unknown): string | undefined {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  const isShort = (text: { length: number }) => text.length <= fieldCharsMax;
  if (typeof last === "string") return isShort(last) ? last : undefined;
  return last instanceof Uint8Array && isShort(last) ? utf8.decode(last) : undefined;
}

function w3cFields(from: Context): Fields {
  const span = trace.getSpanContext(from);
  const baggage = propagation.getBaggage(from);
  const fields: Record<string, string | undefined> = {
    traceparent: span && formatTraceparent(span),
    tracestate: span?.traceState?.serialize(),
    baggage: baggage && formatBaggage(baggage),
  };
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );
}

function w3cContext(read: (field: string) => string | undefined): Context {
  const parent = parseTraceparent(read("traceparent") ?? "", read("tracestate"));
  const baggage = parseBaggage(read("baggage") ?? "");
  const withSpan = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  return baggage === undefined ? withSpan : propagation.setBaggage(withSpan, baggage);
}
