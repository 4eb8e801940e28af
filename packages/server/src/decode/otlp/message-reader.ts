import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { FieldType, MessageType } from "./json/message-types.ts";
import { type ProtobufReader, wireBytes, wireFixed32, wireFixed64, wireVarint } from "./protobuf-reader.ts";

/** A message as plain fields: unset ones are missing, 64-bit integers are numbers, times are milliseconds. */
export type Message = Record<string, unknown>;

/**
 * Reads messages into objects by their tables: for signals whose rows are computed rather than copied, as those of
 * metrics are.
 */
export class MessageReader {
  private readonly reader: ProtobufReader;
  private parts = 0;

  constructor(reader: ProtobufReader) {
    this.reader = reader;
  }

  /** The message from the reader's position to `end`. @throws SightglassError invalid_argument, payload_too_large */
  read(type: MessageType, end: number, depth = 0): Message {
    const { reader } = this;
    if (depth > 2 * limits.decodeDepthMax.value) reader.fail("values are nested too deeply");
    if (++this.parts > limits.decodePartsMax.value) {
      throw new SightglassError("payload_too_large", `the request has more than ${limits.decodePartsMax.value} parts`, {
        hint: "send smaller batches",
      });
    }
    const fields = fieldsOf(type);
    const message: Message = {};
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      const field = fields[tag >>> 3];
      if (field === undefined) reader.skip(tag);
      else this.field(field, tag & 7, message, depth);
    }
    reader.limit = end;
    return message;
  }

  private field(field: FieldType, wireType: number, message: Message, depth: number): void {
    const { reader } = this;
    const { kind, name } = field;
    if (typeof kind === "string" && wireType === wireBytes && field.repeated && wireTypeOf[kind] !== wireBytes) {
      const end = reader.end();
      const list = listOf(message, name);
      const { limit } = reader;
      reader.limit = end;
      while (reader.position < end) list.push(this.scalar(field));
      reader.limit = limit;
      return;
    }
    const expected = typeof kind === "string" ? wireTypeOf[kind] : wireBytes;
    if (wireType !== expected) reader.fail(`field ${field.number} (${name}) has wire type ${wireType}`);
    const value = typeof kind === "string" ? this.scalar(field) : this.nested(kind(), depth);
    if (field.repeated) listOf(message, name).push(value);
    else message[name] = value;
  }

  private nested(type: MessageType, depth: number): Message {
    const { reader } = this;
    const end = reader.end();
    const message = this.read(type, end, depth + 1);
    reader.position = end;
    return message;
  }

  private scalar({ kind, name }: FieldType): unknown {
    const { reader } = this;
    switch (kind) {
      case "string":
        return this.bytes().toString();
      case "hex":
        return this.bytes().toString("hex");
      case "base64":
        return this.bytes().toString("base64");
      case "bool":
        reader.varint64();
        return (reader.low | reader.high) !== 0;
      case "double":
        reader.fixed64();
        return reader.source.view.getFloat64(reader.position - 8, true);
      case "fixed64":
        reader.fixed64();
        return name.endsWith("UnixNano") ? milliseconds(reader) : reader.high * 0x1_0000_0000 + reader.low;
      case "sfixed64":
        reader.fixed64();
        return (reader.high | 0) * 0x1_0000_0000 + reader.low;
      case "fixed32":
        return reader.fixed32();
      case "int64":
        reader.varint64();
        return (reader.high | 0) * 0x1_0000_0000 + reader.low;
      case "uint64":
        reader.varint64();
        return reader.high * 0x1_0000_0000 + reader.low;
      case "sint32": {
        const encoded = reader.varint32();
        return (encoded >>> 1) ^ -(encoded & 1);
      }
      default:
        return reader.varint32();
    }
  }

  private bytes(): Buffer {
    const { reader } = this;
    const end = reader.end();
    const { bytes } = reader.source;
    const start = reader.position;
    reader.position = end;
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  }
}

const wireTypeOf = {
  string: wireBytes,
  hex: wireBytes,
  base64: wireBytes,
  bool: wireVarint,
  double: wireFixed64,
  int64: wireVarint,
  uint64: wireVarint,
  sint32: wireVarint,
  uint32: wireVarint,
  enum: wireVarint,
  fixed32: wireFixed32,
  fixed64: wireFixed64,
  sfixed64: wireFixed64,
} as const;

const tables = new Map<MessageType, (FieldType | undefined)[]>();

/** The fields of a message by number. */
function fieldsOf(type: MessageType): (FieldType | undefined)[] {
  let fields = tables.get(type);
  if (fields === undefined) {
    fields = [];
    for (const field of type) fields[field.number] = field;
    tables.set(type, fields);
  }
  return fields;
}

function listOf(message: Message, name: string): unknown[] {
  return (message[name] ??= []) as unknown[];
}

/**
 * Nanoseconds as milliseconds: whole ones without the rounding of a double, and 1024ths of one, so that two moments within
 * a millisecond are told apart.
 */
function milliseconds({ low, high }: { low: number; high: number }): number {
  const million = 1_000_000;
  const rest = (high % million) * 0x1_0000_0000 + low;
  const whole = Math.floor(high / million) * 0x1_0000_0000 + Math.floor(rest / million);
  return whole + Math.floor(((rest % million) * 1024) / million) / 1024;
}
