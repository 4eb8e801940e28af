import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { useAnchor } from "../../shell/use-anchor.ts";
import { isFiltered, type RunsFilterChange, type RunsFilterSearch } from "../../url/runs-search.ts";
import { RunsFilter } from "../runs/runs-filter.tsx";
import { RunsList } from "../runs/runs-list.tsx";

const pageRuns = 25;

export interface RunsPanelProps {
  name: string;
  search: RunsFilterSearch;
  onChange: (change: RunsFilterChange) => void;
}

/** The pipeline's runs, filtered as the address says. */
export function RunsPanel({ name, search: { status, partition, rows }, onChange }: RunsPanelProps) {
  useAnchor("runs");
  const search = {
    ...(status === undefined ? {} : { status }),
    ...(partition === undefined ? {} : { partition }),
    ...(rows === undefined ? {} : { rows }),
  };
  return (
    <Panel title="Runs" anchor="runs" actions={<RunsFilter search={search} onChange={onChange} />}>
      <RunsList
        filter={{ pipeline: name, ...search }}
        pageRuns={pageRuns}
        empty={
          isFiltered(search) ? (
            <EmptyState
              title="No run fits this filter"
              actions={
                <Button onClick={() => onChange({ status: undefined, partition: undefined, rows: undefined })}>
                  Show all runs
                </Button>
              }
            >
              <p>A partition has to be written whole.</p>
            </EmptyState>
          ) : (
            <EmptyState title="No run is kept any more">
              <p>Retention has removed them.</p>
            </EmptyState>
          )
        }
      />
    </Panel>
  );
}
