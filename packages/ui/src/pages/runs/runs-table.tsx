import { Link, useNavigate } from "@tanstack/react-router";
import type { RunSummary } from "sightglass/contract";
import { useListKeys } from "../../keyboard/use-list-keys.ts";
import { Count, Duration, MomentExact } from "../../primitives/measures.tsx";
import { Status, UnexplainedShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import "./runs.css";

export interface RunsTableProps {
  runs: readonly RunSummary[];
  /** Whether they are of more than one pipeline. */
  isMixed?: boolean;
}

/** Every run, newest first. */
export function RunsTable({ runs, isMixed = false }: RunsTableProps) {
  const navigate = useNavigate();
  const open = (index: number) => {
    const runId = runs[index]?.id;
    if (runId !== undefined) void navigate({ to: "/runs/$runId", params: { runId } });
  };
  const keys = useListKeys({ count: runs.length, name: "runs", onOpen: open });
  return (
    <Table caption="Runs, newest first" dense className="runs">
      <thead>
        <tr>
          <Header>Status</Header>
          {isMixed ? <Header>Pipeline</Header> : null}
          <Header>Started</Header>
          <Header>Partition</Header>
          <Header numeric>Duration</Header>
          <Header numeric className="wide" title="Time in which no stage was at work">
            Waiting
          </Header>
          <Header numeric className="wide">
            Read
          </Header>
          <Header numeric>Written</Header>
          <Header numeric className="wide">
            Failed
          </Header>
          <Header numeric>Unexplained</Header>
          <Header className="wide">Error</Header>
        </tr>
      </thead>
      <tbody>
        {runs.map((run, index) => (
          <RunRow
            key={run.id}
            run={run}
            index={index}
            isMixed={isMixed}
            isCurrent={index === keys.index}
            onOpen={() => open(index)}
          />
        ))}
      </tbody>
    </Table>
  );
}

interface RunRowProps {
  run: RunSummary;
  index: number;
  isMixed: boolean;
  isCurrent: boolean;
  onOpen: () => void;
}

function RunRow({ run, index, isMixed, isCurrent, onOpen }: RunRowProps) {
  return (
    <Row current={isCurrent} onOpen={onOpen} data-list="runs" data-list-index={index}>
      <td className="runs-status">
        <Status status={run.status} quiet />
      </td>
      {isMixed ? (
        <td className="runs-pipeline truncate">
          <Link to="/pipelines/$pipeline" params={{ pipeline: run.pipeline }} title={run.pipeline}>
            {run.pipeline}
          </Link>
        </td>
      ) : null}
      <th scope="row" className="runs-started">
        <Link to="/runs/$runId" params={{ runId: run.id }} className="runs-link">
          <MomentExact at={run.startedAt} />
        </Link>
      </th>
      <td
        className={`runs-partition${run.partition === null && !run.isBackfill && run.attempts < 2 ? " is-none" : ""}`}
      >
        <span className="truncate" title={run.partition ?? undefined}>
          {run.partition ?? <span className="muted">–</span>}
        </span>
        {run.isBackfill ? <span className="tag">backfill</span> : null}
        {run.attempts > 1 ? <span className="tag">{run.attempts} attempts</span> : null}
      </td>
      <td className="num runs-duration">
        <Duration ms={run.durationMs} since={run.status === "running" ? run.startedAt : undefined} />
      </td>
      <td className="num wide muted">
        <Duration ms={run.waitMs} />
      </td>
      <td className="num wide">
        <Count value={run.recordsRead} />
      </td>
      <td className={`num runs-written${run.recordsWritten === null ? " is-none" : ""}`}>
        <Count value={run.recordsWritten} />
      </td>
      <td className="num wide">
        <FailedRecords run={run} />
      </td>
      <td className={`num runs-unexplained${(run.recordsUnexplained ?? 0) === 0 ? " is-none" : ""}`}>
        <Unexplained run={run} />
      </td>
      <td className="wide runs-error truncate" title={run.error?.message}>
        {run.error === null ? null : (
          <Link to="/runs/$runId" params={{ runId: run.id }} search={{ tab: "errors" }}>
            {run.error.message}
          </Link>
        )}
      </td>
    </Row>
  );
}

function FailedRecords({ run }: { run: RunSummary }) {
  if ((run.recordsFailed ?? 0) === 0)
    return (
      <span className="muted">
        <Count value={run.recordsFailed} />
      </span>
    );
  return (
    <Link to="/runs/$runId" params={{ runId: run.id }} search={{ tab: "errors" }}>
      <Count value={run.recordsFailed} />
    </Link>
  );
}

function Unexplained({ run }: { run: RunSummary }) {
  if ((run.recordsUnexplained ?? 0) === 0)
    return (
      <span className="muted">
        <Count value={run.recordsUnexplained} />
      </span>
    );
  return (
    <Link to="/runs/$runId" params={{ runId: run.id }} hash="rows" className="is-unexplained">
      <UnexplainedShape /> <Count value={run.recordsUnexplained} />
    </Link>
  );
}
