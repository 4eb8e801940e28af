import type { ProtobufReader } from "./protobuf-reader.ts";

/** What of a log record stands once: numbers, 64-bit times as two halves, and where strings and ids lie in the body. */
export class LogFields {
  timeLow = 0;
  timeHigh = 0;
  observedLow = 0;
  observedHigh = 0;
  severityNumber = 0;
  severityStart = 0;
  severityEnd = 0;
  eventStart = 0;
  eventEnd = 0;
  bodyStart = 0;
  bodyEnd = 0;
  droppedAttributes = 0;
  flags = 0;
  /** Where ids start; -1 when there is none. */
  traceId = -1;
  spanId = -1;
  /** An id has a width that it cannot have. */
  isTraceIdWrong = false;
  isSpanIdWrong = false;

  reset(): void {
    this.timeLow = 0;
    this.timeHigh = 0;
    this.observedLow = 0;
    this.observedHigh = 0;
    this.severityNumber = 0;
    this.severityStart = 0;
    this.severityEnd = 0;
    this.eventStart = 0;
    this.eventEnd = 0;
    this.bodyStart = 0;
    this.bodyEnd = 0;
    this.droppedAttributes = 0;
    this.flags = 0;
    this.traceId = -1;
    this.spanId = -1;
    this.isTraceIdWrong = false;
    this.isSpanIdWrong = false;
  }

  /**
   * Takes the value of a field by its tag (opentelemetry/proto/logs/v1/logs.proto, LogRecord).
   * @returns false when the field is not one of these
   */
  read(tag: number, reader: ProtobufReader): boolean {
    switch (tag) {
      case 0x09:
        reader.fixed64();
        this.timeLow = reader.low;
        this.timeHigh = reader.high;
        return true;
      case 0x10:
        this.severityNumber = reader.varint32();
        return true;
      case 0x1a:
        this.severityEnd = reader.end();
        this.severityStart = reader.position;
        reader.position = this.severityEnd;
        return true;
      case 0x22:
        // The name of a record in OTLP before 0.20, since removed.
        reader.skip(tag);
        return true;
      case 0x2a:
        this.bodyEnd = reader.end();
        this.bodyStart = reader.position;
        reader.position = this.bodyEnd;
        return true;
      case 0x38:
        this.droppedAttributes = reader.varint32();
        return true;
      case 0x45:
        this.flags = reader.fixed32();
        return true;
      case 0x4a:
        this.traceId = this.optionalId(reader, 16);
        this.isTraceIdWrong = this.traceId === -2;
        return true;
      case 0x52:
        this.spanId = this.optionalId(reader, 8);
        this.isSpanIdWrong = this.spanId === -2;
        return true;
      case 0x59:
        reader.fixed64();
        this.observedLow = reader.low;
        this.observedHigh = reader.high;
        return true;
      case 0x62:
        this.eventEnd = reader.end();
        this.eventStart = reader.position;
        reader.position = this.eventEnd;
        return true;
      default:
        return false;
    }
  }

  /** Where the id that follows starts; -1 when it is empty, -2 when it has another width. */
  private optionalId(reader: ProtobufReader, width: 8 | 16): number {
    const end = reader.end();
    const start = reader.position;
    reader.position = end;
    if (end - start === width) return start;
    return end === start ? -1 : -2;
  }
}
