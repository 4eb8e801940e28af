import { grown, IdTable } from "./id-table.ts";
import type { SeriesId } from "./series-id.ts";
import { KnownMetadata } from "./known-metadata.ts";
import { SeriesOrder } from "./series-order.ts";
import { SeriesOverflow } from "./series-overflow.ts";

export interface KnownSeriesLimits {
  /** New series of one metric on one day. */
  readonly seriesPerMetricMax: number;
  /** Ids kept; past it all are forgotten, and their rows written once more. */
  readonly seriesMax: number;
  /** When the server started: what began before is not new. */
  readonly sinceMs: number;
  /** Of labels that are kept to know series again (SeriesOrder). */
  readonly orderBytesMax?: number;
}

export const dayMs = 24 * 60 * 60 * 1000;
/** Nobody's request: the series' row is stored. */
const settled = 0;

/**
 * The series whose row of today is written, by id: it decides whether a request must write one, counts the series of
 * each metric against the limit, and remembers when each counter started.
 *
 * A row counts as written once it is durable (`settle`); until then only the request that writes it may rely on it.
 */
export class KnownSeries {
  readonly overflow: SeriesOverflow;
  readonly metadata = new KnownMetadata();
  readonly order: SeriesOrder;
  private readonly limits: KnownSeriesLimits;
  private readonly ids = new IdTable();
  /** The request that writes the series' row, or `settled`. */
  private writers = new Uint32Array(this.ids.capacity);
  private starts = new Float64Array(this.ids.capacity);
  private readonly countOfMetric = new Map<string, number>();
  private day = -1;
  private request = settled;
  /** Grows whenever all is forgotten: numbers from before mean nothing. */
  private generation = 0;

  constructor(limits: KnownSeriesLimits) {
    this.limits = limits;
    this.order = new SeriesOrder(limits.orderBytesMax);
    this.overflow = new SeriesOverflow(limits.sinceMs);
  }

  /** Series known today. */
  get size(): number {
    return this.ids.size;
  }

  /** Begins a request that was received at a time. */
  begin(receivedAtMs: number): SeriesRequest {
    const day = Math.floor(receivedAtMs / dayMs);
    if (day !== this.day) {
      const isFirst = this.day === -1;
      this.day = day;
      this.forget(isFirst ? this.limits.sinceMs : day * dayMs);
    } else if (this.ids.size >= this.limits.seriesMax) this.forget(receivedAtMs);
    this.request = this.request === 0xffff_ffff ? 1 : this.request + 1;
    return { request: this.request, generation: this.generation, written: [], started: [] };
  }

  /** The series' number, -1 when it is not known. */
  find(id: SeriesId): number {
    return this.ids.find(id.low, id.high);
  }

  /** Puts the id of a known series into `to`. */
  readId(series: number, to: SeriesId): void {
    this.ids.read(series, to);
  }

  /** Whether this request must write the series' row. */
  needsRow(series: number, { request }: SeriesRequest): boolean {
    const writer = this.writers[series]!;
    return writer !== settled && writer !== request;
  }

  /** The request writes the series' row. */
  writes(series: number, { request, written }: SeriesRequest): void {
    this.writers[series] = request;
    written.push(series);
  }

  /** Adds a series that is not known. @returns its number, -1 when its metric has too many */
  add(id: SeriesId, metric: string): number {
    const count = this.countOfMetric.get(metric) ?? 0;
    if (count >= this.limits.seriesPerMetricMax) return -1;
    return this.addUnlimited(id, metric);
  }

  /** The same without a limit: for overflow series, and for those that the store has already. */
  addUnlimited(id: SeriesId, metric: string): number {
    this.countOfMetric.set(metric, (this.countOfMetric.get(metric) ?? 0) + 1);
    const series = this.ids.add(id.low, id.high);
    if (this.ids.capacity > this.writers.length) {
      this.writers = grown(this.writers, new Uint32Array(this.ids.capacity));
      this.starts = grown(this.starts, new Float64Array(this.ids.capacity));
    }
    this.writers[series] = this.request;
    this.starts[series] = 0;
    return series;
  }

  /** Takes over a series whose row of `day` is in the store: after a start. */
  recover(id: SeriesId, metric: string, day: number): void {
    if (day !== this.day) {
      this.day = day;
      this.forget(this.limits.sinceMs);
    }
    if (this.find(id) === -1) this.writers[this.addUnlimited(id, metric)] = settled;
  }

  /** Whether the counter has started anew at `startMs`; remembers it. */
  hasStarted(series: number, startMs: number, { started }: SeriesRequest): boolean {
    if (startMs <= this.starts[series]!) return false;
    this.starts[series] = startMs;
    started.push(series);
    return true;
  }

  /** The rows that the request wrote are durable. */
  settle({ request, generation, written }: SeriesRequest): void {
    if (generation !== this.generation) return;
    for (const series of written) if (this.writers[series] === request) this.writers[series] = settled;
  }

  /** What the request wrote is lost. Its rows stay to be written by another. */
  abandon({ generation, started }: SeriesRequest): void {
    this.metadata.clear();
    this.overflow.discard();
    if (generation === this.generation) for (const series of started) this.starts[series] = 0;
  }

  private forget(sinceMs: number): void {
    this.generation++;
    this.ids.clear();
    this.order.clear();
    this.countOfMetric.clear();
    this.overflow.beginDay(sinceMs);
  }
}

/** What a request writes; pass it to `settle` when that is durable. */
export interface SeriesRequest {
  readonly request: number;
  readonly generation: number;
  readonly written: number[];
  readonly started: number[];
}
