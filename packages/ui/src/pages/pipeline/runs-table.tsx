import { Link, useNavigate } from "@tanstack/react-router";
import type { RunSummary } from "sightglass/contract";
import { useListKeys } from "../../keyboard/use-list-keys.ts";
import { Count, Duration, Moment } from "../../primitives/measures.tsx";
import { Status, UnexplainedShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";

/** Every run, newest first. */
export function RunsTable({ runs }: { runs: readonly RunSummary[] }) {
  const navigate = useNavigate();
  const keys = useListKeys({
    count: runs.length,
    name: "runs",
    onOpen: (index) => {
      const runId = runs[index]?.id;
      if (runId !== undefined) void navigate({ to: "/runs/$runId", params: { runId } });
    },
  });
  return (
    <Table caption="Runs, newest first" dense className="runs">
      <thead>
        <tr>
          <Header>Status</Header>
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
          <RunRow key={run.id} run={run} index={index} isCurrent={index === keys.index} />
        ))}
      </tbody>
    </Table>
  );
}

function RunRow({ run, index, isCurrent }: { run: RunSummary; index: number; isCurrent: boolean }) {
  return (
    <Row current={isCurrent} data-list="runs" data-list-index={index}>
      <td>
        <Status status={run.status} quiet />
      </td>
      <th scope="row">
        <Link to="/runs/$runId" params={{ runId: run.id }} className="runs-link">
          <Moment at={run.startedAt} />
        </Link>
      </th>
      <td>
        {run.partition ?? <span className="muted">–</span>}
        {run.isBackfill ? <span className="tag">backfill</span> : null}
        {run.attempts > 1 ? <span className="tag">{run.attempts} attempts</span> : null}
      </td>
      <td className="num">
        <Duration ms={run.durationMs} since={run.status === "running" ? run.startedAt : undefined} />
      </td>
      <td className="num wide muted">
        <Duration ms={run.waitMs} />
      </td>
      <td className="num wide">
        <Count value={run.recordsRead} />
      </td>
      <td className="num">
        <Count value={run.recordsWritten} />
      </td>
      <td className="num wide">
        <Count value={run.recordsFailed} />
      </td>
      <td className="num">
        {(run.recordsUnexplained ?? 0) === 0 ? (
          <span className="muted">
            <Count value={run.recordsUnexplained} />
          </span>
        ) : (
          <span className="is-unexplained">
            <UnexplainedShape /> <Count value={run.recordsUnexplained} />
          </span>
        )}
      </td>
      <td className="wide runs-error truncate" title={run.error?.message}>
        {run.error?.message}
      </td>
    </Row>
  );
}
