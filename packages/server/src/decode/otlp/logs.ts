import type { LogBlock } from "../log-block.ts";
import { isAnnouncement } from "../pipeline-keys.ts";
import { anyValueKind, KeyValueFields, writeAnyValue } from "./any-value.ts";
import { type DecodeContext, EnvelopeDecoder } from "./envelope-decoder.ts";
import { exportLogsServiceRequest } from "./json/message-types.ts";
import { jsonToProtobufSteps } from "./json/transcode.ts";
import { LogFields } from "./log-fields.ts";
import { finish, type Steps } from "../steps.ts";
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
  return finish(decodeLogsSteps("protobuf", body, block, context));
}

/**
 * The same for an ExportLogsServiceRequest in JSON.
 * @throws SightglassError invalid_argument (with the JSON path), payload_too_large
 */
export function decodeLogsJson(body: Uint8Array, block: LogBlock, context: DecodeContext): DecodeOutcome {
  return finish(decodeLogsSteps("json", body, block, context));
}

/** Either, in steps of some records each. */
export function* decodeLogsSteps(
  encoding: "protobuf" | "json",
  body: Uint8Array,
  block: LogBlock,
  context: DecodeContext,
): Steps<DecodeOutcome> {
  const message = encoding === "json" ? yield* jsonToProtobufSteps(body, exportLogsServiceRequest) : body;
  return yield* new LogsDecoder(message, block, context).steps();
}

/** Decodes log records (opentelemetry/proto/logs/v1/logs.proto). */
class LogsDecoder extends EnvelopeDecoder {
  private readonly block: LogBlock;
  private readonly to: LogBlock["to"];
  private readonly record = new LogFields();
  private readonly attribute = new KeyValueFields();

  constructor(body: Uint8Array, block: LogBlock, context: DecodeContext) {
    super(
      body,
      block.to,
      { ...context, redaction: block.redaction },
      { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" },
    );
    this.block = block;
    this.to = block.to;
  }

  protected decodeItem(end: number): void {
    const { reader, record } = this;
    const start = reader.position;
    let attributes = 0;
    record.reset();
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x32) {
        attributes++;
        this.appendAttribute();
      } else if (!record.read(tag, reader)) reader.skipUnknown(tag, recordFieldMax);
    }
    if (record.isTraceIdWrong || record.isSpanIdWrong) {
      this.to.attributes.abandonRow();
      this.reject(record.isTraceIdWrong ? faults.traceId : faults.spanId);
      return;
    }
    if (record.eventEnd === record.eventStart && attributes > 0) this.findEventName(start, end);
    this.appendRecord();
  }

  private appendRecord(): void {
    const { to, record } = this;
    const { source } = this.reader;
    this.appendTimes();
    if (record.traceId < 0) to.traceId.appendZeros();
    else to.traceId.append(source, record.traceId);
    if (record.spanId < 0) to.spanId.appendZeros();
    else to.spanId.append(source, record.spanId);
    to.flags.append(record.flags);
    to.severityNumber.append(record.severityNumber > 0xff ? 0 : record.severityNumber);
    to.severityText.append(source, record.severityStart, record.severityEnd);
    to.droppedAttributes.append(record.droppedAttributes);
    to.eventName.append(source, record.eventStart, record.eventEnd);
    to.isPipeline.append(isAnnouncement(source, record.eventStart, record.eventEnd) ? 1 : 0);
    this.appendBody();
    to.attributes.endRow();
    this.appendEnvelope();
    this.block.rowCount++;
    this.accepted++;
  }

  /**
   * A record without a time of its own has the time when it was observed, and one without that the time when it was
   * received (logs data model: "use Timestamp if it is present, otherwise use ObservedTimestamp").
   */
  private appendTimes(): void {
    const { to } = this;
    const { timeLow, timeHigh, observedLow, observedHigh } = this.record;
    to.receivedAt.append(this.receivedLow, this.receivedHigh);
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
  private appendBody(): void {
    const { reader, to, value, json, redaction } = this;
    const { bodyStart: start, bodyEnd: end } = this.record;
    reader.position = start;
    value.read(reader, end);
    if (value.kind === anyValueKind.string || value.kind === anyValueKind.empty) {
      if (value.kind === anyValueKind.empty) to.body.appendEmpty();
      else if (redaction?.replaces(reader.source, value.start, value.end) === true)
        redaction.appendReplacement(to.body);
      else to.body.append(reader.source, value.start, value.end);
      to.bodyIsJson.append(0);
      return;
    }
    json.clear();
    writeAnyValue(reader, start, end, json);
    to.body.append(json.source, 0, json.length);
    to.bodyIsJson.append(1);
  }

  /** Takes the string attribute `event.name` for the name of the event. */
  private findEventName(start: number, end: number): void {
    const { reader, attribute, value, record } = this;
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
        if (value.kind === anyValueKind.string) {
          record.eventStart = value.start;
          record.eventEnd = value.end;
          return;
        }
      }
      reader.position = attributeEnd;
    }
  }
}
