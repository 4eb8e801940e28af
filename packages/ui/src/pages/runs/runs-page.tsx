import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { pipelinesQuery } from "../../api/queries.ts";
import { useNow } from "../../format/use-now.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { useTitle } from "../../shell/use-title.ts";
import { isFiltered, type RunsFilterChange, type RunsSearch } from "../../url/runs-search.ts";
import { type Window, windowDefault, windowMs, windowNames, windows } from "../../url/windows.ts";
import { RunsFilter } from "./runs-filter.tsx";
import { RunsList } from "./runs-list.tsx";
import "./runs.css";

const route = getRouteApi("/runs");
const pageRuns = 100;
const noFilter = { status: undefined, partition: undefined, rows: undefined, pipeline: undefined };

/** `/runs`: the runs of every pipeline, by what became of them. */
export function RunsPage() {
  useTitle("Runs");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { window = windowDefault, ...filter } = search;
  const change = (next: RunsFilterChange & { window?: Window; pipeline?: string | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as RunsSearch, replace: true });
  // Rounded, so that the question stays the same while time goes by.
  const start = new Date(useNow(600_000) - windowMs[window]).toISOString();
  return (
    <div className="page">
      <div className="page-head">
        <h1>Runs</h1>
        <div className="page-actions">
          <Segments
            label="Time window"
            options={windows}
            value={window}
            onChange={(next) => change({ window: next })}
          />
        </div>
      </div>
      <RunsFilter search={search} onChange={change}>
        <PipelineField
          window={window}
          pipeline={search.pipeline ?? ""}
          onChange={(pipeline) => change({ pipeline: pipeline === "" ? undefined : pipeline })}
        />
      </RunsFilter>
      <RunsList
        filter={{ ...filter, start }}
        isMixed
        pageRuns={pageRuns}
        empty={
          isFiltered(search) || search.pipeline !== undefined ? (
            <EmptyState
              title="No run fits this filter"
              actions={<Button onClick={() => change(noFilter)}>Show all runs</Button>}
            >
              <p>Looked at: the last {windowNames[window]}. A partition has to be written whole.</p>
            </EmptyState>
          ) : (
            <NoRuns window={window} onWiden={() => change({ window: "30d" })} />
          )
        }
      />
    </div>
  );
}

interface PipelineFieldProps {
  window: Window;
  pipeline: string;
  onChange: (pipeline: string) => void;
}

function PipelineField({ window, pipeline, onChange }: PipelineFieldProps) {
  const { data } = useQuery(pipelinesQuery(window));
  const names = new Set(data?.pipelines.map(({ name }) => name).sort((a, b) => a.localeCompare(b)));
  if (pipeline !== "") names.add(pipeline);
  return (
    <label className="field">
      <span className="visually-hidden">Pipeline</span>
      <select className="select" value={pipeline} onChange={(event) => onChange(event.target.value)}>
        <option value="">Every pipeline</option>
        {[...names].map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function NoRuns({ window, onWiden }: { window: Window; onWiden: () => void }) {
  return (
    <EmptyState
      title={`No run in the last ${windowNames[window]}`}
      actions={
        <>
          {window === "30d" ? null : <Button onClick={onWiden}>Look at 30 days</Button>}
          <Link to="/pipelines" className="button button-quiet">
            All pipelines
          </Link>
        </>
      }
    >
      <p>
        A run shows up with its first span; this page needs no reload. What a sender was refused, and why, is on the{" "}
        <Link to="/status">status page</Link>.
      </p>
    </EmptyState>
  );
}
