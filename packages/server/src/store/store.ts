/** The engine, embedded (chDB) or a ClickHouse cluster: the same SQL either way. */
export interface Store {
  readonly kind: "embedded" | "cluster";

  /** The cluster whose nodes share the schema, null when there is one server or the embedded engine. */
  readonly clusterName: string | null;

  /**
   * Rows of a SELECT (written without FORMAT). 64-bit integers arrive as JSON numbers: select `toString(x)` where more than
   * 53 bits matter. `DateTime64` arrives as `YYYY-MM-DD hh:mm:ss.fff` in UTC: select `toUnixTimestamp64Nano(x)` or format it.
   * @throws SightglassError query_timeout, query_too_large, store_unavailable, invalid_argument (the engine refused the SQL)
   */
  query<Row>(sql: string, options?: QueryOptions): Promise<Row[]>;

  /** The same in any output format of the engine, as bytes (`Native`, `RowBinary`, `JSONCompactEachRow` ...). */
  queryBytes(sql: string, format: string, options?: QueryOptions): Promise<Uint8Array>;

  /** A statement without a result. */
  execute(sql: string, options?: QueryOptions): Promise<void>;

  /** A few rows, for what the server itself writes (runs, stages). Column names as in the schema. */
  insertRows(table: string, rows: readonly object[]): Promise<void>;

  /** A sealed spool segment: Native blocks in a file. The same token twice inserts once. */
  insertSegment(segment: { table: string; path: string; token: string }): Promise<void>;

  close(): Promise<void>;
}

export type QueryParam =
  | string
  | number
  | boolean
  | bigint
  | null
  | readonly QueryParam[]
  | { readonly [key: string]: QueryParam };

export interface QueryOptions {
  /** Bound as `{name:Type}`; never paste values into SQL. */
  params?: Readonly<Record<string, QueryParam>>;
  /** Default limits.queryTimeoutMs. */
  timeoutMs?: number;
  /** Default limits.queryMemoryBytesMax. */
  memoryBytesMax?: number;
  /** Rows of the result; default limits.queryRowsMax. */
  rowsMax?: number;
  signal?: AbortSignal;
}
