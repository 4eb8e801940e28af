import { limits } from "../../model/limits.ts";
import { keyTag } from "../redact/redaction.ts";
import type { TypedJsonWriter } from "../typed-json-writer.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** Which member of the oneof an AnyValue holds; the numbers are the field numbers (opentelemetry/proto/common/v1). */
export const anyValueKind = { empty: 0, string: 1, bool: 2, int: 3, double: 4, array: 5, kvlist: 6, bytes: 7 } as const;

const fieldMax = 7;

/**
 * The content of one AnyValue message after `read`: strings, bytes, arrays and maps as a range of the body, numbers as
 * two 32-bit halves.
 */
export class AnyValueFields {
  kind: number = anyValueKind.empty;
  start = 0;
  end = 0;
  low = 0;
  high = 0;

  /** Reads the message from the reader's position to `end`. Of several members the last one holds. */
  read(reader: ProtobufReader, end: number): void {
    this.kind = anyValueKind.empty;
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      switch (tag) {
        case 0x0a:
        case 0x2a:
        case 0x32:
        case 0x3a:
          this.kind = tag >>> 3;
          this.end = reader.end();
          this.start = reader.position;
          reader.position = this.end;
          break;
        case 0x10:
        case 0x18:
          this.kind = tag >>> 3;
          reader.varint64();
          this.low = reader.low;
          this.high = reader.high;
          break;
        case 0x21:
          this.kind = anyValueKind.double;
          reader.fixed64();
          this.low = reader.low;
          this.high = reader.high;
          break;
        default:
          reader.skipUnknown(tag, fieldMax);
      }
    }
  }

  get isTrue(): boolean {
    return (this.low | this.high) !== 0;
  }
}

/** The ranges of key and value of one KeyValue message after `read`. */
export class KeyValueFields {
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  /** Reads the message from the reader's position to `end`; a missing key or value is an empty range. */
  read(reader: ProtobufReader, end: number): void {
    this.keyEnd = this.keyStart;
    this.valueEnd = this.valueStart;
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x0a) {
        this.keyEnd = reader.end();
        this.keyStart = reader.position;
        reader.position = this.keyEnd;
      } else if (tag === 0x12) {
        this.valueEnd = reader.end();
        this.valueStart = reader.position;
        reader.position = this.valueEnd;
      } else reader.skipUnknown(tag, 2);
    }
  }
}

/**
 * Writes the AnyValue message in `[start, end)` as typed JSON. Leaves the reader's limit at `end`.
 * @throws SightglassError invalid_argument, also when values are nested deeper than limits.decodeDepthMax
 */
export function writeAnyValue(
  reader: ProtobufReader,
  start: number,
  end: number,
  json: TypedJsonWriter,
  depth = 0,
): void {
  if (depth > limits.decodeDepthMax.value) reader.fail("values are nested too deeply", start);
  reader.position = start;
  const value = new AnyValueFields();
  value.read(reader, end);
  switch (value.kind) {
    case anyValueKind.string:
      json.text(reader.source, value.start, value.end);
      return;
    case anyValueKind.bool:
      json.raw(value.isTrue ? "true" : "false");
      return;
    case anyValueKind.int:
      json.int(value.low, value.high);
      return;
    case anyValueKind.double:
      json.double(value.low, value.high);
      return;
    case anyValueKind.bytes:
      json.bytes(reader.source, value.start, value.end);
      return;
    case anyValueKind.array:
      writeArray(reader, value.start, value.end, json, depth);
      return;
    case anyValueKind.kvlist:
      writeKvlist(reader, value.start, value.end, json, depth);
      return;
    default:
      json.raw("null");
  }
}

/** Where a key and its value lie. */
export interface PairRange {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Writes the value of a pair as typed JSON, unless its name says that it is personal. */
export function writeNamedValue(reader: ProtobufReader, pair: PairRange, json: TypedJsonWriter, depth = 0): void {
  const { redaction } = json;
  const tag = redaction?.tagOf(reader.source, pair.keyStart, pair.keyEnd) ?? 0;
  if (redaction === undefined || tag === 0) writeAnyValue(reader, pair.valueStart, pair.valueEnd, json, depth);
  else if ((tag & keyTag.allowed) !== 0) {
    json.redaction = undefined;
    writeAnyValue(reader, pair.valueStart, pair.valueEnd, json, depth);
    json.redaction = redaction;
  } else if ((tag & personalTag(reader, pair)) !== 0) {
    redaction.countName();
    json.string(redaction.marker, 0, redaction.marker.bytes.length);
  } else writeAnyValue(reader, pair.valueStart, pair.valueEnd, json, depth);
}

/** The bit by which the name of a value of this kind is personal. What only says whether there is one is nobody's secret. */
function personalTag(reader: ProtobufReader, { valueStart, valueEnd }: PairRange): number {
  const value = new AnyValueFields();
  reader.position = valueStart;
  value.read(reader, valueEnd);
  if (value.kind === anyValueKind.bool || value.kind === anyValueKind.empty) return 0;
  return value.kind === anyValueKind.int || value.kind === anyValueKind.double
    ? keyTag.personalNumber
    : keyTag.personalText;
}

/** ArrayValue: `values` = 1. */
function writeArray(reader: ProtobufReader, start: number, end: number, json: TypedJsonWriter, depth: number): void {
  json.raw("[");
  let separator = "";
  reader.position = start;
  while (reader.position < end) {
    reader.limit = end;
    const tag = reader.tag();
    if (tag === 0x0a) {
      json.raw(separator);
      separator = ",";
      const valueEnd = reader.end();
      writeAnyValue(reader, reader.position, valueEnd, json, depth + 1);
      reader.position = valueEnd;
    } else reader.skipUnknown(tag, 1);
  }
  json.raw("]");
}

/** KeyValueList: `values` = 1. Keeps order and repeated keys. */
function writeKvlist(reader: ProtobufReader, start: number, end: number, json: TypedJsonWriter, depth: number): void {
  json.raw('{"$map":[');
  let separator = "[";
  const pair = new KeyValueFields();
  reader.position = start;
  while (reader.position < end) {
    reader.limit = end;
    const tag = reader.tag();
    if (tag === 0x0a) {
      const pairEnd = reader.end();
      pair.read(reader, pairEnd);
      json.raw(separator);
      separator = ",[";
      json.string(reader.source, pair.keyStart, pair.keyEnd);
      json.raw(",");
      writeNamedValue(reader, pair, json, depth + 1);
      json.raw("]");
      reader.position = pairEnd;
    } else reader.skipUnknown(tag, 1);
  }
  json.raw("]}");
}
