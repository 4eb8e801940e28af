/** The few small protobuf messages that receivers answer with, written from their fields; defaults are left out. */
export function protobufMessage(
  fields: Readonly<Record<number, number | bigint | string | Uint8Array | Uint8Array[]>>,
) {
  const parts: Uint8Array[] = [];
  for (const [key, value] of Object.entries(fields)) {
    const number = Number(key);
    if (typeof value === "number" || typeof value === "bigint") {
      if (BigInt(value) !== 0n) parts.push(varint(BigInt(number << 3)), varint(BigInt(value)));
    } else if (typeof value === "string") {
      if (value !== "") parts.push(delimited(number, Buffer.from(value)));
    } else if (Array.isArray(value)) parts.push(...value.map((message) => delimited(number, message)));
    else parts.push(delimited(number, value));
  }
  return Buffer.concat(parts);
}

function delimited(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes]);
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}
