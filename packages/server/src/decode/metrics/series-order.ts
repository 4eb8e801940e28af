import { limits } from "../../model/limits.ts";
import type { ByteSource } from "../native/byte-source.ts";
import { GrowableBytes } from "../native/growable-bytes.ts";
import type { SeriesRange } from "./canonical-labels.ts";
import { grown } from "./id-table.ts";

const initialSeries = 1024;

/**
 * Which series came after which, and their labels as they were sent. A sender names its series in the same order in every
 * request, so the next one is found by a comparison with the labels that are expected: they need not be checked, hashed
 * and looked up again, which is most of what a sample costs.
 */
export class SeriesOrder {
  /** Labels one after the other, in canonical form, each from a multiple of four on. */
  private readonly labels = new GrowableBytes();
  private readonly bytesMax: number;
  /** Of each series the number of the one that followed it, and 1; 0 where none did. */
  private successors = new Uint32Array(initialSeries);
  /** Where its labels lie; ends are 0 where they are not kept. */
  private starts = new Uint32Array(initialSeries);
  private ends = new Uint32Array(initialSeries);
  private nameStarts = new Uint32Array(initialSeries);
  private nameEnds = new Uint32Array(initialSeries);

  /** @param bytesMax of labels that are kept */
  constructor(bytesMax = limits.seriesOrderBytesMax.value) {
    this.bytesMax = bytesMax;
  }

  /** The series that followed `before` the last time; -1 where that is not known. */
  after(before: number): number {
    return before < 0 || before >= this.successors.length ? -1 : this.successors[before]! - 1;
  }

  /** What kept labels lie in, at the `range` of their series. */
  get source(): ByteSource {
    return this.labels.source;
  }

  start(series: number): number {
    return this.starts[series]!;
  }

  end(series: number): number {
    return this.ends[series]!;
  }

  /** Puts into `range` where the series' labels are kept. */
  locate(series: number, range: SeriesRange): void {
    range.source = this.labels.source;
    range.start = this.starts[series]!;
    range.end = this.ends[series]!;
    range.nameStart = this.nameStarts[series]!;
    range.nameEnd = this.nameEnds[series]!;
  }

  /** Where the series' labels end if they lie at `start` of `source`, before `end`; otherwise -1. */
  match(series: number, source: ByteSource, start: number, end: number): number {
    let at = this.starts[series]!;
    const labelsEnd = this.ends[series]!;
    const length = labelsEnd - at;
    if (start + length > end) return -1;
    const { words, bytes } = this.labels;
    const { view } = source;
    let position = start;
    for (const wordsEnd = labelsEnd - 3; at < wordsEnd; at += 4, position += 4) {
      if (words[at >>> 2] !== view.getUint32(position, true)) return -1;
    }
    for (; at < labelsEnd; at++, position++) if (bytes[at] !== source.bytes[position]) return -1;
    return start + length;
  }

  /** The series `series` came after `before`; nothing is expected after one whose labels find no room. */
  note(before: number, series: number, range: SeriesRange): void {
    if (before < 0 || series < 0 || !this.keep(series, range)) return;
    if (before >= this.successors.length) return;
    this.successors[before] = series + 1;
  }

  private keep(series: number, { source, start, end, nameStart, nameEnd }: SeriesRange): boolean {
    if (series < this.ends.length && this.ends[series] !== 0) return true;
    const { labels } = this;
    if (labels.length + (end - start) > this.bytesMax) return false;
    if (series >= this.ends.length) this.grow(series + 1);
    const at = labels.length;
    labels.pushBytes(source, start, end);
    this.starts[series] = at;
    this.ends[series] = labels.length;
    this.nameStarts[series] = at + nameStart - start;
    this.nameEnds[series] = at + nameEnd - start;
    labels.align();
    return true;
  }

  private grow(needed: number): void {
    let capacity = this.starts.length;
    while (capacity < needed) capacity *= 2;
    this.successors = grown(this.successors, new Uint32Array(capacity));
    this.starts = grown(this.starts, new Uint32Array(capacity));
    this.ends = grown(this.ends, new Uint32Array(capacity));
    this.nameStarts = grown(this.nameStarts, new Uint32Array(capacity));
    this.nameEnds = grown(this.nameEnds, new Uint32Array(capacity));
  }

  /** Numbers of series mean others from now on. */
  clear(): void {
    this.labels.clear();
    this.successors.fill(0);
    this.ends.fill(0);
  }
}
