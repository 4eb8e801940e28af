/** Where a block stood: pass it back to `rollback`. */
export type BlockMark = number | object;

/** Rows of one table that fill up until they are committed. decode/native makes the real ones. */
export interface Block {
  readonly table: string;
  readonly rowCount: number;
  /** A cheap estimate of the encoded size. */
  readonly byteLength: number;
  mark(): BlockMark;
  /** Forgets every row appended since `mark`. */
  rollback(mark: BlockMark): void;
  /** One ClickHouse Native block. The chunks may share the block's buffers: they are valid until `clear`. */
  encode(): Uint8Array[];
  /** Ready for reuse; buffers are kept. */
  clear(): void;
}
