import type { SpanBlock } from "../span-block.ts";
import { isPipelineSpan } from "../pipeline-keys.ts";
import { type DecodeContext, EnvelopeDecoder } from "./envelope-decoder.ts";
import { exportTraceServiceRequest } from "./json/message-types.ts";
import { jsonToProtobufSteps } from "./json/transcode.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { finish, type Steps } from "../steps.ts";
import type { DecodeOutcome } from "./rejections.ts";
import { SpanFields } from "./span-fields.ts";

const faults = {
  traceId: "trace_id must be 16 bytes and not all zero",
  spanId: "span_id must be 8 bytes and not all zero",
  parentSpanId: "parent_span_id must be empty or 8 bytes",
  linkTraceId: "a link's trace_id must be empty or 16 bytes",
  linkSpanId: "a link's span_id must be empty or 8 bytes",
} as const;

const spanFieldMax = 16;

/**
 * Appends the spans of an ExportTraceServiceRequest in protobuf to `block`. A span with an id that cannot be is
 * rejected and the others are accepted.
 * @throws SightglassError invalid_argument (with the byte offset), payload_too_large; then the caller rolls the block back
 */
export function decodeTracesProtobuf(body: Uint8Array, block: SpanBlock, context: DecodeContext): DecodeOutcome {
  return finish(decodeTracesSteps("protobuf", body, block, context));
}

/**
 * The same for an ExportTraceServiceRequest in JSON.
 * @throws SightglassError invalid_argument (with the JSON path), payload_too_large
 */
export function decodeTracesJson(body: Uint8Array, block: SpanBlock, context: DecodeContext): DecodeOutcome {
  return finish(decodeTracesSteps("json", body, block, context));
}

/** Either, in steps of some spans each. */
export function* decodeTracesSteps(
  encoding: "protobuf" | "json",
  body: Uint8Array,
  block: SpanBlock,
  context: DecodeContext,
): Steps<DecodeOutcome> {
  const message = encoding === "json" ? yield* jsonToProtobufSteps(body, exportTraceServiceRequest) : body;
  return yield* new TracesDecoder(message, block, context).steps();
}

/** Decodes spans (opentelemetry/proto/trace/v1/trace.proto). */
class TracesDecoder extends EnvelopeDecoder {
  private readonly block: SpanBlock;
  private readonly to: SpanBlock["to"];
  private readonly span = new SpanFields();
  /** Why the span cannot be accepted; empty while it can. */
  private fault = "";

  constructor(body: Uint8Array, block: SpanBlock, context: DecodeContext) {
    super(
      body,
      block.to,
      { ...context, redaction: block.redaction },
      { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" },
    );
    this.block = block;
    this.to = block.to;
  }

  protected decodeItem(end: number): void {
    const { reader, span } = this;
    let pipelineBits = 0;
    this.fault = "";
    span.reset();
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x4a) pipelineBits |= this.appendAttribute();
      else if (tag === 0x5a) this.appendEvent();
      else if (tag === 0x6a) this.appendLink();
      else if (!span.read(tag, reader)) reader.skipUnknown(tag, spanFieldMax);
    }
    if (span.traceId < 0) this.fault = faults.traceId;
    else if (span.spanId < 0) this.fault = faults.spanId;
    else if (span.isParentWrong) this.fault = faults.parentSpanId;
    if (this.fault === "") this.appendSpan(pipelineBits);
    else this.abandon();
  }

  private appendSpan(pipelineBits: number): void {
    const { to, span, redaction } = this;
    const { source } = this.reader;
    to.receivedAt.append(this.receivedLow, this.receivedHigh);
    this.appendTimes();
    to.traceId.append(source, span.traceId);
    to.spanId.append(source, span.spanId);
    if (span.parentSpanId < 0) to.parentSpanId.appendZeros();
    else to.parentSpanId.append(source, span.parentSpanId);
    to.traceState.append(source, span.traceStateStart, span.traceStateEnd);
    to.flags.append(span.flags);
    if (redaction?.replaces(source, span.nameStart, span.nameEnd) === true) redaction.appendReplacement(to.name);
    else to.name.append(source, span.nameStart, span.nameEnd);
    to.kind.append(span.kind > 0xff ? 0 : span.kind);
    to.statusCode.append(span.statusCode > 0xff ? 0 : span.statusCode);
    if (redaction?.replaces(source, span.statusStart, span.statusEnd) === true)
      redaction.appendReplacement(to.statusMessage);
    else to.statusMessage.append(source, span.statusStart, span.statusEnd);
    to.droppedAttributes.append(span.droppedAttributes);
    to.droppedEvents.append(span.droppedEvents);
    to.droppedLinks.append(span.droppedLinks);
    to.isPipeline.append(isPipelineSpan(pipelineBits) ? 1 : 0);
    this.endRow();
  }

  private endRow(): void {
    const { to } = this;
    this.appendEnvelope();
    to.attributes.endRow();
    to.eventTimes.endRow();
    to.eventNames.endRow();
    to.eventAttributes.endRow();
    to.linkTraceIds.endRow();
    to.linkSpanIds.endRow();
    to.linkAttributes.endRow();
    this.block.rowCount++;
    this.accepted++;
  }

  private abandon(): void {
    const { to } = this;
    to.attributes.abandonRow();
    to.eventTimes.abandonRow();
    to.eventNames.abandonRow();
    to.eventAttributes.abandonRow();
    to.linkTraceIds.abandonRow();
    to.linkSpanIds.abandonRow();
    to.linkAttributes.abandonRow();
    this.reject(this.fault);
  }

  /** Start and duration. A span without an end has the duration 0; one that ends before it starts a negative one. */
  private appendTimes(): void {
    const { to } = this;
    const { startLow, startHigh, endLow, endHigh } = this.span;
    if (((startHigh | endHigh) & 0x8000_0000) !== 0) {
      // After the year 2262: nothing that DateTime64(9) can hold.
      this.appendTime(to.startTime, startLow, startHigh);
      to.durationNs.append(0, 0);
      return;
    }
    to.startTime.append(startLow, startHigh);
    if (endLow === 0 && endHigh === 0) to.durationNs.append(0, 0);
    else to.durationNs.append(endLow - startLow, endHigh - startHigh - (endLow < startLow ? 1 : 0));
  }

  /** Event: time_unix_nano = 1, name = 2, attributes = 3, dropped_attributes_count = 4. */
  private appendEvent(): void {
    this.countPart();
    const { reader, to, json, list } = this;
    const end = reader.end();
    let low = 0;
    let high = 0;
    let nameStart = 0;
    let nameEnd = 0;
    let dropped = 0;
    list.clear();
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x09) {
        reader.fixed64();
        ({ low, high } = reader);
      } else if (tag === 0x12) {
        nameEnd = reader.end();
        nameStart = reader.position;
        reader.position = nameEnd;
      } else if (tag === 0x1a) this.collectAttribute();
      else if (tag === 0x20) dropped = reader.varint32();
      else reader.skipUnknown(tag, 4);
    }
    this.appendTime(to.eventTimes.elements, low, high);
    to.eventTimes.added();
    to.eventNames.elements.append(reader.source, nameStart, nameEnd);
    to.eventNames.added();
    json.clear();
    json.raw('{"attributes":');
    list.write(reader, json);
    json.raw(`,"droppedAttributesCount":${dropped}}`);
    to.eventAttributes.elements.append(json.source, 0, json.length);
    to.eventAttributes.added();
    reader.position = end;
  }

  /** Link: trace_id = 1, span_id = 2, trace_state = 3, attributes = 4, dropped_attributes_count = 5, flags = 6. */
  private appendLink(): void {
    this.countPart();
    const { reader, to, json, list } = this;
    const end = reader.end();
    let traceId = -1;
    let spanId = -1;
    let stateStart = 0;
    let stateEnd = 0;
    let dropped = 0;
    let flags = 0;
    list.clear();
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x0a) traceId = this.linkIdAt(16, faults.linkTraceId);
      else if (tag === 0x12) spanId = this.linkIdAt(8, faults.linkSpanId);
      else if (tag === 0x1a) {
        stateEnd = reader.end();
        stateStart = reader.position;
        reader.position = stateEnd;
      } else if (tag === 0x22) this.collectAttribute();
      else if (tag === 0x28) dropped = reader.varint32();
      else if (tag === 0x35) flags = reader.fixed32();
      else reader.skipUnknown(tag, 6);
    }
    appendOptionalId(to.linkTraceIds.elements, reader, traceId);
    to.linkTraceIds.added();
    appendOptionalId(to.linkSpanIds.elements, reader, spanId);
    to.linkSpanIds.added();
    json.clear();
    json.raw('{"traceState":');
    json.string(reader.source, stateStart, stateEnd);
    json.raw(`,"flags":${flags},"attributes":`);
    list.write(reader, json);
    json.raw(`,"droppedAttributesCount":${dropped}}`);
    to.linkAttributes.elements.append(json.source, 0, json.length);
    to.linkAttributes.added();
    reader.position = end;
  }

  private linkIdAt(width: number, fault: string): number {
    const { reader } = this;
    const end = reader.end();
    const start = reader.position;
    reader.position = end;
    if (end - start === width) return start;
    if (end > start) this.fault = fault;
    return -1;
  }
}

function appendOptionalId(column: SpanBlock["to"]["traceId"], reader: ProtobufReader, start: number): void {
  if (start < 0) column.appendZeros();
  else column.append(reader.source, start);
}
