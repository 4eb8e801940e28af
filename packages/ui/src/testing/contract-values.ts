import type { PipelineSummary, RunResponse, RunSummary, StageDetail } from "sightglass/contract";

/** Ordinary values of the contract's types; a test names only what it is about. */

export function runSummary(own: Partial<RunSummary> = {}): RunSummary {
  return {
    id: "run",
    pipeline: "flights",
    status: "succeeded",
    origin: "sdk",
    startedAt: "2026-03-14T02:00:00.000Z",
    endedAt: "2026-03-14T02:02:00.000Z",
    durationMs: 120_000,
    waitMs: 1_000,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    service: "loader",
    partition: null,
    isBackfill: false,
    attempts: 1,
    stageCount: 2,
    stagesFailed: 0,
    error: null,
    recordsRead: 100,
    recordsWritten: 100,
    recordsFailed: 0,
    recordsFiltered: 0,
    recordsDeduplicated: 0,
    recordsUnexplained: 0,
    ...own,
  };
}

export function runResponse(own: Partial<RunResponse> = {}): RunResponse {
  return {
    ...runSummary(),
    stages: [],
    handoffs: [],
    failedRecords: [],
    quality: { checks: [], columns: [] },
    attributes: [],
    resource: [],
    traceIds: [],
    lastGoodRunId: null,
    previousRunId: null,
    nextRunId: null,
    lastSeenAt: "2026-03-14T02:02:00.000Z",
    ...own,
  };
}

/** @param own `attempts` follow from the other values unless given */
export function stageDetail(own: Partial<StageDetail> & { name: string }): StageDetail {
  const stage: StageDetail = {
    id: `id-${own.name}`,
    parentId: null,
    status: "succeeded",
    startedAt: "2026-03-14T02:00:00.000Z",
    endedAt: "2026-03-14T02:01:00.000Z",
    durationMs: 60_000,
    queuedAt: null,
    waitMs: 0,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: `span-${own.name}`,
    service: "loader",
    source: null,
    sink: null,
    bytes: null,
    recordsPerSecond: null,
    attempts: [],
    error: null,
    attributes: [],
    recordsRead: null,
    recordsWritten: null,
    recordsFailed: null,
    recordsFiltered: null,
    recordsDeduplicated: null,
    recordsUnexplained: null,
    ...own,
  };
  if (own.attempts === undefined) {
    const { spanId, status, startedAt, endedAt, durationMs, error } = stage;
    stage.attempts = [{ number: 1, spanId, status, startedAt, endedAt, durationMs, error }];
  }
  return stage;
}

export function pipelineSummary(own: Partial<PipelineSummary> = {}): PipelineSummary {
  return {
    name: "flights",
    origin: "sdk",
    services: ["loader"],
    latestRuns: [],
    runCount: 0,
    succeeded: 0,
    failed: 0,
    running: 0,
    lost: 0,
    successRate: null,
    durationP50Ms: null,
    durationP95Ms: null,
    recordsRead: null,
    recordsWritten: null,
    recordsUnexplained: null,
    lastRunAt: "2026-03-14T02:00:00.000Z",
    lastSuccessAt: null,
    ...own,
  };
}
