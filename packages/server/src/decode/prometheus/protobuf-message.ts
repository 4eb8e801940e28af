/** A field's value: varints as bigint, doubles as number, packed varints as a list of bigint. */
export type FieldValue =
  | bigint
  | number
  | Uint8Array
  | readonly Uint8Array[]
  | readonly bigint[]
  | { fixed64: Uint8Array };

/** Writes a protobuf message from its fields by number, in that order; what is 0 or empty is left out. */
export function protobufMessage(fields: Readonly<Record<number, FieldValue>>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [key, value] of Object.entries(fields)) {
    const number = Number(key);
    if (typeof value === "bigint") {
      if (value !== 0n) parts.push(varint(BigInt(number << 3)), varint(value));
    } else if (typeof value === "number") {
      if (!Object.is(value, 0)) parts.push(varint(BigInt((number << 3) | 1)), double(value));
    } else if ("fixed64" in value) parts.push(varint(BigInt((number << 3) | 1)), value.fixed64);
    else if (value.length === 0) continue;
    else if (value instanceof Uint8Array) parts.push(...delimited(number, value));
    else parts.push(...list(number, value));
  }
  return Buffer.concat(parts);
}

/** How sint32 and sint64 are written. */
export function zigzag(value: number | bigint): bigint {
  const whole = BigInt(value);
  return whole >= 0n ? whole * 2n : -whole * 2n - 1n;
}

function list(number: number, values: readonly Uint8Array[] | readonly bigint[]): Uint8Array[] {
  if (typeof values[0] === "bigint") return delimited(number, Buffer.concat((values as bigint[]).map(varint)));
  return (values as Uint8Array[]).flatMap((bytes) => delimited(number, bytes));
}

function delimited(number: number, bytes: Uint8Array): Uint8Array[] {
  return [varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes];
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

function double(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
