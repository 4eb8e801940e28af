import type { Labels } from "../model/labels.ts";

/** A number in [0, 1] that depends on the labels alone: their hash in Prometheus, so that the same series are chosen. */
export const hashFraction = (labels: Labels): number => Number(xxHash64(encode(labels))) / 2 ** 64;

const encoder = new TextEncoder();

/** Names and values by turns, each behind its length: one byte, or 255 and three bytes from 255 on. */
function encode(labels: Labels): Uint8Array {
  const bytes: number[] = [];
  for (const [name, value] of labels.entries())
    for (const text of [name, value]) {
      const encoded = encoder.encode(text);
      const { length } = encoded;
      if (length < 255) bytes.push(length);
      else bytes.push(255, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff);
      for (const byte of encoded) bytes.push(byte);
    }
  return Uint8Array.from(bytes);
}

const [prime1, prime2, prime3, prime4, prime5]: readonly [bigint, bigint, bigint, bigint, bigint] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, by: bigint): bigint => wrap((value << by) | (value >> (64n - by)));
const round = (state: bigint, input: bigint): bigint => wrap(rotate(wrap(state + input * prime2), 31n) * prime1);
const merge = (hash: bigint, state: bigint): bigint => wrap((hash ^ round(0n, state)) * prime1 + prime4);

/** The 64-bit xxHash with seed 0 (github.com/Cyan4973/xxHash, doc/xxhash_spec.md). */
function xxHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { length } = bytes;
  let at = 0;
  let hash = prime5;
  if (length >= 32) {
    let [a, b, c, d] = [wrap(prime1 + prime2), prime2, 0n, wrap(-prime1)];
    for (; at + 32 <= length; at += 32) {
      a = round(a, view.getBigUint64(at, true));
      b = round(b, view.getBigUint64(at + 8, true));
      c = round(c, view.getBigUint64(at + 16, true));
      d = round(d, view.getBigUint64(at + 24, true));
    }
    hash = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
    for (const state of [a, b, c, d]) hash = merge(hash, state);
  }
  hash = wrap(hash + BigInt(length));
  for (; at + 8 <= length; at += 8)
    hash = wrap(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4);
  if (at + 4 <= length) {
    hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint32(at, true)) * prime1), 23n) * prime2 + prime3);
    at += 4;
  }
  for (; at < length; at++) hash = wrap(rotate(hash ^ wrap(BigInt(bytes[at] as number) * prime5), 11n) * prime1);
  hash = wrap((hash ^ (hash >> 33n)) * prime2);
  hash = wrap((hash ^ (hash >> 29n)) * prime3);
  return hash ^ (hash >> 32n);
}
