const highWord = 0x7ff00000;
const lowWord = 2;

/** The two 32-bit halves of a Float64Array: [low, high] on little-endian machines, which all supported ones are. */
const wordsOf = (values: Float64Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length * 2);

/**
 * Marks the end of a series: a NaN with a payload of its own. A JavaScript number may lose the payload, so it is only
 * ever looked at and written inside arrays.
 */
export function isStaleAt(values: Float64Array, index: number): boolean {
  const words = wordsOf(values);
  return words[index * 2 + 1] === highWord && words[index * 2] === lowWord;
}

export function writeStale(values: Float64Array, index: number): void {
  const words = wordsOf(values);
  words[index * 2] = lowWord;
  words[index * 2 + 1] = highWord;
}

/** Which samples are staleness markers; undefined when none is. `hasStale` is what is known of that. */
export function staleFlags(values: Float64Array, hasStale?: boolean): Uint8Array | undefined {
  if (hasStale === false) return undefined;
  const words = wordsOf(values);
  let flags: Uint8Array | undefined;
  for (let index = 0; index < values.length; index++) {
    if (words[index * 2 + 1] !== highWord || words[index * 2] !== lowWord) continue;
    flags ??= new Uint8Array(values.length);
    flags[index] = 1;
  }
  return flags;
}
