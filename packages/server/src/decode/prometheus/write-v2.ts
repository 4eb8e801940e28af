import { isUtf8 } from "node:buffer";
import { LabelCollector } from "../metrics/canonical-labels.ts";
import type { MetricsBlock } from "../metrics/metrics-block.ts";
import type { MetricsOutcome } from "../metrics/metrics-outcome.ts";
import type { MetricsContext } from "../metrics/point-writer.ts";
import type { ByteSource } from "../native/byte-source.ts";
import type { GrowableBytes } from "../native/growable-bytes.ts";
import { wireBytes } from "../otlp/protobuf-reader.ts";
import { SymbolTable } from "./symbol-table.ts";
import { WriteDecoder } from "./write-decoder.ts";

/**
 * Appends an io.prometheus.write.v2.Request (remote write 2.0) to `block`. A series whose labels are wrong, and a point
 * that cannot be, are refused and the others written.
 * @throws SightglassError invalid_argument (with the byte offset); then the block is to be cleared
 */
export function decodeWriteV2(body: Uint8Array, block: MetricsBlock, context: MetricsContext): MetricsOutcome {
  return new WriteV2Decoder(body, block, context).decode();
}

const faults = {
  refs: "labels_refs has an odd number of entries",
  symbol: "a reference is beyond the symbols",
  mixed: "a series has both samples and histograms",
} as const;

class WriteV2Decoder extends WriteDecoder {
  private readonly collector = new LabelCollector();
  private readonly symbols = new SymbolTable(this.reader.source);
  private readonly refs: number[] = [];
  /** Of the series under way. */
  private metric: { source: ByteSource; nameStart: number; nameEnd: number } | undefined;

  /** Request: symbols = 4, timeseries = 5. The symbols may come after. */
  decode(): MetricsOutcome {
    this.gatherSymbols();
    const { reader } = this;
    reader.position = 0;
    const end = reader.source.bytes.length;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x2a) {
        const seriesEnd = reader.end();
        this.series(seriesEnd);
        reader.position = seriesEnd;
      } else reader.skip(tag);
    }
    return this.outcome();
  }

  private gatherSymbols(): void {
    const { reader, symbols } = this;
    const end = reader.limit;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x22) {
        const symbolEnd = reader.end();
        symbols.add(reader.position, symbolEnd);
        reader.position = symbolEnd;
      } else reader.skip(tag);
    }
    if (symbols.size > 0 && symbols.start(0) !== symbols.end(0)) {
      reader.fail("the first symbol is not empty", symbols.start(0));
    }
  }

  /** TimeSeries: labels_refs = 1, samples = 2, histograms = 3, exemplars = 4, metadata = 5. */
  private series(end: number): void {
    const { reader } = this;
    this.seriesIndex++;
    const start = reader.position;
    if (this.repeated(end)) this.fault = undefined;
    else {
      reader.position = start;
      this.fault = this.openSeries(end);
      reader.position = start;
    }
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if ((tag & 7) !== wireBytes) {
        reader.skip(tag);
        continue;
      }
      const fieldEnd = reader.end();
      if (tag === 0x12) this.sample(fieldEnd);
      else if (tag === 0x1a) this.histogram(fieldEnd);
      else if (tag === 0x22) this.readExemplar(fieldEnd);
      else if (tag === 0x2a) this.readMetadata(fieldEnd);
      reader.position = fieldEnd;
    }
  }

  /**
   * Whether the labels are those of the series that is expected, and lie before all else. The points are next then, and of one
   * kind.
   */
  private repeated(end: number): boolean {
    const { points, order, reader, symbols } = this;
    const series = points.expected;
    if (series === -1 || reader.source.bytes[reader.position] !== 0x0a) return false;
    reader.limit = end;
    reader.tag();
    const refsEnd = reader.end();
    reader.limit = refsEnd;
    const expected = { labels: order.source, start: order.start(series), end: order.end(series) };
    if (!symbols.spell(reader, expected)) return false;
    const kinds = this.kindsFrom(refsEnd, end);
    reader.position = refsEnd;
    if (kinds === undefined || kinds === 3) return false;
    points.repeat(series);
    this.metric = points.range;
    return true;
  }

  /** 1 for samples, 2 for histograms, or both together; undefined when there are labels. */
  private kindsFrom(start: number, end: number): number | undefined {
    const { reader } = this;
    let kinds = 0;
    reader.position = start;
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x0a || tag === 0x08) return undefined;
      if (tag === 0x12) kinds |= 1;
      else if (tag === 0x1a) kinds |= 2;
      reader.skip(tag);
    }
    return kinds;
  }

  /** Reads the labels and checks that there are samples or histograms, not both. @returns a fault */
  private openSeries(end: number): string | undefined {
    const { reader, refs, symbols } = this;
    let kinds = 0;
    refs.length = 0;
    this.metric = undefined;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x0a || tag === 0x08) this.readRefs(tag);
      else {
        if (tag === 0x12) kinds |= 1;
        else if (tag === 0x1a) kinds |= 2;
        reader.skip(tag);
      }
    }
    if (kinds === 3) return faults.mixed;
    return symbols.encode(refs) ? this.open(symbols) : this.collect();
  }

  /** The labels in whatever form, made canonical. @returns a fault */
  private collect(): string | undefined {
    const { collector, reader } = this;
    collector.clear();
    const refFault = this.eachRef((nameStart, nameEnd, valueStart, valueEnd) =>
      collector.add(nameStart, nameEnd, valueStart, valueEnd),
    );
    return refFault ?? collector.encode(reader.source) ?? this.open(collector);
  }

  private open({ out, nameStart, nameEnd }: { out: GrowableBytes; nameStart: number; nameEnd: number }) {
    this.metric = { source: out.source, nameStart, nameEnd };
    return this.points.seriesInOrder({ source: out.source, start: 0, end: out.length, nameStart, nameEnd });
  }

  /** A repeated uint32, packed or not. */
  private readRefs(tag: number): void {
    const { reader, refs } = this;
    if ((tag & 7) !== wireBytes) {
      refs.push(reader.varint32());
      return;
    }
    const end = reader.end();
    reader.limit = end;
    while (reader.position < end) refs.push(reader.varint32());
  }

  /** Calls `take` for each pair of `refs`. @returns a fault */
  private eachRef(
    take: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void,
  ): string | undefined {
    const { refs, symbols } = this;
    if (refs.length % 2 !== 0) return faults.refs;
    for (let at = 0; at < refs.length; at += 2) {
      const name = refs[at]!;
      const value = refs[at + 1]!;
      if (name >= symbols.size || value >= symbols.size) return faults.symbol;
      take(symbols.start(name), symbols.end(name), symbols.start(value), symbols.end(value));
    }
    return undefined;
  }

  /** Exemplar: labels_refs = 1, value = 2, timestamp = 3. */
  private readExemplar(end: number): void {
    const { reader, refs } = this;
    const { source } = reader;
    const value = { low: 0, high: 0 };
    const time = { low: 0, high: 0 };
    refs.length = 0;
    while (reader.position < end) {
      reader.limit = end;
      const tag = reader.tag();
      if (tag === 0x0a || tag === 0x08) this.readRefs(tag);
      else if (tag === 0x11) {
        reader.fixed64();
        value.low = reader.low;
        value.high = reader.high;
      } else if (tag === 0x18) {
        reader.varint64();
        time.low = reader.low;
        time.high = reader.high;
      } else reader.skip(tag);
    }
    const { labels } = this.block.exemplars.to;
    this.fault ??= this.eachRef((nameStart, nameEnd, valueStart, valueEnd) => {
      labels.appendKey(source, nameStart, nameEnd);
      labels.values.append(source, valueStart, valueEnd);
    });
    this.exemplar(value, time);
  }

  /** Metadata: type = 1, help_ref = 3, unit_ref = 4. The metric is the series' own, without the ending of its kind. */
  private readMetadata(end: number): void {
    const { reader } = this;
    let type = 0;
    let help = 0;
    let unit = 0;
    reader.limit = end;
    while (reader.position < end) {
      const tag = reader.tag();
      if (tag === 0x08) type = reader.varint32();
      else if (tag === 0x18) help = reader.varint32();
      else if (tag === 0x20) unit = reader.varint32();
      else reader.skip(tag);
    }
    if (this.metric === undefined || (type === 0 && help === 0 && unit === 0)) return;
    const { source, nameStart, nameEnd } = this.metric;
    const name = source.bytes.subarray(nameStart, nameEnd);
    this.metadata({
      metric: familyName(Buffer.from(name), type),
      type,
      help: this.symbol(help),
      unit: this.symbol(unit),
    });
  }

  private symbol(ref: number): Buffer {
    const { symbols, reader } = this;
    if (ref >= symbols.size) return Buffer.alloc(0);
    const bytes = Buffer.from(reader.source.bytes.subarray(symbols.start(ref), symbols.end(ref)));
    return isUtf8(bytes) ? bytes : Buffer.alloc(0);
  }
}

const histogram = 3;
const summary = 5;

/** Metadata is told for the family: `x` of `x_bucket`, `x_sum` and `x_count`. */
function familyName(name: Buffer, type: number): Buffer {
  if (type !== histogram && type !== summary && type !== histogram + 1) return name;
  const text = name.toString();
  return Buffer.from(text.replace(/_(?:bucket|sum|count|gsum|gcount)$/, ""));
}
