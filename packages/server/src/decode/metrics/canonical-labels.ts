import { isUtf8 } from "node:buffer";
import type { ByteSource } from "../native/byte-source.ts";
import { ByteSource as Source } from "../native/byte-source.ts";
import { GrowableBytes } from "../native/growable-bytes.ts";

/**
 * The canonical form of a series' labels: sorted by name, the metric's name among them as `__name__`, each encoded as a
 * `labels` field of remote write 1.0 (`0a len 0a len name 12 len value`), one after the other. A sorted series of a
 * remote write request lies in this form in the body already, and is hashed there.
 */

export const labelFaults = {
  noName: "the label __name__ is missing",
  emptyName: "a label has an empty name",
  twice: "a label name occurs twice",
  notUtf8: "a label is not UTF-8",
} as const;

/** Where the labels of a series lie in canonical form, and the metric's name among them. */
export interface SeriesRange {
  source: ByteSource;
  start: number;
  end: number;
  nameStart: number;
  nameEnd: number;
}

/** Ranges of one label in its source. */
export interface LabelRange {
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
}

const metricName = Buffer.from("__name__");

export function isMetricName(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== metricName.length) return false;
  for (let i = 0; i < metricName.length; i++) if (bytes[start + i] !== metricName[i]) return false;
  return true;
}

/** Below, equal to or above 0 as the bytes of one name sort before, like or after the other's. */
export function compareBytes(
  bytes: Uint8Array,
  a: { start: number; end: number },
  b: { start: number; end: number },
): number {
  let left = a.start;
  let right = b.start;
  while (left < a.end && right < b.end) {
    const difference = bytes[left++]! - bytes[right++]!;
    if (difference !== 0) return difference;
  }
  return a.end - a.start - (b.end - b.start);
}

/** Collects labels in any order, whose bytes lie in one source, and writes them in canonical form. */
export class LabelCollector {
  /** The canonical form after `encode`. */
  readonly out = new GrowableBytes();
  /** Where the metric's name lies in `out`. */
  nameStart = 0;
  nameEnd = 0;
  private readonly ranges: LabelRange[] = [];
  private count = 0;

  clear(): void {
    this.count = 0;
  }

  add(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const range = this.ranges[this.count];
    if (range === undefined) this.ranges.push({ nameStart, nameEnd, valueStart, valueEnd });
    else {
      range.nameStart = nameStart;
      range.nameEnd = nameEnd;
      range.valueStart = valueStart;
      range.valueEnd = valueEnd;
    }
    this.count++;
  }

  /** An empty value is the same as no label. @returns a fault of `labelFaults`, if there is one */
  encode(source: ByteSource): string | undefined {
    const { bytes } = source;
    const { out } = this;
    const sorted = this.ranges
      .slice(0, this.count)
      .sort((a, b) =>
        compareBytes(bytes, { start: a.nameStart, end: a.nameEnd }, { start: b.nameStart, end: b.nameEnd }),
      );
    out.clear();
    this.nameEnd = -1;
    let before: LabelRange | undefined;
    for (const label of sorted) {
      const name = { start: label.nameStart, end: label.nameEnd };
      if (name.start === name.end) return labelFaults.emptyName;
      if (before !== undefined && compareBytes(bytes, { start: before.nameStart, end: before.nameEnd }, name) === 0) {
        return labelFaults.twice;
      }
      before = label;
      if (label.valueStart < label.valueEnd) this.write(source, label);
    }
    return this.nameEnd === -1 ? labelFaults.noName : undefined;
  }

  private write(source: ByteSource, { nameStart, nameEnd, valueStart, valueEnd }: LabelRange): void {
    const { out } = this;
    const nameBytes = nameEnd - nameStart;
    const valueBytes = valueEnd - valueStart;
    out.pushByte(0x0a);
    out.pushVarint(2 + varintBytes(nameBytes) + nameBytes + varintBytes(valueBytes) + valueBytes);
    out.pushByte(0x0a);
    out.pushVarint(nameBytes);
    out.pushBytes(source, nameStart, nameEnd);
    out.pushByte(0x12);
    out.pushVarint(valueBytes);
    out.pushBytes(source, valueStart, valueEnd);
    if (isMetricName(source.bytes, nameStart, nameEnd)) {
      this.nameEnd = out.length;
      this.nameStart = out.length - valueBytes;
    }
  }
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) count++;
  return count;
}

/** Calls `visit` for each label of a canonical form. */
export function eachLabel(
  source: ByteSource,
  start: number,
  end: number,
  visit: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void,
): void {
  const { bytes } = source;
  let at = start;
  const length = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < end) {
    at++;
    length();
    at++;
    const nameBytes = length();
    const nameStart = at;
    at += nameBytes + 1;
    const valueBytes = length();
    const valueStart = at;
    at += valueBytes;
    visit(nameStart, nameStart + nameBytes, valueStart, at);
  }
}

/** Where the metric's name lies in a canonical form. */
export function metricNameRange(labels: Uint8Array): { nameStart: number; nameEnd: number } | undefined {
  let range: { nameStart: number; nameEnd: number } | undefined;
  eachLabel(new Source(labels), 0, labels.length, (nameStart, nameEnd, valueStart, valueEnd) => {
    if (isMetricName(labels, nameStart, nameEnd)) range = { nameStart: valueStart, nameEnd: valueEnd };
  });
  return range;
}

/** Whether every name and value of a canonical form is UTF-8. */
export function labelsAreUtf8(source: ByteSource, start: number, end: number): boolean {
  let valid = true;
  eachLabel(source, start, end, (nameStart, nameEnd, valueStart, valueEnd) => {
    valid &&= isUtf8(source.bytes.subarray(nameStart, nameEnd)) && isUtf8(source.bytes.subarray(valueStart, valueEnd));
  });
  return valid;
}

/** Of `canonicalLabels`, which is done with it when it returns. */
const collector = new LabelCollector();

/** The canonical form of labels given as strings, `__name__` among them. @throws RangeError with a fault of `labelFaults` */
export function canonicalLabels(labels: Iterable<readonly [name: string, value: string]>): Uint8Array {
  collector.clear();
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, value] of labels) {
    const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
    collector.add(at, at + nameBytes.length, at + nameBytes.length, (at += nameBytes.length + valueBytes.length));
    parts.push(nameBytes, valueBytes);
  }
  const fault = collector.encode(new Source(Buffer.concat(parts)));
  if (fault !== undefined) throw new RangeError(fault);
  return collector.out.written().slice();
}
