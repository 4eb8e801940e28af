/**
 * Every limit of the server, named once, with what happens there. The configuration may change those under `limits`
 * (config/schema.ts); docs/reference/limits.md is generated from this list.
 */
export interface Limit {
  readonly value: number;
  /** What happens at the limit. */
  readonly then: string;
}

export const limits = {
  requestBodyBytesMax: {
    value: 64 * 1024 * 1024,
    then: "OTLP request refused, compressed and decompressed size alike: HTTP 413, gRPC RESOURCE_EXHAUSTED without RetryInfo",
  },
  responseErrorMessageBytesMax: { value: 8 * 1024, then: "partial success and error messages are cut" },
  decodeDepthMax: { value: 64, then: "a more deeply nested AnyValue makes the request invalid" },
  spoolBytesMax: {
    value: 2 * 1024 * 1024 * 1024,
    then: "requests refused with spool_full until the store has caught up",
  },
  spoolCommitDelayMs: { value: 5, then: "the longest a request waits for others to share its fsync" },
  spoolSegmentBytesMax: { value: 64 * 1024 * 1024, then: "the segment is sealed and stored" },
  spoolSegmentAgeMaxMs: { value: 200, then: "the segment is sealed and stored" },
  spoolBlockRowsMax: { value: 131_072, then: "the block is committed at once" },
  insertAttemptsMax: {
    value: 8,
    then: "a segment that the engine refuses for its content is set aside in quarantine and counted",
  },
  diskFreeBytesMin: { value: 256 * 1024 * 1024, then: "requests refused with spool_unwritable" },
  queryTimeoutMs: { value: 30_000, then: "query_timeout" },
  queryMemoryBytesMax: { value: 1024 * 1024 * 1024, then: "query_too_large" },
  queryRowsMax: { value: 1_000_000, then: "query_too_large" },
  listLimitDefault: { value: 50, then: "the page ends; the cursor goes on" },
  listLimitMax: { value: 1000, then: "invalid_argument" },
  traceSpansMax: { value: 1_000_000, then: "query_too_large" },
  runStagesMax: { value: 20_000, then: "further stages of the run are counted but not listed" },
  runHeartbeatTimeoutMs: { value: 90_000, then: "a run that announced itself and fell silent becomes lost" },
  runSilenceTimeoutMs: {
    value: 6 * 60 * 60 * 1000,
    then: "a run that never sent a heartbeat and has no end becomes lost this long after its last span",
  },
  liveClientsMax: { value: 256, then: "further /api/live clients are refused with unavailable; the page polls" },
  concurrentRequestsMax: { value: 512, then: "requests refused with unavailable" },
} as const satisfies Record<string, Limit>;
