import type { RunStatus } from "sightglass/contract";
import { present, readList, readText, readChoice } from "./search-string.ts";
import { readStatuses } from "./statuses.ts";
import { type Window, windows } from "./windows.ts";

/** `/pipelines/NAME` */
export interface PipelineSearch {
  window?: Window;
  /** Runs of these states only. */
  status?: RunStatus[];
  partition?: string;
}

export function parsePipelineSearch(raw: Record<string, unknown>): PipelineSearch {
  return present({
    window: readChoice(raw, "window", windows),
    status: readStatuses(readList(raw, "status")),
    partition: readText(raw, "partition"),
  });
}
