import { compareBytes, isMetricName } from "../metrics/canonical-labels.ts";
import type { ByteSource } from "../native/byte-source.ts";
import { GrowableBytes } from "../native/growable-bytes.ts";
import type { ProtobufReader } from "../otlp/protobuf-reader.ts";

/** Below this a length is a varint of one byte. */
const shortBytesMax = 0x7f;
/** What a label of short name and value takes besides their bytes: `0a len 0a len` and `12 len`. */
const frameBytes = 6;

/** The symbols of a remote write 2.0 request: where each lies in its body. */
export class SymbolTable {
  /** Labels that `encode` wrote, in canonical form (canonical-labels.ts), and where the metric's name lies in it. */
  readonly out = new GrowableBytes();
  nameStart = 0;
  nameEnd = 0;
  private readonly source: ByteSource;
  private readonly ranges: number[] = [];
  /** For the name of a label, a name that was found to sort after it: most series name the same labels. */
  private readonly followers: number[] = [];

  constructor(source: ByteSource) {
    this.source = source;
  }

  get size(): number {
    return this.ranges.length / 2;
  }

  add(start: number, end: number): void {
    this.ranges.push(start, end);
    this.followers.push(-1);
  }

  start(symbol: number): number {
    return this.ranges[symbol * 2]!;
  }

  end(symbol: number): number {
    return this.ranges[symbol * 2 + 1]!;
  }

  /**
   * Whether the references up to the reader's limit spell the labels at `start` to `end` of `labels`, which are in canonical form
   * and each short.
   */
  spell(reader: ProtobufReader, { labels, start, end }: { labels: ByteSource; start: number; end: number }): boolean {
    const { ranges, source, size } = this;
    const { bytes } = labels;
    let at = start;
    while (reader.position < reader.limit) {
      const name = reader.varint32();
      const value = reader.position < reader.limit ? reader.varint32() : size;
      if (name >= size || value >= size) return false;
      const nameAt = ranges[name * 2]!;
      const valueAt = ranges[value * 2]!;
      const nameBytes = ranges[name * 2 + 1]! - nameAt;
      const valueBytes = ranges[value * 2 + 1]! - valueAt;
      const length = nameBytes + valueBytes + 4;
      if (length > shortBytesMax || at + length + 2 > end) return false;
      if (bytes[at + 1] !== length || bytes[at + 3] !== nameBytes) return false;
      if (!isSame(source, nameAt, labels, at + 4, nameBytes)) return false;
      at += nameBytes + frameBytes;
      if (!isSame(source, valueAt, labels, at, valueBytes)) return false;
      at += valueBytes;
    }
    return at === end;
  }

  /**
   * Writes labels (references of names and values in turn) to `out`, if they are as every known sender has them: sorted,
   * none empty, each short.
   * @returns whether they are; nothing is known of them otherwise
   */
  encode(refs: readonly number[]): boolean {
    const { out } = this;
    out.clear();
    this.nameEnd = 0;
    let before = -1;
    for (let at = 0; at < refs.length; at += 2) {
      const name = refs[at]!;
      const value = refs[at + 1] ?? this.size;
      if (name >= this.size || value >= this.size) return false;
      if (before !== -1 && !this.isFollowedBy(before, name)) return false;
      if (!this.writeLabel(name, value)) return false;
      before = name;
    }
    return this.nameEnd > 0;
  }

  private isFollowedBy(before: number, name: number): boolean {
    if (this.followers[before] === name) return true;
    const range = (symbol: number) => ({ start: this.start(symbol), end: this.end(symbol) });
    if (compareBytes(this.source.bytes, range(before), range(name)) >= 0) return false;
    this.followers[before] = name;
    return true;
  }

  private writeLabel(name: number, value: number): boolean {
    const { out, ranges, source } = this;
    const nameAt = ranges[name * 2]!;
    const valueAt = ranges[value * 2]!;
    const nameBytes = ranges[name * 2 + 1]! - nameAt;
    const valueBytes = ranges[value * 2 + 1]! - valueAt;
    const length = nameBytes + valueBytes + 4;
    if (nameBytes === 0 || valueBytes === 0 || length > shortBytesMax) return false;
    out.reserve(length + frameBytes);
    const { bytes } = out;
    let at = out.length;
    bytes[at++] = 0x0a;
    bytes[at++] = length;
    bytes[at++] = 0x0a;
    bytes[at++] = nameBytes;
    at = copy(source, nameAt, out, at, nameBytes);
    bytes[at++] = 0x12;
    bytes[at++] = valueBytes;
    if (isMetricName(source.bytes, nameAt, nameAt + nameBytes)) {
      this.nameStart = at;
      this.nameEnd = at + valueBytes;
    }
    out.length = copy(source, valueAt, out, at, valueBytes);
    return true;
  }
}

/** @returns where the copy ends */
function copy(from: ByteSource, start: number, to: GrowableBytes, at: number, count: number): number {
  const { view } = to.source;
  const end = at + count;
  let position = start;
  let into = at;
  for (const wordsEnd = end - 3; into < wordsEnd; position += 4, into += 4) {
    view.setUint32(into, from.view.getUint32(position, true), true);
  }
  for (; into < end; into++) to.bytes[into] = from.bytes[position++]!;
  return end;
}

function isSame(a: ByteSource, aStart: number, b: ByteSource, bStart: number, count: number): boolean {
  let at = 0;
  for (; at < count - 3; at += 4) {
    if (a.view.getUint32(aStart + at, true) !== b.view.getUint32(bStart + at, true)) return false;
  }
  for (; at < count; at++) if (a.bytes[aStart + at] !== b.bytes[bStart + at]) return false;
  return true;
}
