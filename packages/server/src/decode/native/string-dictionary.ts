import type { ByteSource } from "./byte-source.ts";
import { GrowableBytes } from "./growable-bytes.ts";

/**
 * A search that meets this many other strings gives up and takes a new entry: the engine allows a string twice in a
 * dictionary, and so strings made to collide cost a little space and no time.
 */
const probesMax = 24;

/**
 * The distinct strings of a LowCardinality column, as bytes, each with a number. Entry 0 is the empty string, which
 * the engine wants as the default.
 *
 * Most look-ups hit the guess: the string that followed the previous one the last time. Attribute keys and span names
 * come in the same order again and again, so that a look-up is one comparison and no hash.
 */
export class StringDictionary {
  /** Number of entries, the empty string included. */
  size = 1;
  private readonly strings = new GrowableBytes();
  private starts = new Uint32Array(64);
  private ends = new Uint32Array(64);
  private hashes = new Uint32Array(64);
  private successors = new Uint32Array(64);
  private tags = new Uint16Array(64);
  /** Open addressing: entry number, 0 for a free slot. At most half full. */
  private slots = new Uint32Array(128);
  private last = 0;
  private readonly classify: ((source: ByteSource, start: number, end: number) => number) | undefined;

  /** @param classify gives a new string a tag (0-65535), once. */
  constructor(classify?: (source: ByteSource, start: number, end: number) => number) {
    this.classify = classify;
    this.strings.pushByte(0);
  }

  get byteLength(): number {
    return this.strings.length;
  }

  /** The tag of an entry; 0 for the empty string. */
  tagOf(entry: number): number {
    return this.tags[entry]!;
  }

  /** The entry of `source[start, end)`, added if it is new. */
  intern(source: ByteSource, start: number, end: number): number {
    if (start === end) return 0;
    const guess = this.successors[this.last]!;
    if (guess !== 0 && guess < this.size && this.equals(guess, source, start, end)) {
      this.last = guess;
      return guess;
    }
    const entry = this.find(source, start, end);
    this.successors[this.last] = entry;
    this.last = entry;
    return entry;
  }

  /** Adds the strings of another dictionary. @returns for each of its entries the entry here */
  internAll(other: StringDictionary): Uint32Array {
    const entries = new Uint32Array(other.size);
    const { source } = other.strings;
    for (let entry = 1; entry < other.size; entry++) {
      entries[entry] = this.intern(source, other.starts[entry]!, other.ends[entry]!);
    }
    return entries;
  }

  private equals(entry: number, source: ByteSource, start: number, end: number): boolean {
    let at = this.starts[entry]!;
    if (this.ends[entry]! - at !== end - start) return false;
    const mine = this.strings.source.view;
    const theirs = source.view;
    let position = start;
    for (const wordsEnd = end - 3; position < wordsEnd; position += 4, at += 4) {
      if (mine.getUint32(at, true) !== theirs.getUint32(position, true)) return false;
    }
    const ours = this.strings.bytes;
    const { bytes } = source;
    for (; position < end; position++) if (ours[at++] !== bytes[position]) return false;
    return true;
  }

  private find(source: ByteSource, start: number, end: number): number {
    const hash = hashOf(source, start, end);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let probe = 0; probe < probesMax; probe++) {
      const entry = this.slots[slot]!;
      if (entry === 0) {
        this.slots[slot] = this.size;
        return this.add(source, start, end, hash);
      }
      if (this.hashes[entry] === hash && this.equals(entry, source, start, end)) return entry;
      slot = (slot + 1) & mask;
    }
    return this.add(source, start, end, hash);
  }

  private add(source: ByteSource, start: number, end: number, hash: number): number {
    const entry = this.size++;
    if (entry === this.starts.length) this.growEntries();
    this.strings.pushVarint(end - start);
    this.starts[entry] = this.strings.length;
    this.strings.pushBytes(source, start, end);
    this.ends[entry] = this.strings.length;
    this.hashes[entry] = hash;
    this.successors[entry] = 0;
    this.tags[entry] = this.classify === undefined ? 0 : this.classify(source, start, end);
    if (this.size * 2 > this.slots.length) this.growSlots();
    return entry;
  }

  private growEntries(): void {
    const capacity = this.starts.length * 2;
    this.starts = grown(this.starts, new Uint32Array(capacity));
    this.ends = grown(this.ends, new Uint32Array(capacity));
    this.hashes = grown(this.hashes, new Uint32Array(capacity));
    this.successors = grown(this.successors, new Uint32Array(capacity));
    this.tags = grown(this.tags, new Uint16Array(capacity));
  }

  private growSlots(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let entry = 1; entry < this.size; entry++) {
      let slot = this.hashes[entry]! & mask;
      for (let probe = 0; probe < probesMax; probe++) {
        if (this.slots[slot] === 0) {
          this.slots[slot] = entry;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
  }

  /** Forgets the entries from `size` on. Newest first: no older entry's search path crosses a newer one's slot. */
  truncate(size: number): void {
    const mask = this.slots.length - 1;
    for (let entry = this.size - 1; entry >= size; entry--) {
      let slot = this.hashes[entry]! & mask;
      for (let probe = 0; probe < probesMax && this.slots[slot] !== 0; probe++) {
        if (this.slots[slot] === entry) {
          this.slots[slot] = 0;
          break;
        }
        slot = (slot + 1) & mask;
      }
    }
    if (size < this.size) this.strings.length = size === 1 ? 1 : this.ends[size - 1]!;
    this.size = size;
    this.last = 0;
  }

  /** The strings in the engine's layout: varint length and bytes, in the order of their numbers. */
  written(): Uint8Array {
    return this.strings.written();
  }

  clear(): void {
    this.slots.fill(0);
    this.strings.clear();
    this.strings.pushByte(0);
    this.size = 1;
    this.last = 0;
  }
}

function grown<Numbers extends Uint32Array | Uint16Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}

/** 32 bits over words, in the manner of the MurmurHash3 mix. */
function hashOf(source: ByteSource, start: number, end: number): number {
  const { bytes, view } = source;
  let hash = end - start;
  let position = start;
  for (const wordsEnd = end - 3; position < wordsEnd; position += 4) {
    hash = Math.imul(hash ^ view.getUint32(position, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; position < end; position++) hash = Math.imul(hash ^ bytes[position]!, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
