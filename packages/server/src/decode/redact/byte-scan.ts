import type { ByteSource } from "../native/byte-source.ts";

const zero = 0x30;
const space = 0x20;
const hyphen = 0x2d;
/** The two bytes of U+00A0 in UTF-8, which may stand between the digits of a number as a space may. */
const noBreakSpaceLead = 0xc2;
const noBreakSpaceTrail = 0xa0;

const isDigit = (byte: number): boolean => ((byte - zero) & 0xff) < 10;
const isOfNumber = (byte: number): boolean =>
  isDigit(byte) || byte === space || byte === hyphen || byte === noBreakSpaceLead || byte === noBreakSpaceTrail;

const ones = 0x01010101;
const highBits = 0x80808080;

/**
 * Whether there is one of `@ = " J`, a space, or one of their neighbours `B H`: four bytes at once, and without a branch
 * until the end. A byte is zero where `(word - 0x01010101) & ~word` has its high bit; `"` and the space differ in one
 * bit from each other, and so do `@` and `J` in two.
 * @param end at least four bytes after `start`
 */
export function hasAnchor({ view }: ByteSource, start: number, end: number): boolean {
  let found = 0;
  const last = end - 4;
  for (let position = start; ; position += 4) {
    const word = view.getInt32(position < last ? position : last, true);
    const quote = (word & ~0x02020202) ^ 0x20202020;
    const at = (word & ~0x0a0a0a0a) ^ 0x40404040;
    const equals = word ^ 0x3d3d3d3d;
    found |= ((quote - ones) & ~quote) | ((at - ones) & ~at) | ((equals - ones) & ~equals);
    if (position >= last) return (found & highBits) !== 0;
  }
}

/**
 * Whether there are so many digits with nothing but spaces and hyphens between. A run of them reaches over every `digitsMin`-th byte:
 * only those are looked at, and around one that is of a number the rest of the run.
 */
export function hasLongNumber(bytes: Uint8Array, start: number, end: number, digitsMin: number): boolean {
  for (let probe = start + digitsMin - 1; probe < end; probe += digitsMin) {
    if (!isOfNumber(bytes[probe]!)) continue;
    let digits = 0;
    for (let at = probe; at >= start && isOfNumber(bytes[at]!); at--) if (isDigit(bytes[at]!)) digits++;
    let after = probe + 1;
    for (; after < end && isOfNumber(bytes[after]!); after++) if (isDigit(bytes[after]!)) digits++;
    if (digits >= digitsMin) return true;
    // What has been looked at is not looked at again, however long it is.
    probe = after - 1;
  }
  return false;
}

/** Whether there is `eyJ`, with which every JSON web token begins: `{"` in base64. */
export function hasTokenStart(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 2; at < end; at++) {
    if (bytes[at] === 0x4a && bytes[at - 1] === 0x79 && bytes[at - 2] === 0x65) return true;
  }
  return false;
}

/** Whether there is `earer ` or `asic `, as in `Bearer TOKEN`, and sixteen characters after it. */
export function hasAuthorization(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start + 5; at < end - 15; at++) {
    if (bytes[at] !== space) continue;
    const before = bytes[at - 1];
    // r after e, c after i
    if ((before === 0x72 && bytes[at - 2] === 0x65) || (before === 0x63 && bytes[at - 2] === 0x69)) return true;
  }
  return false;
}
