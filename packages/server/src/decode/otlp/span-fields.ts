import type { ProtobufReader } from "./protobuf-reader.ts";

/** What of a span stands once: numbers, 64-bit times as two halves, and where strings and ids lie in the body. */
export class SpanFields {
  /** Where ids start; -1 when there is none, or none that can be. */
  traceId = -1;
  spanId = -1;
  parentSpanId = -1;
  traceStateStart = 0;
  traceStateEnd = 0;
  nameStart = 0;
  nameEnd = 0;
  kind = 0;
  startLow = 0;
  startHigh = 0;
  endLow = 0;
  endHigh = 0;
  droppedAttributes = 0;
  droppedEvents = 0;
  droppedLinks = 0;
  statusStart = 0;
  statusEnd = 0;
  statusCode = 0;
  flags = 0;
  /** The parent's id has another width than 0 and 8 bytes. */
  isParentWrong = false;

  reset(): void {
    this.traceId = -1;
    this.spanId = -1;
    this.parentSpanId = -1;
    this.traceStateStart = 0;
    this.traceStateEnd = 0;
    this.nameStart = 0;
    this.nameEnd = 0;
    this.kind = 0;
    this.startLow = 0;
    this.startHigh = 0;
    this.endLow = 0;
    this.endHigh = 0;
    this.droppedAttributes = 0;
    this.droppedEvents = 0;
    this.droppedLinks = 0;
    this.statusStart = 0;
    this.statusEnd = 0;
    this.statusCode = 0;
    this.flags = 0;
    this.isParentWrong = false;
  }

  /**
   * Takes the value of a field by its tag (opentelemetry/proto/trace/v1/trace.proto, Span).
   * @returns false when the field is not one of these
   */
  read(tag: number, reader: ProtobufReader): boolean {
    switch (tag) {
      case 0x0a:
        this.traceId = reader.idAt(16);
        return true;
      case 0x12:
        this.spanId = reader.idAt(8);
        return true;
      case 0x1a:
        this.traceStateEnd = reader.end();
        this.traceStateStart = reader.position;
        reader.position = this.traceStateEnd;
        return true;
      case 0x22:
        this.readParent(reader);
        return true;
      case 0x2a:
        this.nameEnd = reader.end();
        this.nameStart = reader.position;
        reader.position = this.nameEnd;
        return true;
      case 0x30:
        this.kind = reader.varint32();
        return true;
      case 0x39:
        reader.fixed64();
        this.startLow = reader.low;
        this.startHigh = reader.high;
        return true;
      case 0x41:
        reader.fixed64();
        this.endLow = reader.low;
        this.endHigh = reader.high;
        return true;
      case 0x50:
        this.droppedAttributes = reader.varint32();
        return true;
      case 0x60:
        this.droppedEvents = reader.varint32();
        return true;
      case 0x70:
        this.droppedLinks = reader.varint32();
        return true;
      case 0x7a:
        this.readStatus(reader);
        return true;
      case 0x85:
        this.flags = reader.fixed32();
        return true;
      default:
        return false;
    }
  }

  private readParent(reader: ProtobufReader): void {
    const end = reader.end();
    const length = end - reader.position;
    this.parentSpanId = length === 8 ? reader.position : -1;
    this.isParentWrong = length !== 8 && length !== 0;
    reader.position = end;
  }

  /** Status: message = 2, code = 3; 1 was a code until OTLP 0.5. */
  private readStatus(reader: ProtobufReader): void {
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
}
