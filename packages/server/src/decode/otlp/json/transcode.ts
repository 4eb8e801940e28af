import { isUtf8 } from "node:buffer";
import { SightglassError } from "../../../model/errors.ts";
import { limits } from "../../../model/limits.ts";
import { ByteSource } from "../../native/byte-source.ts";
import { GrowableBytes } from "../../native/growable-bytes.ts";
import { finish, type Steps } from "../../steps.ts";
import { wireBytes, wireFixed32, wireFixed64, wireVarint } from "../protobuf-reader.ts";
import { colon, JsonReader, numberPattern } from "./json-reader.ts";
import type { FieldType, MessageType, ScalarKind } from "./message-types.ts";

/** Each AnyValue level takes two messages; what is around the deepest one takes few. The decoder counts exactly. */
const messageDepthMax = 2 * limits.decodeDepthMax.value + 16;
/** Lengths of messages are patched in as four-byte varints, so that nothing is moved: 28 bits. */
const messageBytesMax = 2 ** 28 - 1;
/** Lists of an export request inside of each other: resources, scopes, items. The items are the many. */
const envelopeLevels = 3;
const itemsPerStep = 256;

/** The value of a digit's byte; more than 15 bits for what is none. */
const hexDigit = new Uint16Array(256).fill(0x1000);
for (const digit of "0123456789abcdefABCDEF") hexDigit[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/**
 * Rewrites an OTLP/JSON message as protobuf, so that one decoder does both. OTLP/JSON is proto3 JSON, but ids are hex,
 * enums are integers and fields have lowerCamelCase names only (OTLP specification, "JSON Protobuf Encoding"). Unknown
 * fields are skipped, `null` is an unset field, and 64-bit integers may be numbers or strings.
 * @throws SightglassError invalid_argument with the JSON path
 */
export function jsonToProtobuf(body: Uint8Array, type: MessageType): Uint8Array {
  return finish(jsonToProtobufSteps(body, type));
}

/** The same in steps of some items each. */
export function jsonToProtobufSteps(body: Uint8Array, type: MessageType): Steps<Uint8Array> {
  if (!isUtf8(body)) throw new SightglassError("invalid_argument", "invalid OTLP/JSON: the body is not UTF-8");
  return new Transcoder(body).document(type);
}

class Transcoder {
  private readonly reader: JsonReader;
  private readonly out = new GrowableBytes();
  private depth = 0;
  /** The last integer. */
  private low = 0;
  private high = 0;

  constructor(body: Uint8Array) {
    this.reader = new JsonReader(body);
  }

  *document(type: MessageType): Steps<Uint8Array> {
    yield* this.envelope(type, envelopeLevels);
    this.reader.expectEnd();
    return this.out.written();
  }

  /** A message around lists of items, in steps. */
  private *envelope(type: MessageType, levels: number): Steps<void> {
    const { reader } = this;
    if (reader.peek() !== 0x7b) reader.fail("an object expected");
    for (let more = reader.firstMember(); more; more = reader.nextMember()) {
      const field = this.member(type);
      if (field?.repeated === true && typeof field.kind !== "string")
        yield* this.list(field.number, field.kind(), levels);
      else if (field !== undefined) this.field(field);
      reader.path.pop();
    }
  }

  private *list(number: number, type: MessageType, levels: number): Steps<void> {
    const { reader } = this;
    if (reader.peek() !== 0x5b) reader.fail("an array expected");
    let items = 0;
    for (let more = reader.firstElement(); more; more = reader.nextElement()) {
      const lengthAt = this.beginMessage(number);
      if (levels > 1) yield* this.envelope(type, levels - 1);
      else {
        this.message(type);
        if (++items % itemsPerStep === 0) yield;
      }
      this.endMessage(lengthAt);
    }
  }

  private message(type: MessageType): void {
    const { reader } = this;
    if (++this.depth > messageDepthMax) reader.fail("values are nested too deeply");
    if (reader.peek() !== 0x7b) reader.fail("an object expected");
    reader.members(() => {
      const field = this.member(type);
      if (field !== undefined) this.field(field);
      reader.path.pop();
    });
    this.depth--;
  }

  /** Takes a member up to its value, and puts its name on the path. @returns undefined when its value needs nothing more */
  private member(type: MessageType): FieldType | undefined {
    const { reader } = this;
    const field = this.find(type);
    reader.path.push(field?.name ?? reader.text());
    reader.expect(colon);
    if (field === undefined) reader.skip();
    else if (!reader.takesWord("null")) return field;
    return undefined;
  }

  /** The field that the last string names. */
  private find(type: MessageType): FieldType | undefined {
    const { reader } = this;
    if (reader.isEscaped) {
      const name = reader.text();
      return type.find((field) => field.name === name);
    }
    const { start, end } = reader;
    const { bytes } = reader.source;
    for (const field of type) if (isText(bytes, start, end, field.nameBytes)) return field;
    return undefined;
  }

  private field(field: FieldType): void {
    const { reader } = this;
    if (!field.repeated) this.single(field);
    else {
      if (reader.peek() !== 0x5b) reader.fail("an array expected");
      reader.elements(() => this.single(field));
    }
  }

  private single({ number, kind }: FieldType): void {
    if (typeof kind === "string") {
      this.scalar(number, kind);
      return;
    }
    const lengthAt = this.beginMessage(number);
    this.message(kind());
    this.endMessage(lengthAt);
  }

  /** @returns where the length goes once it is known */
  private beginMessage(number: number): number {
    const { out } = this;
    this.tag(number, wireBytes);
    out.reserve(4);
    out.length += 4;
    return out.length - 4;
  }

  private endMessage(lengthAt: number): void {
    const { out, reader } = this;
    const length = out.length - lengthAt - 4;
    if (length > messageBytesMax) reader.fail("the message is too large");
    for (let i = 0; i < 4; i++) out.bytes[lengthAt + i] = ((length >>> (7 * i)) & 0x7f) | (i < 3 ? 0x80 : 0);
  }

  private scalar(number: number, kind: ScalarKind): void {
    const { out, reader } = this;
    switch (kind) {
      case "string":
        this.string(number);
        return;
      case "hex":
        this.hex(number);
        return;
      case "base64":
        this.base64(number);
        return;
      case "bool":
        this.tag(number, wireVarint);
        out.pushByte(this.bool());
        return;
      case "double":
        this.tag(number, wireFixed64);
        float[0] = this.double();
        this.words(floatWords[0]!, floatWords[1]!);
        return;
      case "sfixed64":
        this.integer(-(2n ** 63n), 2n ** 63n - 1n);
        this.tag(number, wireFixed64);
        this.words(this.low, this.high);
        return;
      case "uint64":
        this.integer(0n, 2n ** 64n - 1n);
        this.tag(number, wireVarint);
        this.varint();
        return;
      case "sint32":
        this.integer(-(2n ** 31n), 2n ** 31n - 1n);
        this.tag(number, wireVarint);
        // Zigzag.
        out.pushVarint(((this.low << 1) ^ (this.low >> 31)) >>> 0);
        return;
      case "fixed64":
        this.integer(0n, 2n ** 64n - 1n);
        this.tag(number, wireFixed64);
        this.words(this.low, this.high);
        return;
      case "fixed32":
        this.integer(0n, 2n ** 32n - 1n);
        this.tag(number, wireFixed32);
        this.word(this.low);
        return;
      case "uint32":
        this.integer(0n, 2n ** 32n - 1n);
        this.tag(number, wireVarint);
        out.pushVarint(this.low);
        return;
      case "int64":
        this.integer(-(2n ** 63n), 2n ** 63n - 1n);
        this.tag(number, wireVarint);
        this.varint();
        return;
      case "enum":
        if (reader.peek() === 0x22) {
          reader.fail("an enum must be an integer", "OTLP/JSON does not allow the names of enum values");
        }
        this.integer(-(2n ** 31n), 2n ** 31n - 1n);
        this.tag(number, wireVarint);
        this.varint();
    }
  }

  private tag(number: number, wireType: number): void {
    this.out.pushVarint((number << 3) | wireType);
  }

  private words(low: number, high: number): void {
    this.word(low);
    this.word(high);
  }

  private word(value: number): void {
    const { out } = this;
    out.reserve(4);
    out.source.view.setUint32(out.length, value, true);
    out.length += 4;
  }

  /** `low` and `high` as a varint. */
  private varint(): void {
    const { out } = this;
    let { low, high } = this;
    while (high !== 0) {
      out.pushByte((low & 0x7f) | 0x80);
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    out.pushVarint(low);
  }

  /** Most strings are copied as they are. */
  private string(number: number): void {
    const { out, reader } = this;
    if (reader.peek() !== 0x22) reader.fail("a string expected");
    reader.takeString();
    this.tag(number, wireBytes);
    if (reader.isEscaped) {
      this.delimited(Buffer.from(reader.text()));
      return;
    }
    out.pushVarint(reader.end - reader.start);
    out.pushBytes(reader.source, reader.start, reader.end);
  }

  private delimited(value: Uint8Array): void {
    this.out.pushVarint(value.length);
    this.out.pushBytes(new ByteSource(value), 0, value.length);
  }

  /** An id: two hexadecimal digits for each byte. */
  private hex(number: number): void {
    const { out, reader } = this;
    if (reader.peek() !== 0x22) reader.fail("a string of hexadecimal digits expected");
    reader.takeString();
    const { start, end } = reader;
    const { bytes } = reader.source;
    if ((end - start) % 2 !== 0) reader.fail("an id must be an even number of hexadecimal digits");
    this.tag(number, wireBytes);
    out.pushVarint((end - start) >>> 1);
    for (let at = start; at < end; at += 2) {
      const value = (hexDigit[bytes[at]!]! << 4) | hexDigit[bytes[at + 1]!]!;
      if (value > 0xff) reader.fail("an id must be hexadecimal digits");
      out.pushByte(value);
    }
  }

  /** Standard or URL-safe, with or without padding (proto3 JSON). */
  private base64(number: number): void {
    const { reader } = this;
    if (reader.peek() !== 0x22) reader.fail("a string of base64 expected");
    const text = reader.string();
    if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text) || text.replace(/=+$/, "").length % 4 === 1) {
      reader.fail("invalid base64");
    }
    this.tag(number, wireBytes);
    this.delimited(Buffer.from(text, "base64"));
  }

  private bool(): number {
    if (this.reader.takesWord("true")) return 1;
    if (this.reader.takesWord("false")) return 0;
    return this.reader.fail("true or false expected");
  }

  private double(): number {
    const { reader } = this;
    if (reader.peek() !== 0x22) return Number(reader.number());
    const text = reader.string();
    if (text === "NaN" || text === "Infinity" || text === "-Infinity") return Number(text);
    if (!numberPattern.test(text)) reader.fail("a number expected");
    return Number(text);
  }

  /** An integer, as a number or in a string, into `low` and `high`; `1.0` and `1e3` are integers too (proto3 JSON). */
  private integer(min: bigint, max: bigint): void {
    const { reader } = this;
    const text = reader.peek() === 0x22 ? reader.string() : reader.number();
    if (text.length <= 15 && /^\d+$/.test(text)) {
      const small = Number(text);
      this.low = small >>> 0;
      this.high = Math.floor(small / 0x1_0000_0000);
      if (this.high === 0 && this.low <= 0x7fff_ffff) return;
    }
    let value: bigint;
    if (/^-?\d{1,20}$/.test(text)) value = BigInt(text);
    else {
      const number = numberPattern.test(text) ? Number(text) : Number.NaN;
      if (!Number.isInteger(number)) reader.fail("an integer expected");
      value = BigInt(number);
    }
    if (value < min || value > max) reader.fail(`an integer from ${min} to ${max} expected`);
    this.low = Number(value & 0xffff_ffffn);
    this.high = Number((value >> 32n) & 0xffff_ffffn);
  }
}

function isText(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}
