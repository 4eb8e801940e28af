import type { HistogramMessage } from "./protobuf-messages.ts";

/**
 * Whether a histogram is a native one. One without observations says so by an empty span (client_model, Histogram).
 */
export function isNative(histogram: HistogramMessage): boolean {
  const { negativeSpans, positiveSpans, zeroThreshold, zeroCount, zeroCountFloat = 0 } = histogram;
  return (
    negativeSpans.length > 0 || positiveSpans.length > 0 || zeroThreshold > 0 || zeroCount > 0 || zeroCountFloat > 0
  );
}

/** The histogram as io.prometheus.write.v2.Histogram (remote write 2.0, types.proto). */
export function encodeHistogram(histogram: HistogramMessage): Uint8Array {
  const { countFloat, zeroCountFloat, schema } = histogram;
  const isFloat = countFloat !== undefined && countFloat > 0;
  const out: Uint8Array[] = [];
  if (isFloat) out.push(tag(2, 1), doubles([countFloat]));
  else out.push(tag(1, 0), varint(histogram.count));
  out.push(tag(3, 1), doubles([histogram.sum]), tag(4, 0), varint(zigzag(schema)));
  out.push(tag(5, 1), doubles([histogram.zeroThreshold]));
  if (isFloat) out.push(tag(7, 1), doubles([zeroCountFloat ?? 0]));
  else out.push(tag(6, 0), varint(histogram.zeroCount));
  for (const span of histogram.negativeSpans) pushBytes(out, 8, span);
  pushPacked(out, 9, histogram.negativeDeltas, (values) => Buffer.concat(values.map((value) => varint(zigzag(value)))));
  pushPacked(out, 10, histogram.negativeCounts, doubles);
  for (const span of histogram.positiveSpans) pushBytes(out, 11, span);
  pushPacked(out, 12, histogram.positiveDeltas, (values) =>
    Buffer.concat(values.map((value) => varint(zigzag(value)))),
  );
  pushPacked(out, 13, histogram.positiveCounts, doubles);
  return Buffer.concat(out);
}

function pushPacked(
  out: Uint8Array[],
  field: number,
  values: number[],
  encode: (values: number[]) => Uint8Array,
): void {
  if (values.length > 0) pushBytes(out, field, encode(values));
}

function pushBytes(out: Uint8Array[], field: number, bytes: Uint8Array): void {
  out.push(tag(field, 2), varint(bytes.length), bytes);
}

function tag(field: number, wire: number): Uint8Array {
  return varint(field * 8 + wire);
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

/** Numbers up to 2^53, beyond which a double has lost the digits anyway. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}

function doubles(values: number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => bytes.writeDoubleLE(value, index * 8));
  return bytes;
}
