import type { SeededRandom } from "./random.ts";

const tellingBytes = [
  0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x1b, 0x1c, 0x22, 0x5b, 0x5d, 0x5c, 0x7b, 0x7d, 0x2c, 0x2d, 0x30,
];

/** A damaged copy: a few random changes of the kinds that break parsers. */
export function mutate(body: Uint8Array, other: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes: Buffer = Buffer.from(body);
  for (let count = 1 + random.below(4); count > 0; count--) bytes = change(bytes, other, random);
  return bytes;
}

function change(bytes: Buffer, other: Uint8Array, random: SeededRandom): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.below(Math.min(64, bytes.length - at + 1));
  switch (random.below(8)) {
    case 0:
      if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.pick(tellingBytes);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([random.pick(tellingBytes)]), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 6: {
      const from = random.below(other.length);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at)]);
    }
    default:
      for (let i = 0; i < length; i++) bytes[at + i] = random.next();
      return bytes;
  }
}
