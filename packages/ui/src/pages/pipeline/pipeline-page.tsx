import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { PipelineResponse, PipelineStageSummary } from "sightglass/contract";
import { useEffect, useMemo } from "react";
import { isNotFound } from "../../api/errors.ts";
import { pipelineGridQuery, pipelineQuery, runsQuery } from "../../api/queries.ts";
import { countOf, formatCount, formatRatio } from "../../format/count.ts";
import { useNow } from "../../format/use-now.ts";
import { Button } from "../../primitives/button.tsx";
import { Crumbs } from "../../primitives/crumbs.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Fact, Facts } from "../../primitives/facts.tsx";
import { Count, Duration, RelativeTime } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { VerdictLine } from "../../primitives/verdict.tsx";
import { useTitle } from "../../shell/use-title.ts";
import type { PipelineSearch } from "../../url/pipeline-search.ts";
import { type Window, windowDefault, windowMs, windowNames, windows } from "../../url/windows.ts";
import { pipelineVerdict } from "./pipeline-verdict.ts";
import { RunCharts } from "./run-charts.tsx";
import { RunGrid } from "./run-grid.tsx";
import { RunsFilter } from "./runs-filter.tsx";
import { RunsTable } from "./runs-table.tsx";
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
  const change = (next: PipelineSearch) => void navigate({ search: next, replace: true });

  return (
    <div className="page" key={name}>
      <Crumbs>
        <Link to="/pipelines">Pipelines</Link>
      </Crumbs>
      <div className="page-head">
        <h1>{name}</h1>
        <div className="page-actions">
          <Segments
            label="Time window"
            options={windows}
            value={window}
            onChange={(next) => change({ ...search, window: next })}
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
  onChange: (next: PipelineSearch) => void;
}

function PipelineBody({ data, window, search, onChange }: BodyProps) {
  const { pipeline } = data;
  const nowMs = useNow(5_000);
  const verdict = pipelineVerdict(pipeline, nowMs);
  const unexplained = pipeline.recordsUnexplained ?? 0;
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
      <Facts label={`${pipeline.name} over ${windowNames[window]}`}>
        <Fact name="Success" note={`${formatCount(pipeline.succeeded)} of ${countOf(pipeline.runCount, "run")}`}>
          {formatRatio(pipeline.successRate)}
        </Fact>
        <Fact
          name="Failed"
          {...(pipeline.failed > 0 ? { tone: "failed" as const } : {})}
          note={pipeline.lost > 0 ? `and ${pipeline.lost} lost` : "runs"}
        >
          <Link to="." search={{ ...search, status: ["failed"] }} hash="runs">
            {formatCount(pipeline.failed)}
          </Link>
        </Fact>
        <Fact name="Duration p50" note="half took less">
          <Duration ms={pipeline.durationP50Ms} />
        </Fact>
        <Fact name="Duration p95" note="1 of 20 took longer">
          <Duration ms={pipeline.durationP95Ms} />
        </Fact>
        <Fact
          name="Rows written"
          note={
            <>
              <Count value={pipeline.recordsRead} short /> read
            </>
          }
        >
          <Count value={pipeline.recordsWritten} short />
        </Fact>
        <Fact
          name="Unexplained rows"
          {...(unexplained > 0 ? { tone: "unexplained" as const } : {})}
          note={unexplained > 0 ? "vanished or too many" : "all accounted for"}
        >
          <Count value={pipeline.recordsUnexplained} />
        </Fact>
        <Fact name="Last success" note={pipeline.services.join(", ")}>
          <RelativeTime at={pipeline.lastSuccessAt} />
        </Fact>
      </Facts>
      <GridPanel name={pipeline.name} />
      <Charts name={pipeline.name} window={window} />
      <StagesPanel stages={data.stages} window={window} />
      <RunsPanel name={pipeline.name} search={search} onChange={onChange} />
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

function Charts({ name, window }: { name: string; window: Window }) {
  // Rounded, so that the question stays the same while time goes by.
  const nowMs = useNow(600_000);
  const start = new Date(nowMs - windowMs[window]).toISOString();
  const { data } = useInfiniteQuery(runsQuery({ pipeline: name, start }, chartedMax));
  const runs = useMemo(() => data?.pages[0]?.runs ?? [], [data]);
  return (
    <RunCharts
      runs={runs}
      note={
        runs.length === chartedMax
          ? `newest ${chartedMax} runs; click opens one`
          : `${windowNames[window]}; click opens a run`
      }
    />
  );
}

function StagesPanel({ stages, window }: { stages: readonly PipelineStageSummary[]; window: Window }) {
  if (stages.length === 0) return null;
  return (
    <Panel title="Stages" note={`over ${windowNames[window]}`}>
      <Table caption="Stages" dense>
        <thead>
          <tr>
            <Header>Stage</Header>
            <Header numeric>Runs</Header>
            <Header numeric>Failed</Header>
            <Header numeric>p50</Header>
            <Header numeric>p95</Header>
            <Header numeric className="wide">
              Read, mean
            </Header>
            <Header numeric className="wide">
              Written, mean
            </Header>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <Row key={stage.name}>
              <th scope="row">{stage.name}</th>
              <td className="num">{formatCount(stage.runCount)}</td>
              <td className={`num${stage.failed > 0 ? " is-bad" : " muted"}`}>{formatCount(stage.failed)}</td>
              <td className="num">
                <Duration ms={stage.durationP50Ms} />
              </td>
              <td className="num">
                <Duration ms={stage.durationP95Ms} />
              </td>
              <td className="num wide">
                <Count value={stage.recordsReadAverage} short />
              </td>
              <td className="num wide">
                <Count value={stage.recordsWrittenAverage} short />
              </td>
            </Row>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

function RunsPanel({
  name,
  search,
  onChange,
}: {
  name: string;
  search: PipelineSearch;
  onChange: (next: PipelineSearch) => void;
}) {
  const filter = {
    pipeline: name,
    ...(search.status === undefined ? {} : { status: search.status }),
    ...(search.partition === undefined ? {} : { partition: search.partition }),
  };
  const runs = useInfiniteQuery(runsQuery(filter, 25));
  const found = useMemo(() => runs.data?.pages.flatMap((page) => page.runs) ?? [], [runs.data]);
  // The panel is not there yet when a link that means it is followed; once it is, go to it.
  useEffect(() => {
    if (location.hash === "#runs") document.getElementById("runs")?.scrollIntoView();
  }, []);
  const isFiltered = search.status !== undefined || search.partition !== undefined;
  return (
    <Panel title="Runs" anchor="runs" actions={<RunsFilter search={search} onChange={onChange} />}>
      {runs.data === undefined ? (
        runs.error === null ? (
          <SkeletonRows rows={10} height={28} label="Reading the runs" />
        ) : (
          <ErrorState what="the runs" error={runs.error} onRetry={() => void runs.refetch()} />
        )
      ) : found.length === 0 ? (
        <EmptyState
          title={isFiltered ? "No run fits this filter" : "No run is kept any more"}
          {...(isFiltered
            ? {
                actions: (
                  <Button onClick={() => onChange({ ...search, status: [], partition: "" })}>Show all runs</Button>
                ),
              }
            : {})}
        >
          <p>{isFiltered ? "A partition has to be written whole." : "Retention has removed them."}</p>
        </EmptyState>
      ) : (
        <>
          <RunsTable runs={found} />
          {runs.hasNextPage ? (
            <Button variant="quiet" disabled={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
              {runs.isFetchingNextPage ? "Reading…" : "Show older runs"}
            </Button>
          ) : null}
        </>
      )}
    </Panel>
  );
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
