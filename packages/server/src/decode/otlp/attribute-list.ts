import type { TypedJsonWriter } from "../typed-json-writer.ts";
import { AnyValueFields, anyValueKind, KeyValueFields, writeNamedValue } from "./any-value.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";

/** Above this many attributes repeated keys are looked for with a set instead of comparing all pairs. */
const pairsCompareMax = 24;
const dollar = 0x24;
const reservedKeys = new Set(["$bytes", "$double", "$map"]);

/** The attributes of a resource, scope, event or link: collected, since they may be scattered, then written as JSON. */
export class AttributeList {
  private readonly pair = new KeyValueFields();
  private readonly value = new AnyValueFields();
  /** Key start, key end, value start and value end of each. */
  private readonly ranges: number[] = [];

  get count(): number {
    return this.ranges.length >>> 2;
  }

  clear(): void {
    this.ranges.length = 0;
  }

  /** Takes the KeyValue message from the reader's position to `end`. */
  add(reader: ProtobufReader, end: number): void {
    const { pair } = this;
    pair.read(reader, end);
    this.ranges.push(pair.keyStart, pair.keyEnd, pair.valueStart, pair.valueEnd);
  }

  /**
   * Finds a string attribute; of several with this key the last one.
   * @returns its range in the body, or undefined when there is none or it is empty
   */
  findString(reader: ProtobufReader, key: Uint8Array): { start: number; end: number } | undefined {
    const { ranges, value } = this;
    for (let at = ranges.length - 4; at >= 0; at -= 4) {
      if (!isKey(reader.source.bytes, ranges[at]!, ranges[at + 1]!, key)) continue;
      reader.position = ranges[at + 2]!;
      value.read(reader, ranges[at + 3]!);
      if (value.kind === anyValueKind.string && value.end > value.start) return { start: value.start, end: value.end };
    }
    return undefined;
  }

  /** A plain object when every key is there once and none could be mistaken for a marker, else `{"$map":[..]}`. */
  write(reader: ProtobufReader, json: TypedJsonWriter): void {
    const { ranges, pair } = this;
    const plain = this.isPlain(reader);
    json.raw(plain ? "{" : '{"$map":[');
    for (let at = 0; at < ranges.length; at += 4) {
      if (at > 0) json.raw(",");
      if (!plain) json.raw("[");
      json.string(reader.source, ranges[at]!, ranges[at + 1]!);
      json.raw(plain ? ":" : ",");
      pair.keyStart = ranges[at]!;
      pair.keyEnd = ranges[at + 1]!;
      pair.valueStart = ranges[at + 2]!;
      pair.valueEnd = ranges[at + 3]!;
      writeNamedValue(reader, pair, json);
      if (!plain) json.raw("]");
    }
    json.raw(plain ? "}" : "]}");
  }

  private isPlain(reader: ProtobufReader): boolean {
    const { bytes } = reader.source;
    for (let at = 0; at < this.ranges.length; at += 4) {
      if (bytes[this.ranges[at]!] === dollar && reservedKeys.has(this.keyText(bytes, at))) return false;
    }
    return this.count <= pairsCompareMax ? this.hasNoEqualPair(bytes) : this.hasDistinctTexts(bytes);
  }

  private hasNoEqualPair(bytes: Uint8Array): boolean {
    const { ranges } = this;
    for (let a = 0; a < ranges.length; a += 4) {
      for (let b = a + 4; b < ranges.length; b += 4) {
        if (rangesEqual(bytes, ranges[a]!, ranges[a + 1]!, ranges[b]!, ranges[b + 1]!)) return false;
      }
    }
    return true;
  }

  private hasDistinctTexts(bytes: Uint8Array): boolean {
    const seen = new Set<string>();
    for (let at = 0; at < this.ranges.length; at += 4) seen.add(this.keyText(bytes, at));
    return seen.size === this.count;
  }

  private keyText(bytes: Uint8Array, at: number): string {
    return Buffer.from(
      bytes.buffer,
      bytes.byteOffset + this.ranges[at]!,
      this.ranges[at + 1]! - this.ranges[at]!,
    ).toString("latin1");
  }
}

function isKey(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== key.length) return false;
  for (let i = 0; i < key.length; i++) if (bytes[start + i] !== key[i]) return false;
  return true;
}

function rangesEqual(bytes: Uint8Array, aStart: number, aEnd: number, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = 0; aStart + i < aEnd; i++) if (bytes[aStart + i] !== bytes[bStart + i]) return false;
  return true;
}
