/** Counted in items since the data folder was made: `received = stored + refused + spooled`. */
export interface LedgerCounts {
  received: number;
  refused: number;
  spooled: number;
  stored: number;
}

/** `GET /api/status` */
export interface StatusResponse {
  version: string;
  startedAt: string;
  now: string;
  dataDir: string;
  engine: { kind: "embedded" | "cluster"; version: string; state: "up" | "down"; lastError: string | null };
  /** `samples` are those of metrics, floats and native histograms. */
  ledger: { spans: LedgerCounts; logs: LedgerCounts; samples: LedgerCounts };
  spool: {
    bytes: number;
    bytesMax: number;
    segments: number;
    /** Age of the oldest segment not yet stored, 0 when there is none. */
    lagMs: number;
    /** Set aside because the engine refuses them (see docs/guides/operations.md). */
    quarantined: number;
    state: "ok" | "full" | "read-only" | "draining";
  };
  storage: {
    bytes: number;
    diskFreeBytes: number;
    tables: TableStatus[];
  };
  receivers: {
    protocol: string;
    address: string;
    requests: number;
    refused: number;
    /** Counts by error code. */
    refusals: Record<string, number>;
  }[];
  process: { residentBytes: number; heapBytes: number; eventLoopLagMs: number; uptimeMs: number };
  /** How far the fold is behind the newest fact. */
  fold: { lagMs: number; dirtyTraces: number };
  cardinality: CardinalityStatus;
}

export interface CardinalityStatus {
  /** Series that one metric may have on one day. */
  seriesPerMetricMax: number;
  /** Metrics that have gone beyond since the server started, worst first. */
  overflows: SeriesOverflow[];
}

/** A metric with too many series: further ones are counted together. */
export interface SeriesOverflow {
  metric: string;
  /** Series of today beyond the limit. */
  series: number;
  /** Samples that went into the overflow series. */
  samples: number;
  /** The label with the most distinct values among those series, and how many; empty when none has been met today. */
  label: string;
  labelValues: number;
}

export interface TableStatus {
  table: string;
  rows: number;
  bytes: number;
  parts: number;
  oldestAt: string | null;
  newestAt: string | null;
  /** What retention keeps: 0 means no limit. */
  ageMaxMs: number;
  bytesMax: number;
}

/** `GET /health`, `/health/ready`, `/health/live`: 200, or 503 when a part is down. */
export interface HealthResponse {
  status: "ok" | "unavailable";
  parts: Record<string, { status: "ok" | "unavailable"; reason?: string }>;
}
