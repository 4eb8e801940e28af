import { parseRunsFilter, type RunsFilterSearch } from "./runs-search.ts";
import { present, readChoice } from "./search-string.ts";
import { type Window, windows } from "./windows.ts";

/** `/pipelines/NAME` */
export interface PipelineSearch extends RunsFilterSearch {
  window?: Window;
}

export function parsePipelineSearch(raw: Record<string, unknown>): PipelineSearch {
  return present({ window: readChoice(raw, "window", windows), ...parseRunsFilter(raw) });
}
