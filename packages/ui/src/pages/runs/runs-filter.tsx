import type { RunStatus } from "sightglass/contract";
import type { ReactNode } from "react";
import { Button } from "../../primitives/button.tsx";
import { SearchField } from "../../primitives/search-field.tsx";
import { FailedRecordsShape, StatusShape, statusWords, UnexplainedShape } from "../../primitives/status.tsx";
import type { RunsFilterChange, RunsFilterSearch, RowsWanted } from "../../url/runs-search.ts";
import { runStatuses } from "../../url/statuses.ts";
import "../../primitives/field.css";
import "./runs.css";

export interface RunsFilterProps {
  search: RunsFilterSearch;
  onChange: (change: RunsFilterChange) => void;
  /** More fields, before the partition. */
  children?: ReactNode;
}

/** Which runs a table shows: states as toggles, rows that are missing, and a partition. */
export function RunsFilter({ search, onChange, children }: RunsFilterProps) {
  const chosen = search.status ?? [];
  const toggle = (status: RunStatus) =>
    onChange({
      status: chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status],
    });
  const toggleRows = (rows: RowsWanted) => onChange({ rows: search.rows === rows ? undefined : rows });
  return (
    <fieldset className="runs-filter">
      <legend className="visually-hidden">Filter the runs</legend>
      <span className="runs-filter-toggles">
        {runStatuses.map((status) => (
          <Button key={status} aria-pressed={chosen.includes(status)} onClick={() => toggle(status)}>
            <StatusShape status={status} />
            {statusWords[status]}
          </Button>
        ))}
        <Button
          aria-pressed={search.rows === "unexplained"}
          title="Only runs in which rows vanished or appeared without a reason"
          onClick={() => toggleRows("unexplained")}
        >
          <UnexplainedShape />
          Unexplained rows
        </Button>
        <Button
          aria-pressed={search.rows === "failed"}
          title="Only runs in which records failed"
          onClick={() => toggleRows("failed")}
        >
          <FailedRecordsShape />
          Failed records
        </Button>
      </span>
      <span className="runs-filter-fields">
        {children}
        <SearchField
          label="Partition"
          value={search.partition ?? ""}
          onChange={(partition) => onChange({ partition })}
        />
      </span>
    </fieldset>
  );
}
