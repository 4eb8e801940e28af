import type { AnyValue, KeyValue } from "../http/contract.ts";
import type { OpenTrace } from "./trace-batches.ts";
import { TraceDictionary } from "./trace-dictionary.ts";
import { readResource, readScope, type Scope, type StoredSpan } from "./trace-span.ts";

/** A tag as Jaeger's UI model has it. */
export interface JaegerTag {
  key: string;
  type: "string" | "bool" | "int64" | "float64" | "binary";
  value: string | number | boolean;
}

/** One trace in Jaeger's v1 JSON, in pieces: spans first, then the processes that they were seen to be of. */
export async function* jaegerTraceJson(trace: OpenTrace): AsyncGenerator<string> {
  const processes = new TraceDictionary();
  const scopes = new Map<string, Scope>();
  yield `{"traceID":${JSON.stringify(trace.traceId)},"spans":[`;
  let separator = "";
  const services: string[] = [];
  for await (const page of trace.pages) {
    let text = "";
    for (const span of page) {
      const process = processes.indexOf(span.resource);
      services[process] ??= span.service;
      let scope = scopes.get(span.scope);
      if (scope === undefined) scopes.set(span.scope, (scope = readScope(span.scope)));
      text += separator + JSON.stringify(jaegerSpan(span, { scope, process, missingParents: trace.missingParents }));
      separator = ",";
    }
    yield text;
  }
  const entries = processes.texts.map((text, index) => {
    const tags = readResource(text).attributes.filter(({ key }) => key !== "service.name");
    return [processId(index), { serviceName: services[index] ?? "", tags: tags.map(jaegerTag) }] as const;
  });
  yield `],"processes":${JSON.stringify(Object.fromEntries(entries))},"warnings":null}`;
}

const processId = (index: number) => `p${index + 1}`;

interface SpanContext {
  scope: Scope;
  process: number;
  missingParents: ReadonlySet<string>;
}

function jaegerSpan(span: StoredSpan, { scope, process, missingParents }: SpanContext): object {
  const { traceId, parentSpanId } = span;
  const isOrphan = parentSpanId !== "" && missingParents.has(parentSpanId);
  return {
    traceID: traceId,
    spanID: span.spanId,
    ...(span.flags === 0 ? {} : { flags: span.flags }),
    operationName: span.name,
    references: [
      ...(parentSpanId === "" ? [] : [{ refType: "CHILD_OF", traceID: traceId, spanID: parentSpanId }]),
      ...span.links.map((link) => ({
        refType: referenceType(link.attributes),
        traceID: link.traceId,
        spanID: link.spanId,
      })),
    ],
    startTime: microseconds(span.startNs),
    duration: Math.max(0, microseconds(span.durationNs)),
    tags: spanTags(span, scope),
    logs: span.events.map((event) => ({
      timestamp: microseconds(event.timeNs),
      fields: [...(event.name === "" ? [] : [textTag("event", event.name)]), ...event.attributes.map(jaegerTag)],
    })),
    processID: processId(process),
    warnings: isOrphan ? [`parent span ID=${parentSpanId} is not in the trace`] : null,
  };
}

/** A link keeps the reference type that an OpenTracing client gave it (semantic conventions, opentracing.ref_type). */
function referenceType(attributes: readonly KeyValue[]): "CHILD_OF" | "FOLLOWS_FROM" {
  const value = attributes.find(({ key }) => key === "opentracing.ref_type")?.value;
  return value !== undefined && "stringValue" in value && value.stringValue === "child_of"
    ? "CHILD_OF"
    : "FOLLOWS_FROM";
}

const kinds = ["", "internal", "server", "client", "producer", "consumer"];
const statuses = ["", "OK", "ERROR"];

/** In the order in which OpenTelemetry's translation to Jaeger puts them. */
function spanTags(span: StoredSpan, scope: Scope): JaegerTag[] {
  const tags: JaegerTag[] = [];
  if (scope.name !== "") tags.push(textTag("otel.scope.name", scope.name));
  if (scope.version !== "") tags.push(textTag("otel.scope.version", scope.version));
  for (const attribute of span.attributes) tags.push(jaegerTag(attribute));
  const kind = kinds[span.kind] ?? "";
  if (kind !== "") tags.push(textTag("span.kind", kind));
  const status = statuses[span.statusCode] ?? "";
  if (status !== "") tags.push(textTag("otel.status_code", status));
  if (span.statusCode === 2) tags.push({ key: "error", type: "bool", value: true });
  if (span.statusMessage !== "") tags.push(textTag("otel.status_description", span.statusMessage));
  if (span.traceState !== "") tags.push(textTag("w3c.tracestate", span.traceState));
  return tags;
}

function textTag(key: string, value: string): JaegerTag {
  return { key, type: "string", value };
}

/** Ints beyond 2^53 are given as text, as Jaeger does; arrays and maps as their JSON. */
export function jaegerTag({ key, value }: KeyValue): JaegerTag {
  if ("stringValue" in value) return textTag(key, value.stringValue);
  if ("boolValue" in value) return { key, type: "bool", value: value.boolValue };
  if ("doubleValue" in value) return { key, type: "float64", value: value.doubleValue };
  if ("bytesValue" in value) return { key, type: "binary", value: value.bytesValue };
  if ("intValue" in value) {
    const number = Number(value.intValue);
    return { key, type: "int64", value: Number.isSafeInteger(number) ? number : value.intValue };
  }
  return textTag(key, "arrayValue" in value || "kvlistValue" in value ? JSON.stringify(plainValue(value)) : "");
}

function plainValue(value: AnyValue): unknown {
  if ("arrayValue" in value) return value.arrayValue.values.map(plainValue);
  if ("kvlistValue" in value)
    return Object.fromEntries(value.kvlistValue.values.map((entry) => [entry.key, plainValue(entry.value)]));
  if ("stringValue" in value) return value.stringValue;
  if ("boolValue" in value) return value.boolValue;
  if ("doubleValue" in value) return value.doubleValue;
  if ("bytesValue" in value) return value.bytesValue;
  if ("intValue" in value) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : value.intValue;
  }
  return null;
}

/** Whole microseconds of a decimal count of nanoseconds; exact below 2^53. */
function microseconds(ns: string): number {
  return Number(BigInt(ns) / 1000n);
}
