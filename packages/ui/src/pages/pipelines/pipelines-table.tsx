import { Link, useNavigate } from "@tanstack/react-router";
import type { PipelineSummary } from "sightglass/contract";
import { countOf, formatCount, formatRatio } from "../../format/count.ts";
import { useListKeys } from "../../keyboard/use-list-keys.ts";
import { Count, Duration, RelativeTime } from "../../primitives/measures.tsx";
import { Status, UnexplainedShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { RunStrip } from "../../strip/run-strip.tsx";
import { unexplainedWords } from "../../strip/run-words.ts";
import type { PipelineSort } from "../../url/pipelines-search.ts";

export interface PipelinesTableProps {
  pipelines: readonly PipelineSummary[];
  sort: PipelineSort;
  onSort: (sort: PipelineSort) => void;
  windowName: string;
}

export function PipelinesTable({ pipelines, sort, onSort, windowName }: PipelinesTableProps) {
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
    <Table caption={`Pipelines over ${windowName}`} className="pipelines">
      <thead>
        <tr>
          <Header {...by("name", "ascending")}>Pipeline</Header>
          <Header className="wide">Latest runs</Header>
          <Header {...by("last-run", "descending")}>Last run</Header>
          <Header numeric {...by("success", "ascending")}>
            Success
          </Header>
          <Header numeric className="wide" title="Half of the runs took less">
            p50
          </Header>
          <Header numeric className="wide" {...by("duration", "descending")}>
            p95
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
          <PipelineRow key={pipeline.name} pipeline={pipeline} index={index} isCurrent={index === keys.index} />
        ))}
      </tbody>
    </Table>
  );
}

function PipelineRow({ pipeline, index, isCurrent }: { pipeline: PipelineSummary; index: number; isCurrent: boolean }) {
  return (
    <Row current={isCurrent} data-list="pipelines" data-list-index={index}>
      <th scope="row" className="pipelines-name">
        <Link to="/pipelines/$pipeline" params={{ pipeline: pipeline.name }}>
          {pipeline.name}
        </Link>
        <span className="pipelines-origin">
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
        <SuccessRate pipeline={pipeline} />
      </td>
      <td className="num wide">
        <Duration ms={pipeline.durationP50Ms} />
      </td>
      <td className="num wide">
        <Duration ms={pipeline.durationP95Ms} />
      </td>
      <td className="num pipelines-rows">
        <Count value={pipeline.recordsWritten} short />
      </td>
      <td className="num wide muted">
        <RelativeTime at={pipeline.lastSuccessAt} />
      </td>
    </Row>
  );
}

function LastRun({ pipeline }: { pipeline: PipelineSummary }) {
  const latest = pipeline.latestRuns.at(-1);
  if (latest === undefined) return null;
  const unexplained = unexplainedWords(latest.recordsUnexplained);
  return (
    <Link to="/runs/$runId" params={{ runId: latest.id }} className="last-run">
      <Status status={latest.status} quiet />
      <span className="last-run-detail">
        {latest.status === "running" ? (
          <>
            for <Duration ms={null} since={latest.startedAt} />
          </>
        ) : (
          <RelativeTime at={latest.endedAt ?? latest.startedAt} />
        )}
        {unexplained === null ? null : (
          <span className="last-run-unexplained">
            <UnexplainedShape /> {unexplained}
          </span>
        )}
        {latest.error === null ? null : <span className="last-run-error">{latest.error.message}</span>}
      </span>
    </Link>
  );
}

function SuccessRate({ pipeline }: { pipeline: PipelineSummary }) {
  const bad = pipeline.failed + pipeline.lost;
  return (
    <>
      {formatRatio(pipeline.successRate)}
      {bad === 0 ? (
        <span className="pipelines-bad">{countOf(pipeline.runCount, "run")}</span>
      ) : (
        <Link
          to="/pipelines/$pipeline"
          params={{ pipeline: pipeline.name }}
          search={{ status: ["failed", "lost"] }}
          hash="runs"
          className="pipelines-bad"
        >
          {formatCount(bad)} of {formatCount(pipeline.runCount)} failed
        </Link>
      )}
    </>
  );
}
