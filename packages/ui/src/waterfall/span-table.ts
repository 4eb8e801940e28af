import type { SpanKind, SpanStatus, SpanSummary } from "sightglass/contract";

/** A list of different strings, each with a small number: spans share few names and services. */
export class Dictionary {
  readonly values: string[] = [];
  readonly #codes = new Map<string, number>();

  code(value: string): number {
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.values.push(value) - 1;
    this.#codes.set(value, code);
    return code;
  }

  get(code: number): string {
    return this.values[code] ?? "";
  }
}

export const kinds: readonly SpanKind[] = ["unspecified", "internal", "server", "client", "producer", "consumer"];
export const statuses: readonly SpanStatus[] = ["unset", "ok", "error"];
const errorCode = statuses.indexOf("error");

/**
 * The spans of a trace in columns, in order of arrival: 100,000 objects would cost tens of megabytes and a pause of the
 * collector at each rebuild. A span's index never changes; later batches append.
 */
export class SpanTable {
  readonly spanIds: string[] = [];
  readonly parentIds: string[] = [];
  readonly nameCodes: number[] = [];
  readonly serviceCodes: number[] = [];
  readonly stageCodes: number[] = [];
  /** Since `originUnixNano`; exact for 104 days. */
  readonly startNs: number[] = [];
  readonly durationNs: number[] = [];
  readonly statusCodes: number[] = [];
  readonly kindCodes: number[] = [];
  readonly eventCounts: number[] = [];
  readonly linkCounts: number[] = [];
  readonly resources: number[] = [];
  readonly scopes: number[] = [];
  readonly names = new Dictionary();
  readonly services = new Dictionary();
  /** Code 0 is "no stage". */
  readonly stages = new Dictionary();
  readonly #indexById = new Map<string, number>();
  #originSeconds = 0;
  #originNanos = 0;
  errorCount = 0;

  constructor(spans: Iterable<SpanSummary> = []) {
    this.stages.code("");
    this.append(spans);
  }

  get count(): number {
    return this.spanIds.length;
  }

  /** The instant that `startNs` counts from, in nanoseconds since the Unix epoch. */
  get originUnixNano(): bigint {
    return BigInt(this.#originSeconds) * 1_000_000_000n + BigInt(this.#originNanos);
  }

  /** The first span with this id, or -1. (Two spans with one id happen: clients send again after a timeout.) */
  indexOf(spanId: string): number {
    return this.#indexById.get(spanId) ?? -1;
  }

  isError(index: number): boolean {
    return this.statusCodes[index] === errorCode;
  }

  append(spans: Iterable<SpanSummary>): void {
    for (const span of spans) this.#appendOne(span);
  }

  #appendOne(span: SpanSummary): void {
    const text = span.startTimeUnixNano;
    const seconds = Number(text.slice(0, -9));
    const nanos = Number(text.slice(-9));
    if (this.count === 0) {
      this.#originSeconds = seconds;
      this.#originNanos = nanos;
    }
    if (!this.#indexById.has(span.spanId)) this.#indexById.set(span.spanId, this.count);
    this.spanIds.push(span.spanId);
    this.parentIds.push(span.parentSpanId);
    this.nameCodes.push(this.names.code(span.name));
    this.serviceCodes.push(this.services.code(span.service));
    this.stageCodes.push(this.stages.code(span.stage ?? ""));
    // In two parts, since nanoseconds since 1970 do not fit a double.
    this.startNs.push((seconds - this.#originSeconds) * 1e9 + (nanos - this.#originNanos));
    this.durationNs.push(Math.max(0, span.durationNs));
    const status = Math.max(0, statuses.indexOf(span.status));
    this.statusCodes.push(status);
    if (status === errorCode) this.errorCount += 1;
    this.kindCodes.push(Math.max(0, kinds.indexOf(span.kind)));
    this.eventCounts.push(span.eventCount);
    this.linkCounts.push(span.linkCount);
    this.resources.push(span.resource);
    this.scopes.push(span.scope);
  }
}
