const initialEntries = 1024;

/**
 * A set of 64-bit ids that gives each a number, in order of arrival: open addressing over flat arrays, 24 to 48 bytes an
 * id with what KnownSeries keeps beside it.
 */
export class IdTable {
  /** Ids so far; the next one's number. */
  size = 0;
  private lows = new Uint32Array(initialEntries);
  private highs = new Uint32Array(initialEntries);
  /** Number + 1, 0 for a free slot. At most half full. */
  private slots = new Uint32Array(initialEntries * 2);

  /** How many numbers there is room for; arrays beside this one grow with it. */
  get capacity(): number {
    return this.lows.length;
  }

  /** The number of an id, -1 when it is not there. */
  find(low: number, high: number): number {
    const { slots, lows, highs } = this;
    const mask = slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot]! - 1;
      if (number === -1 || (lows[number] === low && highs[number] === high)) return number;
    }
  }

  /** Puts the id of a number into `to`. */
  read(number: number, to: { low: number; high: number }): void {
    to.low = this.lows[number]!;
    to.high = this.highs[number]!;
  }

  /** Adds an id that is not there. @returns its number */
  add(low: number, high: number): number {
    const number = this.size++;
    if (number === this.lows.length) this.grow();
    this.lows[number] = low;
    this.highs[number] = high;
    this.place(number);
    return number;
  }

  private place(number: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = this.lows[number]! & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = number + 1;
  }

  private grow(): void {
    const capacity = this.lows.length * 2;
    this.lows = grown(this.lows, new Uint32Array(capacity));
    this.highs = grown(this.highs, new Uint32Array(capacity));
    this.slots = new Uint32Array(capacity * 2);
    for (let number = 0; number < this.size - 1; number++) this.place(number);
  }

  clear(): void {
    this.size = 0;
    this.slots.fill(0);
  }
}

/** The numbers of `from` in a larger array. */
export function grown<Numbers extends Uint32Array | Float64Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
