/**
 * Every limit of the server, named once, with what happens there. The configuration may change those under `limits`
 * (config/schema.ts); docs/reference/limits.md is generated from this list.
 */
export interface Limit {
  readonly value: number;
  /** What happens at the limit. */
  readonly effect: string;
}

export const limits = {
  requestBodyBytesMax: {
    value: 64 * 1024 * 1024,
    effect:
      "OTLP request refused, compressed and decompressed size alike: HTTP 413, gRPC RESOURCE_EXHAUSTED without RetryInfo",
  },
  requestBytesInFlightMax: {
    value: 512 * 1024 * 1024,
    effect: "OTLP requests that would hold more memory together refused with unavailable; a single one always fits",
  },
  requestHeadersTimeoutMs: { value: 10_000, effect: "HTTP 408 and the connection is closed" },
  requestTimeoutMs: {
    value: 120_000,
    effect: "a request that has not arrived whole is refused: HTTP 408, gRPC UNAVAILABLE",
  },
  tlsHandshakeTimeoutMs: { value: 10_000, effect: "the connection of a client that has not agreed on TLS is closed" },
  tlsFilesIntervalMs: { value: 10_000, effect: "renewed certificates are found at the latest after this time" },
  tlsExpiryWarningMs: {
    value: 14 * 24 * 60 * 60 * 1000,
    effect: "a certificate that ends within this time is warned of in the log, once a day",
  },
  refusedBodyDrainMs: {
    value: 5000,
    effect: "the connection of a client that goes on sending a refused body is closed",
  },
  stopGraceMs: { value: 5000, effect: "requests still under way when the server stops are cut off" },
  responseErrorMessageBytesMax: { value: 8 * 1024, effect: "partial success and error messages are cut" },
  decodeAtOnceBytesMax: {
    value: 2 * 1024 * 1024,
    effect: "a larger OTLP body of spans or logs is decoded in slices, one body at a time; smaller ones go in between",
  },
  decodeSliceMs: { value: 10, effect: "decoding a large body lets other work go first" },
  decodeDepthMax: { value: 64, effect: "a more deeply nested AnyValue makes the request invalid" },
  decodePartsMax: {
    value: 2 * 1024 * 1024,
    effect:
      "OTLP request with more resources, scopes, spans, events, links, records and attributes together refused with payload_too_large",
  },
  sampleFutureMaxMs: {
    value: 10 * 60 * 1000,
    effect: "a sample that is further ahead of the server's clock is refused",
  },
  targetInfosPerResourceMax: {
    value: 100,
    effect: "a late request's target_info covers the newest four hours of its points, one every 2.5 minutes",
  },
  chunkDelayMs: {
    value: 5 * 60 * 1000,
    effect: "samples that are stored later than this after their half hour make chunks of their own",
  },
  chunkTimeoutMs: { value: 10 * 60 * 1000, effect: "folding a half hour of samples ends, and is tried again" },
  seriesPerMetricMax: {
    value: 100_000,
    effect: "further series of the metric on that day go into its overflow series, and are counted",
  },
  seriesKnownMax: {
    value: 4_000_000,
    effect: "the server forgets which series it has written today and writes them once more",
  },
  seriesOrderBytesMax: {
    value: 32 * 1024 * 1024,
    effect:
      "the labels of further series (beyond some 200,000) of remote write are checked and hashed for every sample",
  },
  summedSeriesMax: {
    value: 1_000_000,
    effect: "delta points of further series are refused",
  },
  repeatedRequestsMax: {
    value: 100_000,
    effect: "of requests with delta points that many are remembered, so that one sent again is not added again",
  },
  metadataKnownMax: { value: 100_000, effect: "metadata of metrics is written again although it has not changed" },
  overflowSeriesPerMetricMax: {
    value: 1000,
    effect: "an overflowing metric with more jobs, instances and bounds has one more overflow series for the rest",
  },
  overflowSeriesMax: { value: 200_000, effect: "further series beyond a metric's limit are not told apart" },
  overflowLabelsMax: { value: 64, effect: "the values of further labels of an overflowing metric are not counted" },
  overflowLabelValuesMax: {
    value: 10_000,
    effect: "further values of a label of an overflowing metric are not counted",
  },
  spoolBytesMax: {
    value: 2 * 1024 * 1024 * 1024,
    effect: "requests refused with spool_full until the store has caught up",
  },
  spoolSegmentBytesMax: { value: 48 * 1024 * 1024, effect: "the segment is sealed and stored" },
  spoolSegmentAgeMaxMs: { value: 300, effect: "the segment is sealed and stored, unless the store is behind" },
  spoolSegmentQuietMs: {
    value: 50,
    effect:
      "a segment of spoolSegmentQuietBytes, and more, to which nothing was added for so long is sealed and stored",
  },
  spoolSegmentQuietBytes: {
    value: 768 * 1024,
    effect: "a smaller segment waits for its age, since an insert costs as much as some thousand spans",
  },
  spoolSegmentInsertMs: {
    value: 150,
    effect: "while the store is busy, requests wait once it has what it takes in this time beyond what it is doing",
  },
  spoolSegmentBytesMin: {
    value: 12 * 1024 * 1024,
    effect: "so much is accepted beyond that, however slow the store is",
  },
  spoolHoldMaxMs: {
    value: 750,
    effect: "a request that has waited so long for the store is accepted, and the spool grows",
  },
  spoolBlockRowsMax: { value: 131_072, effect: "the block is committed at once" },
  spoolBlockBytesMax: { value: 16 * 1024 * 1024, effect: "the block is committed at once; requests wait for it" },
  insertAttemptsMax: {
    value: 8,
    effect: "a segment that the engine refuses for its content is set aside in quarantine and counted",
  },
  diskFreeBytesMin: { value: 256 * 1024 * 1024, effect: "requests refused with spool_unwritable" },
  engineMemoryBytesMax: {
    value: 2 * 1024 * 1024 * 1024,
    effect: "the embedded engine refuses what needs more: queries end with query_too_large, inserts are tried again",
  },
  queryTimeoutMs: { value: 30_000, effect: "query_timeout" },
  queryMemoryBytesMax: { value: 1024 * 1024 * 1024, effect: "query_too_large" },
  queryRowsMax: { value: 1_000_000, effect: "query_too_large" },
  metricSamplesMax: {
    value: 20_000_000,
    effect: "a PromQL selector that reads more samples of series ends the query with query_too_large",
  },
  metricSeriesMax: { value: 500_000, effect: "a PromQL selector that finds more series: query_too_large" },
  computedValuesMax: {
    value: 25_000_000,
    effect:
      "a function over more samples than are read at once, with more values (of a series at a step), is computed in the engine",
  },
  recentSamplesMax: {
    value: 12_000_000,
    effect: "samples of the metrics asked for last that are kept in memory, 16 bytes each; others are read again",
  },
  recentSamplesMaxPerMetric: {
    value: 8_000_000,
    effect: "a metric of more samples in the time that is asked for is read from the store each time",
  },
  recentSpanMs: { value: 6 * 60 * 60 * 1000, effect: "queries that look back further are read from the store" },
  recentIdleMs: { value: 15 * 60 * 1000, effect: "samples of a metric that nobody asks for leave the memory" },
  metricStepsMax: { value: 11_000, effect: "a range query of more steps: invalid_argument" },
  metricQueryTimeoutMs: { value: 120_000, effect: "a PromQL query ends with query_timeout" },
  metricQueryMemoryBytesMax: {
    value: 1536 * 1024 * 1024,
    effect: "one read of series that needs more of the engine ends with query_too_large",
  },
  queryFormBytesMax: { value: 4 * 1024 * 1024, effect: "a PromQL query or read request of more is refused: HTTP 400" },
  exemplarsMax: { value: 10_000, effect: "a query for exemplars answers with that many of a selector" },
  seriesLabelsCachedMax: {
    value: 200_000,
    effect: "the labels of further series are read from the store again when they are asked for",
  },
  listLimitDefault: { value: 50, effect: "the page ends; the cursor goes on" },
  listLimitMax: { value: 1000, effect: "invalid_argument" },
  operationsPerServiceMax: { value: 10_000, effect: "further operations of the service are not offered" },
  attributeSampleSpans: { value: 200_000, effect: "attribute keys and values are offered from that many newest spans" },
  jaegerTracesMax: { value: 1500, effect: "invalid_argument; it is the most that Jaeger UI offers" },
  attributeValuesMax: { value: 1000, effect: "the rarer values are not offered; typing more of one finds it" },
  dependencyTracesMax: { value: 10_000, effect: "service dependencies are counted from that many newest traces" },
  tracePageSpans: { value: 2_000, effect: "a trace is read in that many spans at a time" },
  traceSpansMax: { value: 1_000_000, effect: "query_too_large" },
  runStagesMax: { value: 20_000, effect: "further stages of the run are counted but not listed" },
  runHeartbeatTimeoutMs: { value: 90_000, effect: "a run that announced itself and fell silent becomes lost" },
  runSilenceTimeoutMs: {
    value: 6 * 60 * 60 * 1000,
    effect: "a run that never sent a heartbeat and has no end becomes lost this long after its last span",
  },
  runSettleMs: {
    value: 30_000,
    effect:
      "a run without a run span, all of whose known stages have ended, is judged by them after this long without news",
  },
  foldTickMs: { value: 2_000, effect: "the fold looks for new facts and for lost runs at least this often" },
  foldPauseMs: { value: 200, effect: "news of stored facts within this time are folded together" },
  foldOverlapMs: {
    value: 15_000,
    effect: "an insert that takes longer to become visible is folded with the run's next fact",
  },
  foldTurnMs: { value: 10, effect: "the fold of a large run lets requests go between two of its steps" },
  foldBatchFactsMax: { value: 100_000, effect: "more facts are folded in several steps" },
  foldFactsMax: { value: 2_000_000, effect: "a run of more facts keeps its last state" },
  foldTracesMax: { value: 2_000, effect: "of a run id that more traces name, the newest traces count" },
  spanNamesPerServiceMax: {
    value: 500,
    effect: 'further span names of the service are counted together, with otel_metric_overflow="true"',
  },
  derivedSeriesMax: {
    value: 10_000,
    effect:
      'further pipelines, stages and calls of a derived metric are counted together, with otel_metric_overflow="true"',
  },
  derivedIdleMs: {
    value: 15 * 60 * 1000,
    effect: "a span metric or an edge of the service graph without anything new ends; it goes on from there later",
  },
  derivedStatementTimeoutMs: {
    value: 10 * 60 * 1000,
    effect: "the grid point of derived series is given up; the next one makes up for it",
  },
  derivedRowsAtOnceMax: {
    value: 200_000,
    effect: "more runs or stages that changed since the last grid point are counted in slices",
  },
  derivedLookbackMs: {
    value: 120_000,
    effect: "a fold that takes longer to write its runs is counted with the next change of the run",
  },
  callSideWaitMs: {
    value: 30_000,
    effect: "the two sides of a call that are stored further apart make no edge of the service graph",
  },
  liveClientsMax: { value: 256, effect: "further /api/live clients are refused with unavailable; the page polls" },
  scrapeBodyBytesMax: {
    value: 256 * 1024 * 1024,
    effect: "the scrape fails, unless body_size_limit of its job says otherwise",
  },
  scrapesConcurrentMax: {
    value: 1_000,
    effect: "further scrapes wait until one of those has ended; so many targets may hang without holding up the others",
  },
  pushGroupsMax: {
    value: 100_000,
    effect: "a push to a further group is refused; delete groups that are no longer used",
  },
  pushBatchSamplesMax: { value: 10_000, effect: "pushed samples are repeated in that many at a time" },
  scrapeTargetsDroppedMax: { value: 1000, effect: "further dropped targets of a job are counted but not listed" },
  discoveryBodyBytesMax: {
    value: 32 * 1024 * 1024,
    effect: "the discovery's answer is refused; its last targets stay",
  },
  discoveryDelayMs: { value: 500, effect: "changes of discovered targets within this time are taken together" },
  concurrentRequestsMax: { value: 512, effect: "requests refused with unavailable" },
  runOutputLineBytesMax: {
    value: 16 * 1024,
    effect: "`sightglass run` keeps the beginning of a longer line of output",
  },
  runOutputLinesPerSecondMax: {
    value: 1000,
    effect: "`sightglass run` counts further lines of output, not kept as logs",
  },
  runOutputLinesBurstMax: {
    value: 10_000,
    effect: "`sightglass run` counts further lines of output, not kept as logs",
  },
  runOutputBytesMax: {
    value: 64 * 1024 * 1024,
    effect: "`sightglass run` counts all further lines of the command's output, not kept as logs",
  },
  runQueueItemsMax: { value: 20_000, effect: "`sightglass run` drops further log records until the server takes some" },
  runFlushTimeoutMs: { value: 5000, effect: "`sightglass run` ends without having delivered everything" },
} as const satisfies Record<string, Limit>;
