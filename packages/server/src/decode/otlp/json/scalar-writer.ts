import { ByteSource } from "../../native/byte-source.ts";
import type { GrowableBytes } from "../../native/growable-bytes.ts";
import { wireBytes, wireFixed32, wireFixed64, wireVarint } from "../protobuf-reader.ts";
import { type JsonReader, numberPattern } from "./json-reader.ts";
import type { ScalarKind } from "./message-types.ts";

/** The value of a digit's byte; more than 15 bits for what is none. */
const hexDigit = new Uint16Array(256).fill(0x1000);
for (const digit of "0123456789abcdefABCDEF") hexDigit[digit.charCodeAt(0)] = Number.parseInt(digit, 16);

const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/** Values of JSON, rewritten as those of protobuf (proto3 JSON; OTLP specification, "JSON Protobuf Encoding"). */
export class ScalarWriter {
  private readonly reader: JsonReader;
  private readonly out: GrowableBytes;
  /** The last integer. */
  private low = 0;
  private high = 0;

  constructor(reader: JsonReader, out: GrowableBytes) {
    this.reader = reader;
    this.out = out;
  }

  /** Takes the next value of the JSON as one of `kind`, and writes it as the field of that number. */
  write(number: number, kind: ScalarKind): void {
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
