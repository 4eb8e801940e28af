import type { ByteSource } from "./native/byte-source.ts";
import type { Redaction } from "./redact/redaction.ts";
import { GrowableBytes } from "./native/growable-bytes.ts";

const quote = 0x22;
const backslash = 0x5c;
const hexDigits = "0123456789abcdef";
const float = new Float64Array(1);
const floatWords = new Uint32Array(float.buffer);

/** Writes the pieces of typed JSON (see typed-json.ts) as bytes; strings are copied and escaped, never decoded. */
export class TypedJsonWriter {
  /** Keeps personal data out of `text`. */
  redaction: Redaction | undefined;
  private readonly out = new GrowableBytes();

  constructor(redaction?: Redaction) {
    this.redaction = redaction;
  }

  get source(): ByteSource {
    return this.out.source;
  }

  get length(): number {
    return this.out.length;
  }

  clear(): void {
    this.out.clear();
  }

  /** Punctuation, and texts that need no escapes. */
  raw(text: string): void {
    this.out.pushAscii(text);
  }

  /** A string that someone has sent as a value. */
  text(source: ByteSource, start: number, end: number): void {
    const { redaction } = this;
    if (redaction?.replaces(source, start, end) !== true) this.string(source, start, end);
    else this.string(redaction.replacement, 0, redaction.replacement.bytes.length);
  }

  /** A string of UTF-8 bytes. */
  string(source: ByteSource, start: number, end: number): void {
    const { out } = this;
    const { bytes } = source;
    out.pushByte(quote);
    let copied = start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x20 && byte !== quote && byte !== backslash) continue;
      out.pushBytes(source, copied, at);
      copied = at + 1;
      out.pushByte(backslash);
      if (byte >= 0x20) out.pushByte(byte);
      else out.pushAscii(`u00${hexDigits[byte >>> 4]}${hexDigits[byte & 15]}`);
    }
    out.pushBytes(source, copied, end);
    out.pushByte(quote);
  }

  /** A signed 64-bit integer: digits alone. */
  int(low: number, high: number): void {
    const signed = high | 0;
    if (signed >= -0x20_0000 && signed < 0x20_0000) this.raw(String(signed * 0x1_0000_0000 + low));
    else this.raw(((BigInt(signed) << 32n) | BigInt(low)).toString());
  }

  /** A double: always with a point or an exponent, or `{"$double":..}` when it is not finite. */
  double(low: number, high: number): void {
    floatWords[0] = low;
    floatWords[1] = high;
    const value = float[0]!;
    if (!Number.isFinite(value)) this.raw(`{"$double":"${value}"}`);
    else if (Object.is(value, -0)) this.raw("-0.0");
    else {
      const text = String(value);
      this.raw(/[.e]/.test(text) ? text : `${text}.0`);
    }
  }

  /** Bytes: `{"$bytes":"base64"}`. */
  bytes(source: ByteSource, start: number, end: number): void {
    const { buffer, byteOffset } = source.bytes;
    this.raw(`{"$bytes":"${Buffer.from(buffer, byteOffset + start, end - start).toString("base64")}"}`);
  }
}
