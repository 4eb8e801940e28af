/** What a column remembers to return to. */
export type ColumnMark = readonly number[];

/**
 * One column of a ClickHouse `Native` block: it takes values, and writes itself in the layout that the engine's
 * serialisations use. `type` is the ClickHouse type as the block's header names it.
 */
export interface Column {
  readonly type: string;
  /** About the encoded size. */
  readonly byteLength: number;
  /** How far the values go, to `rewind` to: cheaper than a mark, but strings stay in a dictionary. */
  readonly position: number;
  rewind(position: number): void;
  mark(): ColumnMark;
  /** Forgets everything after `mark`, whole rows and begun ones. */
  rollback(mark: ColumnMark): void;
  /**
   * The serialisation state, which precedes the data of the whole column (for LowCardinality its version; nested
   * columns give their children's).
   */
  writePrefix(chunks: Uint8Array[]): void;
  /** The data, as chunks that stay valid until the next append or clear. */
  writeData(chunks: Uint8Array[]): void;
  /** Appends all rows of a column of the same type. */
  appendAll(from: this): void;
  /** Forgets all rows; buffers are kept. */
  clear(): void;
}
