import type { KeyValue } from "../http/contract.ts";
import { endNsOf, groupSpans } from "./trace-otlp.ts";
import type { Scope, StoredSpan } from "./trace-span.ts";

/**
 * `otlp`: OTLP/JSON (ids in hexadecimal, enums as integers), as Jaeger's v3 API answers.
 * `proto`: the protobuf JSON mapping (bytes in base64, enums by name), as Tempo answers.
 */
export type OtlpJsonStyle = "otlp" | "proto";

/** A page of spans as ResourceSpans messages in JSON. Fields that hold their default are left out. */
export function resourceSpansJson(spans: readonly StoredSpan[], style: OtlpJsonStyle): object[] {
  return groupSpans(spans).map(({ resource, scopes }) => ({
    resource: resourceJson(resource),
    scopeSpans: scopes.map(({ scope, spans: own }) => ({
      scope: scopeJson(scope),
      spans: own.map((span) => spanJson(span, style)),
      ...text("schemaUrl", scope.schemaUrl),
    })),
    ...text("schemaUrl", resource.schemaUrl),
  }));
}

interface Attributed {
  attributes: KeyValue[];
  droppedAttributesCount: number;
}

function resourceJson({ attributes, droppedAttributesCount }: Attributed): object {
  return { ...list("attributes", attributes), ...count("droppedAttributesCount", droppedAttributesCount) };
}

function scopeJson(scope: Scope): object {
  return { ...text("name", scope.name), ...text("version", scope.version), ...resourceJson(scope) };
}

const kindNames = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
const statusNames = ["UNSET", "OK", "ERROR"];

function spanJson(span: StoredSpan, style: OtlpJsonStyle): object {
  const id = (hex: string) => (style === "otlp" ? hex : Buffer.from(hex, "hex").toString("base64"));
  const enumeration = (key: string, value: number, names: readonly string[], prefix: string) =>
    value === 0 ? {} : { [key]: style === "otlp" ? value : `${prefix}${names[value] ?? value}` };
  return {
    traceId: id(span.traceId),
    spanId: id(span.spanId),
    ...text("traceState", span.traceState),
    ...text("parentSpanId", id(span.parentSpanId)),
    ...count("flags", span.flags),
    name: span.name,
    ...enumeration("kind", span.kind, kindNames, "SPAN_KIND_"),
    startTimeUnixNano: span.startNs,
    endTimeUnixNano: endNsOf(span).toString(),
    ...list("attributes", span.attributes),
    ...count("droppedAttributesCount", span.droppedAttributesCount),
    ...list(
      "events",
      span.events.map((event) => ({
        timeUnixNano: event.timeNs,
        ...text("name", event.name),
        ...resourceJson(event),
      })),
    ),
    ...count("droppedEventsCount", span.droppedEventsCount),
    ...list(
      "links",
      span.links.map((link) => ({
        traceId: id(link.traceId),
        spanId: id(link.spanId),
        ...text("traceState", link.traceState),
        ...resourceJson(link),
        ...count("flags", link.flags),
      })),
    ),
    ...count("droppedLinksCount", span.droppedLinksCount),
    status: {
      ...text("message", span.statusMessage),
      ...enumeration("code", span.statusCode, statusNames, "STATUS_CODE_"),
    },
  };
}

function text(key: string, value: string): object {
  return value === "" ? {} : { [key]: value };
}

function count(key: string, value: number): object {
  return value === 0 ? {} : { [key]: value };
}

function list(key: string, values: readonly unknown[]): object {
  return values.length === 0 ? {} : { [key]: values };
}
