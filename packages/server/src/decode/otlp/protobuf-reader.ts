import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { ByteSource } from "../native/byte-source.ts";

/** Wire types (protobuf encoding specification). */
export const wireVarint = 0;
export const wireFixed64 = 1;
export const wireBytes = 2;
export const wireGroupStart = 3;
export const wireGroupEnd = 4;
export const wireFixed32 = 5;

/**
 * Reads protobuf wire format from a part of a byte source. 64-bit values come as two 32-bit halves in `low` and `high`.
 * Every read is checked against `limit`; what does not fit throws `invalid_argument` with the byte offset.
 */
export class ProtobufReader {
  readonly source: ByteSource;
  position = 0;
  /** Where the current message ends. */
  limit: number;
  low = 0;
  high = 0;
  private readonly bytes: Uint8Array;

  constructor(source: ByteSource) {
    this.source = source;
    this.bytes = source.bytes;
    this.limit = source.bytes.length;
  }

  /** @throws SightglassError invalid_argument */
  fail(what: string, at = this.position): never {
    throw new SightglassError("invalid_argument", `invalid protobuf at byte ${at}: ${what}`, {
      hint: "send the message that the path and the Content-Type name, as protobuf",
    });
  }

  /** The next tag, `field << 3 | wire type`. */
  tag(): number {
    const first = this.position < this.limit ? this.bytes[this.position]! : this.fail("truncated");
    if (first < 0x80) {
      if (first < 8) this.fail("field number 0");
      this.position++;
      return first;
    }
    const at = this.position;
    const tag = this.varint32();
    if (tag >>> 3 === 0) this.fail("field number 0", at);
    return tag;
  }

  /** A varint's low 32 bits, unsigned: what a 32-bit field keeps of it. */
  varint32(): number {
    if (this.position < this.limit) {
      const first = this.bytes[this.position]!;
      if (first < 0x80) {
        this.position++;
        return first;
      }
    }
    this.varint64();
    return this.low;
  }

  /** A varint of up to ten bytes, into `low` and `high`. */
  varint64(): void {
    const { bytes, limit } = this;
    const start = this.position;
    let position = start;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (position >= limit) this.fail("truncated varint", start);
      const byte = bytes[position++]!;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) {
        this.position = position;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    this.fail("varint longer than ten bytes", start);
  }

  fixed64(): void {
    if (this.position + 8 > this.limit) this.fail("truncated 64-bit value");
    const { view } = this.source;
    this.low = view.getUint32(this.position, true);
    this.high = view.getUint32(this.position + 4, true);
    this.position += 8;
  }

  fixed32(): number {
    if (this.position + 4 > this.limit) this.fail("truncated 32-bit value");
    const value = this.source.view.getUint32(this.position, true);
    this.position += 4;
    return value;
  }

  /** The length of a string, bytes or message field, whose content then starts at `position`. @returns its end. */
  end(): number {
    const at = this.position;
    let length = this.position < this.limit ? this.bytes[this.position]! : this.fail("truncated");
    if (length < 0x80) this.position++;
    else {
      this.varint64();
      if (this.high !== 0) this.fail("length over 4 GiB", at);
      length = this.low;
    }
    const end = this.position + length;
    if (end > this.limit) this.fail(`length ${length} goes past the end of its message`, at);
    return end;
  }

  /** Where the id that follows starts; -1 when it has another width or is all zero. */
  idAt(width: 8 | 16): number {
    const end = this.end();
    const start = this.position;
    this.position = end;
    if (end - start !== width) return -1;
    const { view } = this.source;
    let bits = view.getUint32(start) | view.getUint32(start + 4);
    if (width === 16) bits |= view.getUint32(start + 8) | view.getUint32(start + 12);
    return bits === 0 ? -1 : start;
  }

  /**
   * Steps over a field that no case of its message took. Up to `fieldMax` all fields are known, so that such a field has
   * the wrong wire type: dropping it in silence would lose data.
   */
  skipUnknown(tag: number, fieldMax: number): void {
    if (tag >>> 3 <= fieldMax) this.fail(`field ${tag >>> 3} has wire type ${tag & 7}`);
    this.skip(tag);
  }

  /** Steps over the value of a field that is not wanted. */
  skip(tag: number, depth = 0): void {
    switch (tag & 7) {
      case wireVarint:
        this.varint64();
        return;
      case wireFixed64:
        this.fixed64();
        return;
      case wireBytes:
        this.position = this.end();
        return;
      case wireFixed32:
        this.fixed32();
        return;
      case wireGroupStart:
        this.skipGroup(tag, depth);
        return;
      default:
        this.fail(`wire type ${tag & 7} of field ${tag >>> 3} is not expected here`);
    }
  }

  /** Groups are deprecated, but an unknown field may still be one. */
  private skipGroup(start: number, depth: number): void {
    if (depth >= limits.decodeDepthMax.value) this.fail("groups are nested too deeply");
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) === wireGroupEnd) {
        if (tag >>> 3 !== start >>> 3) this.fail("the end of a group does not match its start");
        return;
      }
      this.skip(tag, depth + 1);
    }
  }
}
