import type { RunStatus } from "sightglass/contract";
import { present, readChoice, readList, readText } from "./search-string.ts";
import { readStatuses } from "./statuses.ts";
import { type Window, windows } from "./windows.ts";

/** Rows by which runs are sought: lost without a reason, or failed with one. */
export const rowsWanted = ["unexplained", "failed"] as const;
export type RowsWanted = (typeof rowsWanted)[number];

/** Which runs a list shows. */
export interface RunsFilterSearch {
  /** Runs of these states only. */
  status?: RunStatus[];
  partition?: string;
  rows?: RowsWanted;
}

/** `/runs` */
export interface RunsSearch extends RunsFilterSearch {
  window?: Window;
  pipeline?: string;
}

export function parseRunsFilter(raw: Record<string, unknown>): RunsFilterSearch {
  return present({
    status: readStatuses(readList(raw, "status")),
    partition: readText(raw, "partition"),
    rows: readChoice(raw, "rows", rowsWanted),
  });
}

export function parseRunsSearch(raw: Record<string, unknown>): RunsSearch {
  return present({
    window: readChoice(raw, "window", windows),
    pipeline: readText(raw, "pipeline"),
    ...parseRunsFilter(raw),
  });
}

/** What of a list's filter is to be otherwise; undefined takes a part away. */
export type RunsFilterChange = { [Key in keyof RunsFilterSearch]?: RunsFilterSearch[Key] | undefined };

export const isFiltered = ({ status, partition, rows }: RunsFilterSearch): boolean =>
  status !== undefined || partition !== undefined || rows !== undefined;
