import type { AnyValue, KeyValue } from "../http/contract.ts";
import { endNsOf, groupSpans } from "./trace-otlp.ts";
import { ProtobufWriter } from "./trace-protobuf-writer.ts";
import type { Scope, SpanEvent, SpanLink, StoredSpan } from "./trace-span.ts";

/**
 * A page of spans as `resource_spans` fields of OTLP's TracesData (Tempo's Trace is the same on the wire). Pages written
 * one after the other are one message: repeated fields add up.
 */
export function resourceSpansProtobuf(spans: readonly StoredSpan[]): Uint8Array {
  const writer = new ProtobufWriter();
  for (const { resource, scopes } of groupSpans(spans))
    writer.message(1, () => {
      writer.message(1, () => {
        writeAttributes(writer, 1, resource.attributes);
        writeCount(writer, 2, resource.droppedAttributesCount);
      });
      for (const { scope, spans: own } of scopes)
        writer.message(2, () => {
          writer.message(1, () => writeScope(writer, scope));
          for (const span of own) writer.message(2, () => writeSpan(writer, span));
          writeText(writer, 3, scope.schemaUrl);
        });
      writeText(writer, 3, resource.schemaUrl);
    });
  return writer.take();
}

/** The same as the field `trace` of Tempo's TraceByIDResponse; a message field that comes again is merged. */
export function tempoTraceProtobuf(spans: readonly StoredSpan[]): Uint8Array {
  const writer = new ProtobufWriter();
  writer.bytes(1, resourceSpansProtobuf(spans));
  return writer.take();
}

function writeScope(writer: ProtobufWriter, scope: Scope): void {
  writeText(writer, 1, scope.name);
  writeText(writer, 2, scope.version);
  writeAttributes(writer, 3, scope.attributes);
  writeCount(writer, 4, scope.droppedAttributesCount);
}

/** Field numbers: opentelemetry/proto/trace/v1/trace.proto. */
function writeSpan(writer: ProtobufWriter, span: StoredSpan): void {
  writer.bytes(1, Buffer.from(span.traceId, "hex"));
  writer.bytes(2, Buffer.from(span.spanId, "hex"));
  writeText(writer, 3, span.traceState);
  if (span.parentSpanId !== "") writer.bytes(4, Buffer.from(span.parentSpanId, "hex"));
  writeText(writer, 5, span.name);
  writeCount(writer, 6, span.kind);
  writer.fixed64(7, BigInt(span.startNs));
  writer.fixed64(8, endNsOf(span));
  writeAttributes(writer, 9, span.attributes);
  writeCount(writer, 10, span.droppedAttributesCount);
  for (const event of span.events) writer.message(11, () => writeEvent(writer, event));
  writeCount(writer, 12, span.droppedEventsCount);
  for (const link of span.links) writer.message(13, () => writeLink(writer, link));
  writeCount(writer, 14, span.droppedLinksCount);
  if (span.statusCode !== 0 || span.statusMessage !== "")
    writer.message(15, () => {
      writeText(writer, 2, span.statusMessage);
      writeCount(writer, 3, span.statusCode);
    });
  if (span.flags !== 0) writer.fixed32(16, span.flags);
}

function writeEvent(writer: ProtobufWriter, event: SpanEvent): void {
  writer.fixed64(1, BigInt(event.timeNs));
  writeText(writer, 2, event.name);
  writeAttributes(writer, 3, event.attributes);
  writeCount(writer, 4, event.droppedAttributesCount);
}

function writeLink(writer: ProtobufWriter, link: SpanLink): void {
  writer.bytes(1, Buffer.from(link.traceId, "hex"));
  writer.bytes(2, Buffer.from(link.spanId, "hex"));
  writeText(writer, 3, link.traceState);
  writeAttributes(writer, 4, link.attributes);
  writeCount(writer, 5, link.droppedAttributesCount);
  if (link.flags !== 0) writer.fixed32(6, link.flags);
}

function writeText(writer: ProtobufWriter, field: number, value: string): void {
  if (value !== "") writer.string(field, value);
}

function writeCount(writer: ProtobufWriter, field: number, value: number): void {
  if (value !== 0) writer.uint32(field, value);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: readonly KeyValue[]): void {
  for (const { key, value } of attributes)
    writer.message(field, () => {
      writer.string(1, key);
      writer.message(2, () => writeValue(writer, value));
    });
}

/** The value is a oneof: written even where it is the default. */
function writeValue(writer: ProtobufWriter, value: AnyValue): void {
  if ("stringValue" in value) writer.string(1, value.stringValue);
  else if ("boolValue" in value) writer.uint32(2, value.boolValue ? 1 : 0);
  else if ("intValue" in value) writer.int64(3, BigInt(value.intValue));
  else if ("doubleValue" in value) writer.double(4, Number(value.doubleValue));
  else if ("bytesValue" in value) writer.bytes(7, Buffer.from(value.bytesValue, "base64"));
  else if ("arrayValue" in value)
    writer.message(5, () => {
      for (const element of value.arrayValue.values) writer.message(1, () => writeValue(writer, element));
    });
  else if ("kvlistValue" in value) writer.message(6, () => writeAttributes(writer, 1, value.kvlistValue.values));
}
