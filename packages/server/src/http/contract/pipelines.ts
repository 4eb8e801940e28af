import type { RunOrigin, RunStatus, RunSummary } from "./runs.ts";

/** `GET /api/pipelines?window=7d` */
export interface PipelinesResponse {
  /** The window that the counts, rates and quantiles cover. */
  windowMs: number;
  pipelines: PipelineSummary[];
}

export interface PipelineSummary {
  name: string;
  origin: RunOrigin;
  services: string[];
  /** The latest 24 runs, oldest first: the strip. */
  latestRuns: RunSummary[];
  runCount: number;
  succeeded: number;
  failed: number;
  running: number;
  lost: number;
  /** succeeded / (succeeded + failed + lost); null without a finished run. */
  successRate: number | null;
  durationP50Ms: number | null;
  durationP95Ms: number | null;
  recordsRead: number | null;
  recordsWritten: number | null;
  /** Sum of the absolute unexplained rows of the window's runs. */
  recordsUnexplained: number | null;
  lastRunAt: string;
  lastSuccessAt: string | null;
}

/** `GET /api/pipelines/NAME?window=`: the summary, and each stage over the window's runs. */
export interface PipelineResponse {
  windowMs: number;
  pipeline: PipelineSummary;
  stages: PipelineStageSummary[];
}

export interface PipelineStageSummary {
  name: string;
  runCount: number;
  failed: number;
  durationP50Ms: number | null;
  durationP95Ms: number | null;
  /** Of those that succeeded. */
  recordsReadAverage: number | null;
  recordsWrittenAverage: number | null;
  /** Sum of the absolute unexplained rows within the stage. */
  recordsUnexplained: number | null;
}

/** `GET /api/pipelines/NAME/grid?limit=`: the latest runs (40 unless told), oldest first, and how each stage went in each. */
export interface PipelineGridResponse {
  runs: RunSummary[];
  /** In the order in which they begin; nested stages follow their parent. */
  stages: { name: string; depth: number }[];
  /** `cells[stage][run]`; null where the run had no such stage. */
  cells: (GridCell | null)[][];
}

export interface GridCell {
  status: RunStatus;
  durationMs: number | null;
  attempts: number;
  recordsUnexplained: number | null;
}
