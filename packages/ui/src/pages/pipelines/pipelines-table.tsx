import { Link, useNavigate } from "@tanstack/react-router";
import type { PipelineSummary } from "sightglass/contract";
import { countOf, formatCount, formatRatio } from "../../format/count.ts";
import { useListKeys } from "../../keyboard/use-list-keys.ts";
import { Count, Duration, RelativeTime } from "../../primitives/measures.tsx";
import { UnexplainedShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { RunStrip } from "../../strip/run-strip.tsx";
import type { PipelineSort } from "../../url/pipelines-search.ts";
import { type Window, windowDefault, windowNames } from "../../url/windows.ts";
import { LastRun } from "./last-run.tsx";

export interface PipelinesTableProps {
  pipelines: readonly PipelineSummary[];
  sort: PipelineSort;
  onSort: (sort: PipelineSort) => void;
  window: Window;
}

export function PipelinesTable({ pipelines, sort, onSort, window }: PipelinesTableProps) {
  const navigate = useNavigate();
  const open = (index: number) => {
    const name = pipelines[index]?.name;
    if (name !== undefined) void navigate({ to: "/pipelines/$pipeline", params: { pipeline: name } });
  };
  const keys = useListKeys({ count: pipelines.length, onOpen: open, name: "pipelines" });
  const by = (key: PipelineSort, direction: "ascending" | "descending") => ({
    sorted: sort === key ? direction : undefined,
    onSort: () => onSort(sort === key ? "attention" : key),
  });
  return (
    <Table caption={`Pipelines over ${windowNames[window]}`} className="pipelines">
      <thead>
        <tr>
          <Header {...by("name", "ascending")}>Pipeline</Header>
          <Header>Latest runs</Header>
          <Header {...by("last-run", "descending")}>Last run</Header>
          <Header numeric {...by("success", "ascending")}>
            Success
          </Header>
          <Header
            numeric
            className="wide"
            title="Half of the runs took less; 1 of 20 took longer than p95"
            {...by("duration", "descending")}
          >
            Duration
          </Header>
          <Header numeric {...by("rows", "descending")}>
            Rows written
          </Header>
          <Header numeric className="wide">
            Last success
          </Header>
        </tr>
      </thead>
      <tbody>
        {pipelines.map((pipeline, index) => (
          <PipelineRow
            key={pipeline.name}
            pipeline={pipeline}
            window={window}
            index={index}
            isCurrent={index === keys.index}
            onOpen={() => open(index)}
          />
        ))}
      </tbody>
    </Table>
  );
}

interface PipelineRowProps {
  pipeline: PipelineSummary;
  window: Window;
  index: number;
  isCurrent: boolean;
  onOpen: () => void;
}

function PipelineRow({ pipeline, window, index, isCurrent, onOpen }: PipelineRowProps) {
  const to = toPipeline(pipeline, window);
  return (
    <Row current={isCurrent} onOpen={onOpen} data-list="pipelines" data-list-index={index}>
      <th scope="row" className="pipelines-name">
        <Link {...to} className="truncate" title={pipeline.name}>
          {pipeline.name}
        </Link>
        <span className="pipelines-origin truncate" title={pipeline.services.join(", ")}>
          {pipeline.origin}
          {pipeline.services.map((service) =>
            service === pipeline.origin || service === pipeline.name ? null : ` · ${service}`,
          )}
        </span>
      </th>
      <td className="pipelines-strip">
        <RunStrip runs={pipeline.latestRuns} label={`Latest ${pipeline.latestRuns.length} runs of ${pipeline.name}`} />
      </td>
      <td className="pipelines-last">
        <LastRun pipeline={pipeline} />
      </td>
      <td className="num pipelines-success">
        <SuccessRate pipeline={pipeline} window={window} />
      </td>
      <td className="num wide">
        <Link {...to} hash="durations" className="figure">
          <Duration ms={pipeline.durationP50Ms} />
          <span className="pipelines-note">
            p95 <Duration ms={pipeline.durationP95Ms} />
          </span>
        </Link>
      </td>
      <td className="num pipelines-rows">
        <Rows pipeline={pipeline} window={window} />
      </td>
      <td className="num wide muted">
        <LastSuccess pipeline={pipeline} />
      </td>
    </Row>
  );
}

interface FigureProps {
  pipeline: PipelineSummary;
  window: Window;
}

/** The pipeline's page, over the window of this list. */
function toPipeline(pipeline: PipelineSummary, window: Window) {
  return {
    to: "/pipelines/$pipeline",
    params: { pipeline: pipeline.name },
    search: window === windowDefault ? {} : { window },
  } as const;
}

function SuccessRate({ pipeline, window }: FigureProps) {
  const bad = pipeline.failed + pipeline.lost;
  const to = toPipeline(pipeline, window);
  return (
    <>
      <Link {...to} hash="runs" className="figure">
        {formatRatio(pipeline.successRate)}
      </Link>
      {bad === 0 ? (
        <Link {...to} hash="runs" className="figure pipelines-note">
          {countOf(pipeline.runCount, "run")}
        </Link>
      ) : (
        <Link
          {...to}
          search={{ ...to.search, status: ["failed", "lost"] }}
          hash="runs"
          className="figure pipelines-note is-bad"
        >
          {formatCount(bad)} of {formatCount(pipeline.runCount)} failed
        </Link>
      )}
    </>
  );
}

function Rows({ pipeline, window }: FigureProps) {
  const to = toPipeline(pipeline, window);
  const unexplained = pipeline.recordsUnexplained ?? 0;
  return (
    <>
      <Link {...to} hash="rows" className="figure">
        <Count value={pipeline.recordsWritten} short />
      </Link>
      {unexplained > 0 ? (
        <Link
          {...to}
          search={{ ...to.search, rows: "unexplained" }}
          hash="runs"
          className="figure pipelines-note is-unexplained"
        >
          <UnexplainedShape /> <Count value={unexplained} short /> unexplained
        </Link>
      ) : pipeline.recordsRead === null ? null : (
        <span className="pipelines-note">
          of <Count value={pipeline.recordsRead} short /> read
        </span>
      )}
    </>
  );
}

function LastSuccess({ pipeline }: { pipeline: PipelineSummary }) {
  const run = pipeline.latestRuns.findLast(({ status }) => status === "succeeded");
  if (run === undefined) return <RelativeTime at={pipeline.lastSuccessAt} />;
  return (
    <Link to="/runs/$runId" params={{ runId: run.id }} className="figure">
      <RelativeTime at={pipeline.lastSuccessAt} />
    </Link>
  );
}
