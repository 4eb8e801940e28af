import { isMetricName, LabelCollector, type SeriesRange } from "../metrics/canonical-labels.ts";
import type { MetricsBlock } from "../metrics/metrics-block.ts";
import type { MetricsOutcome } from "../metrics/metrics-outcome.ts";
import type { MetricsContext } from "../metrics/point-writer.ts";
import { type MetricMetadata, WriteDecoder } from "./write-decoder.ts";

const none = Buffer.alloc(0);

/**
 * Appends a prometheus.WriteRequest (remote write 1.0) to `block`. A series whose labels are wrong, and a point that
 * cannot be, are refused and the others written. Labels in another order are sorted.
 * @throws SightglassError invalid_argument (with the byte offset); then the block is to be cleared
 */
export function decodeWriteV1(body: Uint8Array, block: MetricsBlock, context: MetricsContext): MetricsOutcome {
  return new WriteV1Decoder(body, block, context).decode();
}

class WriteV1Decoder extends WriteDecoder {
  private readonly collector = new LabelCollector();
  private readonly range: SeriesRange = {
    source: this.reader.source,
    start: 0,
    end: 0,
    nameStart: 0,
    nameEnd: 0,
  };

  /** WriteRequest: timeseries = 1, metadata = 3. */
  decode(): MetricsOutcome {
    const { reader } = this;
    const end = reader.limit;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x0a) {
        const seriesEnd = reader.end();
        this.series(seriesEnd);
        reader.position = seriesEnd;
      } else if (tag === 0x1a) {
        const metadataEnd = reader.end();
        this.readMetadata(metadataEnd);
        reader.position = metadataEnd;
      } else reader.skip(tag);
    }
    return this.outcome();
  }

  /** TimeSeries: labels = 1, samples = 2, exemplars = 3, histograms = 4. */
  private series(end: number): void {
    const { reader } = this;
    this.seriesIndex++;
    const start = reader.position;
    const labelsEnd = this.repeated(start, end);
    if (labelsEnd === -1) {
      this.fault = this.isCanonical(start, end) ? this.points.seriesInOrder(this.range) : this.collect(start, end);
      reader.position = start;
    } else {
      this.fault = undefined;
      reader.position = labelsEnd;
    }
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      const fieldEnd = (tag & 7) === 2 ? reader.end() : 0;
      if (tag === 0x12) this.sample(fieldEnd);
      else if (tag === 0x22) this.histogram(fieldEnd);
      else if (tag === 0x1a) this.readExemplar(fieldEnd);
      else if (fieldEnd === 0) reader.skipUnknown(tag, 4);
      if (fieldEnd > 0) reader.position = fieldEnd;
    }
  }

  /** Where the labels end if they are those of the series that is expected; otherwise -1. */
  private repeated(start: number, end: number): number {
    const { points, order, reader } = this;
    const series = points.expected;
    const labelsEnd = series === -1 ? -1 : order.match(series, reader.source, start, end);
    if (labelsEnd === -1 || !this.hasNoLabels(labelsEnd, end)) return -1;
    points.repeat(series);
    return labelsEnd;
  }

  /**
   * Whether the labels lie in canonical form one after the other (canonical-labels.ts), as every known sender writes
   * them; then `range` says where.
   */
  private isCanonical(start: number, end: number): boolean {
    const { range } = this;
    const { bytes, view } = this.reader.source;
    let at = start;
    let nameBefore = 0;
    let nameBeforeEnd = 0;
    range.nameEnd = -1;
    while (at < end && bytes[at] === 0x0a) {
      let length = bytes[++at]!;
      if (length >= 0x80) {
        // A varint of two bytes, the second not 0; longer labels take the other way.
        const second = bytes[++at]!;
        if (second >= 0x80 || second === 0) return false;
        length = (length & 0x7f) | (second << 7);
      }
      const labelEnd = ++at + length;
      const nameStart = at + 2;
      const nameEnd = nameStart + bytes[at + 1]!;
      if (labelEnd > end || bytes[at] !== 0x0a || nameEnd >= labelEnd || nameEnd === nameStart) return false;
      if (bytes[at + 1]! >= 0x80 || bytes[nameEnd] !== 0x12) return false;
      let valueStart = nameEnd + 2;
      let valueBytes = bytes[nameEnd + 1]!;
      if (valueBytes >= 0x80) {
        const second = bytes[valueStart++]!;
        if (second >= 0x80 || second === 0) return false;
        valueBytes = (valueBytes & 0x7f) | (second << 7);
      }
      if (valueBytes === 0 || valueStart + valueBytes !== labelEnd) return false;
      if (!isBefore(bytes, nameBefore, nameBeforeEnd, nameStart, nameEnd)) return false;
      if (nameEnd - nameStart === 8 && view.getUint32(nameStart, true) === 0x616e_5f5f) {
        if (isMetricName(bytes, nameStart, nameEnd)) {
          range.nameStart = valueStart;
          range.nameEnd = labelEnd;
        }
      }
      nameBefore = nameStart;
      nameBeforeEnd = nameEnd;
      at = labelEnd;
    }
    range.source = this.reader.source;
    range.start = start;
    range.end = at;
    return range.nameEnd !== -1 && this.hasNoLabels(at, end);
  }

  /** Labels may also follow the points; then they are not in one piece. */
  private hasNoLabels(from: number, end: number): boolean {
    const { reader } = this;
    const { bytes } = reader.source;
    // One sample is what follows in most requests.
    if (bytes[from] === 0x12 && bytes[from + 1] === end - from - 2) return true;
    reader.position = from;
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x0a) return false;
      reader.skip(tag);
    }
    return true;
  }

  /** The labels in whatever form, made canonical. @returns a fault */
  private collect(start: number, end: number): string | undefined {
    const { reader, collector } = this;
    collector.clear();
    reader.position = start;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag !== 0x0a) reader.skip(tag);
      else this.readLabel((...range) => collector.add(...range));
    }
    const fault = collector.encode(reader.source);
    if (fault !== undefined) return fault;
    const { out, nameStart, nameEnd } = collector;
    return this.points.seriesInOrder({ source: out.source, start: 0, end: out.length, nameStart, nameEnd });
  }

  /** Label: name = 1, value = 2. */
  private readLabel(take: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void): void {
    const { reader } = this;
    const { limit } = reader;
    const end = reader.end();
    let nameStart = 0;
    let nameEnd = 0;
    let valueStart = 0;
    let valueEnd = 0;
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x0a) {
        nameEnd = reader.end();
        nameStart = reader.position;
        reader.position = nameEnd;
      } else if (tag === 0x12) {
        valueEnd = reader.end();
        valueStart = reader.position;
        reader.position = valueEnd;
      } else reader.skipUnknown(tag, 2);
    }
    reader.limit = limit;
    take(nameStart, nameEnd, valueStart, valueEnd);
  }

  /** Exemplar: labels = 1, value = 2, timestamp = 3. */
  private readExemplar(end: number): void {
    const { reader } = this;
    const { labels } = this.block.exemplars.to;
    const value = { low: 0, high: 0 };
    const time = { low: 0, high: 0 };
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x0a) {
        this.readLabel((nameStart, nameEnd, valueStart, valueEnd) => {
          labels.appendKey(reader.source, nameStart, nameEnd);
          labels.values.append(reader.source, valueStart, valueEnd);
        });
      } else if (tag === 0x11) {
        reader.fixed64();
        value.low = reader.low;
        value.high = reader.high;
      } else if (tag === 0x18) {
        reader.varint64();
        time.low = reader.low;
        time.high = reader.high;
      } else reader.skipUnknown(tag, 3);
    }
    this.exemplar(value, time);
  }

  /** MetricMetadata: type = 1, metric_family_name = 2, help = 4, unit = 5. */
  private readMetadata(end: number): void {
    const { reader } = this;
    const told: MetricMetadata = { metric: none, type: 0, help: none, unit: none };
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x08) told.type = reader.varint32();
      else if (tag === 0x12) told.metric = this.bytes();
      else if (tag === 0x22) told.help = this.bytes();
      else if (tag === 0x2a) told.unit = this.bytes();
      else reader.skipUnknown(tag, 5);
    }
    this.metadata(told);
  }
}

/** Whether the bytes of one name sort before the other's. */
function isBefore(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  let left = a;
  let right = b;
  while (left < aEnd && right < bEnd) {
    const difference = bytes[left++]! - bytes[right++]!;
    if (difference !== 0) return difference < 0;
  }
  return left === aEnd && right < bEnd;
}
