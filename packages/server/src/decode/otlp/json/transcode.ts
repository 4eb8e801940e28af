import { isUtf8 } from "node:buffer";
import { SightglassError } from "../../../model/errors.ts";
import { limits } from "../../../model/limits.ts";
import { ByteSource } from "../../native/byte-source.ts";
import { GrowableBytes } from "../../native/growable-bytes.ts";
import { wireBytes, wireFixed32, wireFixed64, wireVarint } from "../protobuf-reader.ts";
import { JsonReader, numberPattern } from "./json-reader.ts";
import type { FieldType, MessageType, ScalarKind } from "./message-types.ts";

/** Each AnyValue level takes two messages; what is around the deepest one takes few. The decoder counts exactly. */
const messageDepthMax = 2 * limits.decodeDepthMax.value + 16;
/** Lengths of messages are patched in as four-byte varints, so that nothing is moved: 28 bits. */
const messageBytesMax = 2 ** 28 - 1;

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/**
 * Rewrites an OTLP/JSON message as protobuf, so that one decoder does both. OTLP/JSON is proto3 JSON, but ids are hex,
 * enums are integers and fields have lowerCamelCase names only (OTLP specification, "JSON Protobuf Encoding"). Unknown
 * fields are skipped, `null` is an unset field, and 64-bit integers may be numbers or strings.
 * @throws SightglassError invalid_argument with the JSON path
 */
export function jsonToProtobuf(body: Uint8Array, type: MessageType): Uint8Array {
  if (!isUtf8(body)) throw new SightglassError("invalid_argument", "invalid OTLP/JSON: the body is not UTF-8");
  const transcoder = new Transcoder(body);
  return transcoder.document(type);
}

class Transcoder {
  private readonly reader: JsonReader;
  private readonly out = new GrowableBytes();
  private depth = 0;

  constructor(body: Uint8Array) {
    this.reader = new JsonReader(body);
  }

  document(type: MessageType): Uint8Array {
    this.message(type);
    this.reader.expectEnd();
    return this.out.written();
  }

  private message(type: MessageType): void {
    const { reader } = this;
    if (++this.depth > messageDepthMax) reader.fail("values are nested too deeply");
    if (reader.peek() !== 0x7b) reader.fail("an object expected");
    reader.members((name) => {
      const field = type.get(name);
      if (field === undefined) reader.skip();
      else if (!reader.takesWord("null")) this.field(field);
    });
    this.depth--;
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
    const { out, reader } = this;
    this.tag(number, wireBytes);
    out.reserve(4);
    const lengthAt = out.length;
    out.length += 4;
    this.message(kind());
    const length = out.length - lengthAt - 4;
    if (length > messageBytesMax) reader.fail("the message is too large");
    for (let i = 0; i < 4; i++) out.bytes[lengthAt + i] = ((length >>> (7 * i)) & 0x7f) | (i < 3 ? 0x80 : 0);
  }

  private scalar(number: number, kind: ScalarKind): void {
    const { out, reader } = this;
    switch (kind) {
      case "string":
        if (reader.peek() !== 0x22) reader.fail("a string expected");
        reader.stringInto(out, (byteLength) => {
          this.tag(number, wireBytes);
          out.pushVarint(byteLength);
        });
        return;
      case "hex":
      case "base64":
        this.bytes(number, kind);
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
      case "fixed64": {
        const value = this.integer(0n, 2n ** 64n - 1n);
        this.tag(number, wireFixed64);
        this.words(Number(value & 0xffff_ffffn), Number(value >> 32n));
        return;
      }
      case "fixed32":
        this.tag(number, wireFixed32);
        this.word(Number(this.integer(0n, 2n ** 32n - 1n)));
        return;
      case "uint32":
        this.tag(number, wireVarint);
        out.pushVarint(Number(this.integer(0n, 2n ** 32n - 1n)));
        return;
      case "int64":
        this.tag(number, wireVarint);
        this.varint(this.integer(-(2n ** 63n), 2n ** 63n - 1n));
        return;
      case "enum":
        if (reader.peek() === 0x22) {
          reader.fail("an enum must be an integer", "OTLP/JSON does not allow the names of enum values");
        }
        this.tag(number, wireVarint);
        this.varint(this.integer(-(2n ** 31n), 2n ** 31n - 1n));
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

  private varint(value: bigint): void {
    if (value >= 0n && value < 0x1_0000_0000n) {
      this.out.pushVarint(Number(value));
      return;
    }
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) this.out.pushByte(Number(rest & 0x7fn) | 0x80);
    this.out.pushByte(Number(rest));
  }

  private bytes(number: number, kind: "hex" | "base64"): void {
    const { out, reader } = this;
    if (reader.peek() !== 0x22) reader.fail(`a string of ${kind === "hex" ? "hexadecimal digits" : "base64"} expected`);
    const text = reader.string();
    const isValid =
      kind === "hex"
        ? text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text)
        : /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.replace(/=+$/, "").length % 4 !== 1;
    if (!isValid) reader.fail(kind === "hex" ? "an id must be hexadecimal digits" : "invalid base64");
    const value = Buffer.from(text, kind);
    this.tag(number, wireBytes);
    out.pushVarint(value.length);
    out.pushBytes(new ByteSource(value), 0, value.length);
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

  /** An integer, as a number or in a string; `1.0` and `1e3` are integers too (proto3 JSON). */
  private integer(min: bigint, max: bigint): bigint {
    const { reader } = this;
    const text = reader.peek() === 0x22 ? reader.string() : reader.number();
    let value: bigint;
    if (/^-?\d{1,20}$/.test(text)) value = BigInt(text);
    else {
      const number = numberPattern.test(text) ? Number(text) : Number.NaN;
      if (!Number.isInteger(number)) reader.fail("an integer expected");
      value = BigInt(number);
    }
    if (value < min || value > max) reader.fail(`an integer from ${min} to ${max} expected`);
    return value;
  }
}
