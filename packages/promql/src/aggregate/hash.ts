import type { Labels } from "../model/labels.ts";

/** A number in [0, 1) that depends on the labels alone, the same on every machine: 53 bits of two FNV-like hashes. */
export function hashFraction(labels: Labels): number {
  const high = hash(labels.key, 0x811c9dc5);
  const low = hash(labels.key, 0x9747b28c);
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}

/** FNV-1a over UTF-16 units, then the finalizer of MurmurHash3, so that near keys lie far apart. */
function hash(text: string, seed: number): number {
  let value = seed;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
