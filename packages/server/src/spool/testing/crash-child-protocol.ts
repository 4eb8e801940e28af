/** Spans in each request of the crash child. */
export const rowsInRequest = 7;

/** What a crash child finds at its start, after it has replayed what the one before left. */
export interface Found {
  type: "found";
  /** Trace ids in hexadecimal; a trace is one request. */
  traces: string[];
  /** Traces with a number of spans that no request had. */
  uneven: number;
  tracesViewSpans: number;
  facts: number;
  ledger: { received: number; refused: number; spooled: number; stored: number };
}

export interface Acknowledged {
  type: "acknowledged";
  request: number;
}
