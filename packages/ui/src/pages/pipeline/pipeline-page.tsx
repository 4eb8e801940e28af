import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { PipelineResponse, RunSummary } from "sightglass/contract";
import { isNotFound } from "../../api/errors.ts";
import { pipelineGridQuery, pipelineQuery, runsQuery } from "../../api/queries.ts";
import { countOf } from "../../format/count.ts";
import { useNow } from "../../format/use-now.ts";
import { Crumbs } from "../../primitives/crumbs.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Origin } from "../../primitives/origin.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { VerdictLine } from "../../primitives/verdict.tsx";
import { timeSince } from "../../series/pipeline-series.ts";
import { SeriesPanel } from "../../series/series-panel.tsx";
import { useTitle } from "../../shell/use-title.ts";
import type { RunsFilterChange } from "../../url/runs-search.ts";
import type { PipelineSearch } from "../../url/pipeline-search.ts";
import { type Window, windowDefault, windowMs, windowNames, windows } from "../../url/windows.ts";
import { PipelineFacts } from "./pipeline-facts.tsx";
import { pipelineVerdict } from "./pipeline-verdict.ts";
import { RunCharts } from "./run-charts.tsx";
import { RunGrid } from "./run-grid.tsx";
import { RunsPanel } from "./runs-panel.tsx";
import { StagesPanel } from "./stages-panel.tsx";
import "./pipeline.css";

const route = getRouteApi("/pipelines/$pipeline");
/** The charts' runs: one point each stays readable. */
const chartedMax = 300;

export function PipelinePage() {
  const { pipeline: name } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const window = search.window ?? windowDefault;
  useTitle(name);
  const summary = useQuery({ ...pipelineQuery(name, window), placeholderData: keepPreviousData });
  const change: BodyProps["onChange"] = (next) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as PipelineSearch, replace: true });

  return (
    <div className="page" key={name}>
      <Crumbs>
        <Link to="/pipelines">Pipelines</Link>
      </Crumbs>
      <div className="page-head">
        <h1>{name}</h1>
        {summary.data === undefined ? null : (
          <Origin origin={summary.data.pipeline.origin} services={summary.data.pipeline.services} />
        )}
        <div className="page-actions">
          <Segments
            label="Time window"
            options={windows}
            value={window}
            onChange={(next) => change({ window: next })}
          />
        </div>
      </div>
      {summary.data !== undefined ? (
        <PipelineBody data={summary.data} window={window} search={search} onChange={change} />
      ) : summary.isPending ? (
        <PipelineLoading />
      ) : isNotFound(summary.error) ? (
        <EmptyState
          title={`No runs of “${name}” are known`}
          actions={
            <Link to="/pipelines" className="button">
              All pipelines
            </Link>
          }
        >
          <p>The name may be mistyped, or its runs are older than what is kept. The status page shows the retention.</p>
        </EmptyState>
      ) : (
        <ErrorState what={`the pipeline ${name}`} error={summary.error} onRetry={() => void summary.refetch()} />
      )}
    </div>
  );
}

interface BodyProps {
  data: PipelineResponse;
  window: Window;
  search: PipelineSearch;
  onChange: (change: RunsFilterChange & { window?: Window }) => void;
}

function PipelineBody({ data, window, search, onChange }: BodyProps) {
  const { pipeline } = data;
  const nowMs = useNow(5_000);
  const verdict = pipelineVerdict(pipeline, nowMs);
  const runs = useChartedRuns(pipeline.name, window);
  const isAll = runs !== undefined && runs.length < chartedMax;
  return (
    <>
      <VerdictLine tone={verdict.tone} detail={verdict.detail}>
        {verdict.run === null ? (
          verdict.text
        ) : (
          <Link to="/runs/$runId" params={{ runId: verdict.run.id }}>
            {verdict.text}
          </Link>
        )}
      </VerdictLine>
      <PipelineFacts pipeline={pipeline} windowName={windowNames[window]} search={search} />
      <GridPanel name={pipeline.name} />
      <RunCharts
        runs={runs}
        note={
          runs?.length === chartedMax
            ? `newest ${chartedMax} runs; click opens one`
            : `${windowNames[window]}; click opens a run`
        }
      />
      <StagesPanel pipeline={pipeline.name} stages={data.stages} window={window} />
      <RunsPanel name={pipeline.name} search={search} onChange={onChange} />
      <SeriesPanel
        pipeline={pipeline.name}
        time={timeSince(isAll ? runs.at(-1)?.startedAt : undefined, window, nowMs)}
      />
    </>
  );
}

function GridPanel({ name }: { name: string }) {
  const { data, error, refetch } = useQuery(pipelineGridQuery(name));
  return (
    <Panel
      title="History"
      note={data === undefined ? "latest runs" : `latest ${countOf(data.runs.length, "run")}, newest right`}
    >
      {data !== undefined ? (
        <RunGrid grid={data} />
      ) : error !== null ? (
        <ErrorState what="the history" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={6} height={26} label="Reading the history" />
      )}
    </Panel>
  );
}

/** The newest runs of the window. */
function useChartedRuns(name: string, window: Window): readonly RunSummary[] | undefined {
  // Rounded, so that the question stays the same while time goes by.
  const nowMs = useNow(600_000);
  const start = new Date(nowMs - windowMs[window]).toISOString();
  const { data } = useInfiniteQuery(runsQuery({ pipeline: name, start }, chartedMax));
  return data?.pages[0]?.runs;
}

function PipelineLoading() {
  return (
    <>
      <div className="verdict">
        <Skeleton width={420} height={20} />
      </div>
      <div className="pipeline-loading-facts">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} width={92} height={52} />
        ))}
      </div>
      <div className="panel">
        <SkeletonRows rows={8} height={26} label="Reading the pipeline" />
      </div>
    </>
  );
}
