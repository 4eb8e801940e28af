const exactMax = 10_000;
const keptMax = 16_384;

/**
 * How many different values a stream has: exact up to 10,000, then estimated, with a standard error of 0.8 %, from the
 * 16,384 smallest hashes (k minimum values; Bar-Yossef et al., RANDOM 2002). Duplicates are recognised surely only while it
 * is exact.
 */
export class DistinctSketch {
  #exact: Set<string> | undefined = new Set();
  /** The smallest hashes and some more, unordered and perhaps twice; `#compact` puts that right. */
  #hashes: number[] = [];
  /** Hashes from here on are too large to be kept. */
  #limit = 1;
  #duplicates = 0;

  add(value: string): void {
    if (this.#exact === undefined) {
      this.#keep(hashOf(value));
      return;
    }
    if (this.#exact.has(value)) this.#duplicates += 1;
    else this.#exact.add(value);
    if (this.#exact.size <= exactMax) return;
    for (const known of this.#exact) this.#keep(hashOf(known));
    this.#exact = undefined;
  }

  get isExact(): boolean {
    return this.#exact !== undefined;
  }

  /** Values that were there before, in the part that was exact. */
  get duplicates(): number {
    return this.#duplicates;
  }

  get distinct(): number {
    if (this.#exact !== undefined) return this.#exact.size;
    this.#compact();
    // The k-th smallest of n even numbers between 0 and 1 is about k / n.
    return this.#limit === 1 ? this.#hashes.length : Math.round((keptMax - 1) / this.#limit);
  }

  #keep(hash: number): void {
    if (hash >= this.#limit) return;
    this.#hashes.push(hash);
    if (this.#hashes.length === 2 * keptMax) this.#compact();
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

/** A number from 0 to below 1 that depends evenly on each character: two FNV-1a lanes, mixed as MurmurHash3 ends. */
function hashOf(text: string): number {
  let high = 0x811c9dc5;
  let low = 0xcbf29ce4;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code ^ (high >>> 15), 0x85ebca6b);
  }
  return (mixed(high ^ low) * 2 ** 21 + (mixed(low + 0x9e3779b9) >>> 11)) / 2 ** 53;
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}
