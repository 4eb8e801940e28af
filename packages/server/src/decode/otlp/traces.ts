import type { SpanBlock } from "../span-block.ts";
import { isPipelineSpan } from "../pipeline-keys.ts";
import { type DecodeContext, EnvelopeDecoder } from "./envelope-decoder.ts";
import { exportTraceServiceRequest } from "./json/message-types.ts";
import { jsonToProtobuf } from "./json/transcode.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import type { DecodeOutcome } from "./rejections.ts";

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
  return new TracesDecoder(body, block, context).decode();
}

/**
 * The same for an ExportTraceServiceRequest in JSON.
 * @throws SightglassError invalid_argument (with the JSON path), payload_too_large
 */
export function decodeTracesJson(body: Uint8Array, block: SpanBlock, context: DecodeContext): DecodeOutcome {
  return decodeTracesProtobuf(jsonToProtobuf(body, exportTraceServiceRequest), block, context);
}

/** Decodes spans (opentelemetry/proto/trace/v1/trace.proto). */
class TracesDecoder extends EnvelopeDecoder {
  private readonly block: SpanBlock;
  private readonly to: SpanBlock["to"];
  private fault = "";
  private parentStart = -1;
  private statusStart = 0;
  private statusEnd = 0;
  private statusCode = 0;

  constructor(body: Uint8Array, block: SpanBlock, context: DecodeContext) {
    super(body, block.to, context, { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" });
    this.block = block;
    this.to = block.to;
  }

  protected decodeItem(end: number): void {
    const { reader, to } = this;
    let traceId = -1;
    let spanId = -1;
    let traceStateStart = 0;
    let traceStateEnd = 0;
    let nameStart = 0;
    let nameEnd = 0;
    let kind = 0;
    let startLow = 0;
    let startHigh = 0;
    let endLow = 0;
    let endHigh = 0;
    let flags = 0;
    let droppedAttributes = 0;
    let droppedEvents = 0;
    let droppedLinks = 0;
    let pipelineBits = 0;
    this.fault = "";
    this.parentStart = -1;
    this.statusStart = 0;
    this.statusEnd = 0;
    this.statusCode = 0;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      switch (tag) {
        case 0x0a:
          traceId = idAt(reader, 16);
          break;
        case 0x12:
          spanId = idAt(reader, 8);
          break;
        case 0x1a:
          traceStateEnd = reader.end();
          traceStateStart = reader.position;
          reader.position = traceStateEnd;
          break;
        case 0x22:
          this.readParent();
          break;
        case 0x2a:
          nameEnd = reader.end();
          nameStart = reader.position;
          reader.position = nameEnd;
          break;
        case 0x30:
          kind = reader.varint32();
          break;
        case 0x39:
          reader.fixed64();
          startLow = reader.low;
          startHigh = reader.high;
          break;
        case 0x41:
          reader.fixed64();
          endLow = reader.low;
          endHigh = reader.high;
          break;
        case 0x4a:
          pipelineBits |= this.appendAttribute();
          break;
        case 0x50:
          droppedAttributes = reader.varint32();
          break;
        case 0x5a:
          this.appendEvent();
          break;
        case 0x60:
          droppedEvents = reader.varint32();
          break;
        case 0x6a:
          this.appendLink();
          break;
        case 0x70:
          droppedLinks = reader.varint32();
          break;
        case 0x7a:
          this.readStatus();
          break;
        case 0x85:
          flags = reader.fixed32();
          break;
        default:
          reader.skipUnknown(tag, spanFieldMax);
      }
    }
    if (traceId < 0) this.fault = faults.traceId;
    else if (spanId < 0) this.fault = faults.spanId;
    if (this.fault !== "") {
      this.abandon();
      return;
    }
    const { source } = reader;
    to.receivedAt.append(this.receivedLow, this.receivedHigh);
    this.appendTimes(startLow, startHigh, endLow, endHigh);
    to.traceId.append(source, traceId);
    to.spanId.append(source, spanId);
    if (this.parentStart < 0) to.parentSpanId.appendZeros();
    else to.parentSpanId.append(source, this.parentStart);
    to.traceState.append(source, traceStateStart, traceStateEnd);
    to.flags.append(flags);
    to.name.append(source, nameStart, nameEnd);
    to.kind.append(kind > 0xff ? 0 : kind);
    to.statusCode.append(this.statusCode > 0xff ? 0 : this.statusCode);
    to.statusMessage.append(source, this.statusStart, this.statusEnd);
    to.droppedAttributes.append(droppedAttributes);
    to.droppedEvents.append(droppedEvents);
    to.droppedLinks.append(droppedLinks);
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

  /** An id of zeros is the absent one. */
  private readParent(): void {
    const { reader } = this;
    const end = reader.end();
    const length = end - reader.position;
    this.parentStart = length === 8 ? reader.position : -1;
    if (length !== 8 && length !== 0) this.fault = faults.parentSpanId;
    reader.position = end;
  }

  /** Start and duration. A span without an end has the duration 0; one that ends before it starts a negative one. */
  private appendTimes(startLow: number, startHigh: number, endLow: number, endHigh: number): void {
    const { to } = this;
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

  /** Status: message = 2, code = 3. */
  private readStatus(): void {
    const { reader } = this;
    const end = reader.end();
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x18) this.statusCode = reader.varint32();
      else if (tag === 0x12) {
        this.statusEnd = reader.end();
        this.statusStart = reader.position;
        reader.position = this.statusEnd;
      } else if (tag === 0x08) reader.varint32();
      else reader.skipUnknown(tag, 3);
    }
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

/** Where the id that follows starts; -1 when it has another width or is all zero. */
function idAt(reader: ProtobufReader, width: 8 | 16): number {
  const end = reader.end();
  const start = reader.position;
  reader.position = end;
  if (end - start !== width) return -1;
  const { view } = reader.source;
  let bits = view.getUint32(start) | view.getUint32(start + 4);
  if (width === 16) bits |= view.getUint32(start + 8) | view.getUint32(start + 12);
  return bits === 0 ? -1 : start;
}
