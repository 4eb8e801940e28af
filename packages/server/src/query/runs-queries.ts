import type {
  LogsResponse,
  PipelineGridResponse,
  PipelineResponse,
  PipelinesResponse,
  RunResponse,
  RunsResponse,
} from "../http/contract.ts";
import type { Store } from "../store/store.ts";
import { readRunLogs, type RunLogsFilter } from "./logs.ts";
import { listPipelines, readPipeline, type Window } from "./pipelines.ts";
import { readPipelineGrid } from "./pipeline-grid.ts";
import { readRun } from "./runs-detail.ts";
import { listRuns, type RunsFilter } from "./runs.ts";

/** Every read of pipelines and runs. Errors: invalid_argument, not_found, and those of Store.query. */
export interface RunQueries {
  list(filter: RunsFilter): Promise<RunsResponse>;
  read(id: string): Promise<RunResponse>;
  logs(filter: RunLogsFilter): Promise<LogsResponse>;
  pipelines(window: Window): Promise<PipelinesResponse>;
  pipeline(about: Window & { name: string }): Promise<PipelineResponse>;
  grid(about: { name: string; limit: number }): Promise<PipelineGridResponse>;
}

export function createRunQueries({ store }: { store: Store }): RunQueries {
  return {
    list: (filter) => listRuns(store, filter),
    read: (id) => readRun(store, id),
    logs: (filter) => readRunLogs(store, filter),
    pipelines: (window) => listPipelines(store, window),
    pipeline: (about) => readPipeline(store, about),
    grid: (about) => readPipelineGrid(store, about),
  };
}
