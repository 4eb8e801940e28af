import type { Block } from "../block.ts";

/** One row of the test block: enough of a span to be stored and counted by every view. */
export interface SpanRow {
  traceId: number;
  spanId: number;
  isPipeline?: boolean;
}

const rowBytes = 50;

/** A block of the spans table with five columns, encoded as ClickHouse Native. */
export class SpanRows implements Block {
  readonly table = "spans";
  readonly #receivedAtMs: number;
  #rows: SpanRow[] = [];

  constructor(receivedAtMs = Date.UTC(2026, 10, 20, 10)) {
    this.#receivedAtMs = receivedAtMs;
  }

  get rowCount(): number {
    return this.#rows.length;
  }
  get byteLength(): number {
    return this.#rows.length * rowBytes;
  }
  push(...rows: SpanRow[]): void {
    this.#rows.push(...rows);
  }
  mark(): number {
    return this.#rows.length;
  }
  rollback(mark: number): void {
    this.#rows.length = mark;
  }
  clear(): void {
    this.#rows = [];
  }

  encode(): Uint8Array[] {
    const rows = this.#rows;
    const times = Buffer.alloc(rows.length * 8);
    const traceIds = Buffer.alloc(rows.length * 16);
    const spanIds = Buffer.alloc(rows.length * 8);
    const flags = Buffer.alloc(rows.length);
    for (const [index, row] of rows.entries()) {
      times.writeBigInt64LE(BigInt(this.#receivedAtMs), index * 8);
      traceIds.writeBigUInt64BE(BigInt(row.traceId), index * 16 + 8);
      spanIds.writeBigUInt64BE(BigInt(row.spanId), index * 8);
      flags[index] = row.isPipeline === true ? 1 : 0;
    }
    const services = Buffer.concat(rows.map(() => text("service")));
    return [
      Buffer.concat([varint(5), varint(rows.length)]),
      column("received_at", "DateTime64(3, 'UTC')"),
      times,
      column("trace_id", "FixedString(16)"),
      traceIds,
      column("span_id", "FixedString(8)"),
      spanIds,
      column("service", "String"),
      services,
      column("is_pipeline", "Bool"),
      flags,
    ];
  }
}

function column(name: string, type: string): Buffer {
  return Buffer.concat([text(name), text(type)]);
}

function text(value: string): Buffer {
  return Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
