import type { RunStatus } from "sightglass/contract";
import { Button } from "../../primitives/button.tsx";
import { StatusShape, statusWords } from "../../primitives/status.tsx";
import type { PipelineSearch } from "../../url/pipeline-search.ts";
import { runStatuses } from "../../url/statuses.ts";
import "../../primitives/field.css";

/** Which runs the table shows: states as toggles, and a partition. */
export function RunsFilter({ search, onChange }: { search: PipelineSearch; onChange: (next: PipelineSearch) => void }) {
  const chosen = search.status ?? [];
  const toggle = (status: RunStatus) => {
    const next = chosen.includes(status) ? chosen.filter((each) => each !== status) : [...chosen, status];
    onChange({ ...search, status: next });
  };
  return (
    <fieldset className="runs-filter">
      <legend className="visually-hidden">Filter the runs</legend>
      {runStatuses.map((status) => (
        <Button key={status} variant="quiet" aria-pressed={chosen.includes(status)} onClick={() => toggle(status)}>
          <StatusShape status={status} />
          {statusWords[status]}
        </Button>
      ))}
      <label className="field">
        <span className="visually-hidden">Partition</span>
        <input
          type="search"
          className="input"
          placeholder="Partition   /"
          value={search.partition ?? ""}
          onChange={(event) => onChange({ ...search, partition: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
          }}
        />
      </label>
    </fieldset>
  );
}
