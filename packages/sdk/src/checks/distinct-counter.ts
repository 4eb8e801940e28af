const slotsAtFirst = 1024;
/** Slots for one key: a table that is fuller than half becomes slow. */
const slotsPerKey = 2;
const keptMax = 16_384;
const hashesTotal = 2 ** 53;

/**
 * How many different values a stream has, in bounded memory. Up to `exactMax` of them each one's hash of 53 bits is kept
 * (16 bytes), and the count is exact but for equal hashes (at a million values one chance in 18,000). Beyond, it is
 * estimated from the 16,384 smallest hashes, with a standard error of 0.8 % (k minimum values; Bar-Yossef et al.,
 * RANDOM 2002); then only repetitions of the first `exactMax` values are seen for sure.
 */
export class DistinctCounter {
  readonly #exactMax: number;
  /** Open addressing; 0 is an empty slot. */
  #slots = new Float64Array(slotsAtFirst);
  #size = 0;
  #duplicates = 0;
  #smallest: SmallestHashes | undefined;

  constructor(exactMax: number) {
    this.#exactMax = exactMax;
  }

  add(value: string): void {
    const hash = hashOf(value);
    const slot = slotOf(this.#slots, hash);
    if (this.#slots[slot] === hash) this.#duplicates += 1;
    else if (this.#size < this.#exactMax) this.#insert(slot, hash);
    else this.#smallest ??= new SmallestHashes(this.#slots);
    this.#smallest?.add(hash);
  }

  get isExact(): boolean {
    return this.#smallest === undefined;
  }

  /** Values that were there before, among the first `exactMax` different ones. */
  get duplicates(): number {
    return this.#duplicates;
  }

  get distinct(): number {
    return this.#smallest?.estimate() ?? this.#size;
  }

  #insert(slot: number, hash: number): void {
    this.#slots[slot] = hash;
    this.#size += 1;
    if (this.#size * slotsPerKey <= this.#slots.length) return;
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const known of old) if (known !== 0) this.#slots[slotOf(this.#slots, known)] = known;
  }
}

/** The slot that holds the hash, or the empty one where it belongs. The number of slots is a power of two. */
function slotOf(slots: Float64Array, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0 && slots[slot] !== hash) slot = (slot + 1) & mask;
  return slot;
}

class SmallestHashes {
  /** The smallest ones and some more, unordered and perhaps twice; `#compact` puts that right. */
  #hashes: number[] = [];
  /** Hashes from here on are too large to be kept. */
  #limit = hashesTotal;

  constructor(slots: Float64Array) {
    for (const hash of slots) if (hash !== 0) this.add(hash);
  }

  add(hash: number): void {
    if (hash >= this.#limit) return;
    this.#hashes.push(hash);
    if (this.#hashes.length === 2 * keptMax) this.#compact();
  }

  estimate(): number {
    this.#compact();
    // The k-th smallest of n even numbers between 0 and 1 is about k / n.
    return this.#limit === hashesTotal ? this.#hashes.length : Math.round(((keptMax - 1) * hashesTotal) / this.#limit);
  }

  #compact(): void {
    const ascending = Float64Array.from(this.#hashes).sort();
    this.#hashes = [];
    for (const hash of ascending) {
      if (hash === this.#hashes.at(-1)) continue;
      this.#hashes.push(hash);
      if (this.#hashes.length < keptMax) continue;
      this.#limit = hash;
      break;
    }
  }
}

/** A whole number from 1 to 2^53 - 1 that depends evenly on each character: two FNV-1a lanes, mixed as MurmurHash3 ends. */
function hashOf(text: string): number {
  let high = 0x811c9dc5;
  let low = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code ^ (high >>> 15), 0x85ebca6b);
  }
  return mixed(high ^ low) * 2 ** 21 + (mixed(low + 0x9e3779b9) >>> 11) || 1;
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
