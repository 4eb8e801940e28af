/**
 * Samples [from, to) in Prometheus' XOR encoding (tsdb/chunkenc/xor.go): a count of two bytes, then times as differences of
 * differences and values as the bits in which they differ from the one before.
 */
export function xorChunk(timesMs: Float64Array, values: Float64Array, from: number, to: number): Uint8Array {
  const bits = new BitWriter((to - from) * 19 + 32);
  const count = to - from;
  bits.write(BigInt(count), 16);
  const words = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  let [previousMs, previousDelta] = [0, 0];
  let previous = 0n;
  const window = { leading: 0xff, trailing: 0 };
  for (let index = from; index < to; index++) {
    const timeMs = timesMs[index] as number;
    const word = words[index] as bigint;
    const delta = timeMs - previousMs;
    if (index === from) {
      bits.writeVarint(BigInt(timeMs) >= 0n ? BigInt(timeMs) * 2n : BigInt(-timeMs) * 2n - 1n);
      bits.write(word, 64);
    } else {
      if (index === from + 1) bits.writeVarint(BigInt(delta));
      else writeDeltaOfDelta(bits, BigInt(delta - previousDelta));
      writeXor(bits, word ^ previous, window);
      previousDelta = delta;
    }
    previousMs = timeMs;
    previous = word;
  }
  return bits.bytes();
}

function writeDeltaOfDelta(bits: BitWriter, value: bigint): void {
  const fits = (width: bigint): boolean => value >= -(1n << (width - 1n)) + 1n && value <= 1n << (width - 1n);
  if (value === 0n) bits.write(0b0n, 1);
  else if (fits(14n)) bits.write(0b10n, 2).write(BigInt.asUintN(14, value), 14);
  else if (fits(17n)) bits.write(0b110n, 3).write(BigInt.asUintN(17, value), 17);
  else if (fits(20n)) bits.write(0b1110n, 4).write(BigInt.asUintN(20, value), 20);
  else bits.write(0b1111n, 4).write(BigInt.asUintN(64, value), 64);
}

function writeXor(bits: BitWriter, xor: bigint, window: { leading: number; trailing: number }): void {
  if (xor === 0n) {
    bits.write(0n, 1);
    return;
  }
  bits.write(1n, 1);
  // The field for it has five bits.
  const leading = Math.min(31, leadingZeros(xor));
  const trailing = trailingZeros(xor);
  if (window.leading !== 0xff && leading >= window.leading && trailing >= window.trailing) {
    bits.write(0n, 1).write(xor >> BigInt(window.trailing), 64 - window.leading - window.trailing);
    return;
  }
  window.leading = leading;
  window.trailing = trailing;
  const significant = 64 - leading - trailing;
  // 64 does not fit into six bits and is written as 0, which cannot be otherwise.
  bits
    .write(1n, 1)
    .write(BigInt(leading), 5)
    .write(BigInt(significant & 63), 6);
  bits.write(xor >> BigInt(trailing), significant);
}

function leadingZeros(word: bigint): number {
  const high = Number(word >> 32n);
  return high === 0 ? 32 + Math.clz32(Number(word & 0xffffffffn)) : Math.clz32(high);
}

function trailingZeros(word: bigint): number {
  const low = Number(word & 0xffffffffn);
  const zerosOf = (value: number): number => 31 - Math.clz32(value & -value);
  return low === 0 ? 32 + zerosOf(Number(word >> 32n)) : zerosOf(low);
}

class BitWriter {
  readonly #bytes: Uint8Array;
  #bit = 0;

  constructor(bytesMax: number) {
    this.#bytes = new Uint8Array(bytesMax);
  }

  /** The lowest `width` bits, the highest of them first. */
  write(value: bigint, width: number): this {
    for (let at = width - 1; at >= 0; at--) {
      if (((value >> BigInt(at)) & 1n) === 1n) {
        const index = this.#bit >>> 3;
        this.#bytes[index] = (this.#bytes[index] as number) | (0x80 >>> (this.#bit & 7));
      }
      this.#bit++;
    }
    return this;
  }

  writeVarint(value: bigint): void {
    let rest = value;
    while (rest >= 0x80n) {
      this.write((rest & 0x7fn) | 0x80n, 8);
      rest >>= 7n;
    }
    this.write(rest, 8);
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, (this.#bit + 7) >>> 3);
  }
}
