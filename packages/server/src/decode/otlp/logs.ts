import type { LogBlock } from "../log-block.ts";
import { isAnnouncement } from "../pipeline-keys.ts";
import { anyValueKind, KeyValueFields, writeAnyValue } from "./any-value.ts";
import { type DecodeContext, EnvelopeDecoder } from "./envelope-decoder.ts";
import { exportLogsServiceRequest } from "./json/message-types.ts";
import { jsonToProtobuf } from "./json/transcode.ts";
import type { DecodeOutcome } from "./rejections.ts";

const faults = {
  traceId: "trace_id must be empty or 16 bytes",
  spanId: "span_id must be empty or 8 bytes",
} as const;

const recordFieldMax = 12;
/** Where SDKs put the event name before LogRecord had a field for it. */
const eventNameKey = Buffer.from("event.name");

/**
 * Appends the records of an ExportLogsServiceRequest in protobuf to `block`. A record with an id that cannot be is
 * rejected and the others are accepted.
 * @throws SightglassError invalid_argument (with the byte offset), payload_too_large; then the caller rolls the block back
 */
export function decodeLogsProtobuf(body: Uint8Array, block: LogBlock, context: DecodeContext): DecodeOutcome {
  return new LogsDecoder(body, block, context).decode();
}

/**
 * The same for an ExportLogsServiceRequest in JSON.
 * @throws SightglassError invalid_argument (with the JSON path), payload_too_large
 */
export function decodeLogsJson(body: Uint8Array, block: LogBlock, context: DecodeContext): DecodeOutcome {
  return decodeLogsProtobuf(jsonToProtobuf(body, exportLogsServiceRequest), block, context);
}

/** Decodes log records (opentelemetry/proto/logs/v1/logs.proto). */
class LogsDecoder extends EnvelopeDecoder {
  private readonly block: LogBlock;
  private readonly to: LogBlock["to"];
  private readonly attribute = new KeyValueFields();

  constructor(body: Uint8Array, block: LogBlock, context: DecodeContext) {
    super(body, block.to, context, { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" });
    this.block = block;
    this.to = block.to;
  }

  protected decodeItem(end: number): void {
    const { reader, to } = this;
    let traceId = -1;
    let spanId = -1;
    let fault = "";
    let timeLow = 0;
    let timeHigh = 0;
    let observedLow = 0;
    let observedHigh = 0;
    let severityNumber = 0;
    let severityStart = 0;
    let severityEnd = 0;
    let eventStart = 0;
    let eventEnd = 0;
    let bodyStart = 0;
    let bodyEnd = 0;
    let flags = 0;
    let dropped = 0;
    let attributes = 0;
    const start = reader.position;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      switch (tag) {
        case 0x09:
          reader.fixed64();
          timeLow = reader.low;
          timeHigh = reader.high;
          break;
        case 0x10:
          severityNumber = reader.varint32();
          break;
        case 0x1a:
          severityEnd = reader.end();
          severityStart = reader.position;
          reader.position = severityEnd;
          break;
        case 0x2a:
          bodyEnd = reader.end();
          bodyStart = reader.position;
          reader.position = bodyEnd;
          break;
        case 0x32:
          attributes++;
          this.appendAttribute();
          break;
        case 0x38:
          dropped = reader.varint32();
          break;
        case 0x45:
          flags = reader.fixed32();
          break;
        case 0x4a:
        case 0x52: {
          const idEnd = reader.end();
          const width = tag === 0x4a ? 16 : 8;
          const length = idEnd - reader.position;
          const id = length === width ? reader.position : -1;
          if (length !== width && length !== 0) fault = tag === 0x4a ? faults.traceId : faults.spanId;
          if (tag === 0x4a) traceId = id;
          else spanId = id;
          reader.position = idEnd;
          break;
        }
        case 0x59:
          reader.fixed64();
          observedLow = reader.low;
          observedHigh = reader.high;
          break;
        case 0x62:
          eventEnd = reader.end();
          eventStart = reader.position;
          reader.position = eventEnd;
          break;
        case 0x22:
          // The name of a record in OTLP before 0.20, since removed.
          reader.skip(tag);
          break;
        default:
          reader.skipUnknown(tag, recordFieldMax);
      }
    }
    if (fault !== "") {
      to.attributes.abandonRow();
      this.reject(fault);
      return;
    }
    const { source } = reader;
    this.appendTimes(timeLow, timeHigh, observedLow, observedHigh);
    if (traceId < 0) to.traceId.appendZeros();
    else to.traceId.append(source, traceId);
    if (spanId < 0) to.spanId.appendZeros();
    else to.spanId.append(source, spanId);
    to.flags.append(flags);
    to.severityNumber.append(severityNumber > 0xff ? 0 : severityNumber);
    to.severityText.append(source, severityStart, severityEnd);
    to.droppedAttributes.append(dropped);
    if (eventEnd === eventStart && attributes > 0) {
      const found = this.eventNameAttribute(start, end);
      eventStart = found.start;
      eventEnd = found.end;
    }
    to.eventName.append(source, eventStart, eventEnd);
    to.isPipeline.append(isAnnouncement(source, eventStart, eventEnd) ? 1 : 0);
    this.appendBody(bodyStart, bodyEnd);
    to.attributes.endRow();
    this.appendEnvelope();
    this.block.rowCount++;
    this.accepted++;
  }

  /**
   * A record without a time of its own has the time when it was observed, and one without that the time when it was
   * received (logs data model: "use Timestamp if it is present, otherwise use ObservedTimestamp").
   */
  private appendTimes(timeLow: number, timeHigh: number, observedLow: number, observedHigh: number): void {
    const { to, receivedLow, receivedHigh } = this;
    to.receivedAt.append(receivedLow, receivedHigh);
    let low = observedLow;
    let high = observedHigh;
    if (low === 0 && high === 0) {
      low = this.receivedNsLow;
      high = this.receivedNsHigh;
    }
    this.appendTime(to.observedTime, low, high);
    if (timeLow === 0 && timeHigh === 0) this.appendTime(to.time, low, high);
    else this.appendTime(to.time, timeLow, timeHigh);
  }

  /** A string as it is, anything else as typed JSON. */
  private appendBody(start: number, end: number): void {
    const { reader, to, value, json } = this;
    reader.position = start;
    value.read(reader, end);
    if (value.kind === anyValueKind.string || value.kind === anyValueKind.empty) {
      if (value.kind === anyValueKind.empty) to.body.appendEmpty();
      else to.body.append(reader.source, value.start, value.end);
      to.bodyIsJson.append(0);
      return;
    }
    json.clear();
    writeAnyValue(reader, start, end, json);
    to.body.append(json.source, 0, json.length);
    to.bodyIsJson.append(1);
  }

  /** The value of the string attribute `event.name`, an empty range without one. */
  private eventNameAttribute(start: number, end: number): { start: number; end: number } {
    const { reader, attribute, value } = this;
    const { bytes } = reader.source;
    reader.position = start;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag !== 0x32) {
        reader.skip(tag);
        continue;
      }
      const attributeEnd = reader.end();
      attribute.read(reader, attributeEnd);
      if (
        attribute.keyEnd - attribute.keyStart === eventNameKey.length &&
        eventNameKey.equals(bytes.subarray(attribute.keyStart, attribute.keyEnd))
      ) {
        reader.position = attribute.valueStart;
        value.read(reader, attribute.valueEnd);
        if (value.kind === anyValueKind.string) return { start: value.start, end: value.end };
      }
      reader.position = attributeEnd;
    }
    return { start: 0, end: 0 };
  }
}
