import { present, readChoice, readText } from "./search-string.ts";
import { type Window, windows } from "./windows.ts";

export const pipelineSorts = ["attention", "name", "last-run", "success", "duration", "rows"] as const;
export type PipelineSort = (typeof pipelineSorts)[number];

/** `/pipelines` */
export interface PipelinesSearch {
  window?: Window;
  /** Part of the name. */
  q?: string;
  sort?: PipelineSort;
}

export function parsePipelinesSearch(raw: Record<string, unknown>): PipelinesSearch {
  return present({
    window: readChoice(raw, "window", windows),
    q: readText(raw, "q"),
    sort: readChoice(raw, "sort", pipelineSorts),
  });
}
