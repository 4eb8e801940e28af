import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { useMemo } from "react";
import { runQuery } from "../../api/queries.ts";
import { formatChange, formatCount, formatRatio } from "../../format/count.ts";
import { formatDuration, unknown } from "../../format/duration.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Count, Duration, Moment } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { Status } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { type AttributeDifference, compareRuns, type RowDifference, type StageDifference } from "./compare.ts";
import "./compare-tab.css";

/** This run against the last good one, or another: what took longer, where rows differ, what was set otherwise. */
export function CompareTab({ run, against }: { run: RunResponse; against: string | undefined }) {
  const otherId = against ?? run.lastGoodRunId;
  if (otherId === null) {
    return (
      <EmptyState title="There is no earlier good run">
        <p>Compare holds a run against the newest one before it that succeeded with every row accounted for.</p>
        {run.previousRunId === null ? null : (
          <p>
            <Link to="." search={{ tab: "compare", against: run.previousRunId }}>
              Compare with the run before
            </Link>
          </p>
        )}
      </EmptyState>
    );
  }
  return <Against run={run} otherId={otherId} isLastGood={otherId === run.lastGoodRunId} />;
}

function Against({ run, otherId, isLastGood }: { run: RunResponse; otherId: string; isLastGood: boolean }) {
  const { data: other, error, refetch } = useQuery(runQuery(otherId));
  const comparison = useMemo(() => (other === undefined ? null : compareRuns(run, other)), [run, other]);
  if (other === undefined || comparison === null) {
    return error === null ? (
      <div className="panel">
        <SkeletonRows rows={8} height={28} label="Reading the other run" />
      </div>
    ) : (
      <ErrorState what="the other run" error={error} onRetry={() => void refetch()} />
    );
  }
  return (
    <>
      <div className="compare-head">
        <span>
          Against {isLastGood ? "the last good run" : "the run"} of{" "}
          <Link to="/runs/$runId" params={{ runId: other.id }} className="compare-link">
            {other.partition === null ? null : `${other.partition}, `}
            <Moment at={other.startedAt} />
          </Link>
        </span>
        <Status status={other.status} quiet />
        <span className="muted">{deltaWords(comparison.durationDeltaMs)}</span>
        {run.previousRunId === null || run.previousRunId === otherId ? null : (
          <Link to="." search={{ tab: "compare", against: run.previousRunId }} className="compare-link">
            Take the run before instead
          </Link>
        )}
        {isLastGood || run.lastGoodRunId === null ? null : (
          <Link to="." search={{ tab: "compare" }} className="compare-link">
            Take the last good run
          </Link>
        )}
      </div>
      {isAboutRows(run) ? (
        <>
          <Rows rows={comparison.rows} />
          <Durations stages={comparison.stages} />
        </>
      ) : (
        <>
          <Durations stages={comparison.stages} />
          <Rows rows={comparison.rows} />
        </>
      )}
      <Attributes attributes={comparison.attributes} />
    </>
  );
}

/** What is wrong with a run that succeeded and lost rows are its rows. */
const isAboutRows = (run: RunResponse) => run.status === "succeeded" && (run.recordsUnexplained ?? 0) !== 0;

function deltaWords(deltaMs: number | null): string {
  if (deltaMs === null) return "Their durations cannot be compared yet.";
  if (Math.abs(deltaMs) < 1) return "Both took as long.";
  return `This one took ${formatDuration(Math.abs(deltaMs))} ${deltaMs > 0 ? "longer" : "less"}.`;
}

function Durations({ stages }: { stages: readonly StageDifference[] }) {
  const largest = Math.max(1, ...stages.map((stage) => Math.abs(stage.deltaMs ?? 0)));
  return (
    <Panel title="Durations" note="biggest part of the difference first">
      <Table caption="Stage durations, this run against the other" dense className="compare">
        <thead>
          <tr>
            <Header>Stage</Header>
            <Header numeric>This run</Header>
            <Header numeric>Other</Header>
            <Header numeric>Difference</Header>
            <Header className="compare-bar-head">
              <span className="visually-hidden">Difference as a bar</span>
            </Header>
            <Header numeric className="wide">
              Part of it
            </Header>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <Row key={stage.name}>
              <th scope="row" className="compare-stage truncate" title={stage.name}>
                <Link to="." search={{ stage: stage.name }} className="figure">
                  {stage.name}
                </Link>
              </th>
              <td className="num">
                <Duration ms={stage.hereMs} />
              </td>
              <td className="num muted">
                <Duration ms={stage.thereMs} />
              </td>
              <td className="num">{stage.deltaMs === null ? unknown : signed(stage.deltaMs, formatDuration)}</td>
              <td>
                <DeltaBar share={(stage.deltaMs ?? 0) / largest} />
              </td>
              <td className="num wide muted">{formatRatio(stage.contribution)}</td>
            </Row>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

/** Longer to the right, shorter to the left of the middle. */
function DeltaBar({ share }: { share: number }) {
  const width = `${Math.abs(share) * 50}%`;
  return (
    <span className="delta" aria-hidden="true">
      <span
        className={`delta-bar ${share > 0 ? "is-more" : "is-less"}`}
        style={share > 0 ? { insetInlineStart: "50%", width } : { insetInlineEnd: "50%", width }}
      />
    </span>
  );
}

function Rows({ rows }: { rows: readonly RowDifference[] }) {
  if (rows.length === 0) return null;
  return (
    <Panel title="Rows written" note="biggest relative difference first">
      <Table caption="Rows per stage, this run against the other" dense className="compare">
        <thead>
          <tr>
            <Header>Stage</Header>
            <Header numeric>This run</Header>
            <Header numeric>Other</Header>
            <Header numeric>Difference</Header>
            <Header numeric>Relative</Header>
            <Header numeric>Unexplained here</Header>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.name}>
              <th scope="row" className="compare-stage truncate" title={row.name}>
                <Link to="." search={{ stage: row.name }} className="figure">
                  {row.name}
                </Link>
              </th>
              <td className="num">
                <Count value={row.here?.recordsWritten ?? null} />
              </td>
              <td className="num muted">
                <Count value={row.there?.recordsWritten ?? null} />
              </td>
              <td className="num">{row.delta === null ? unknown : signed(row.delta, formatCount)}</td>
              <td className="num muted">{formatChange(row.ratio)}</td>
              <td className={`num${(row.here?.recordsUnexplained ?? 0) === 0 ? " muted" : " is-unexplained"}`}>
                <Count value={row.here?.recordsUnexplained ?? null} />
              </td>
            </Row>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

function Attributes({ attributes }: { attributes: readonly AttributeDifference[] }) {
  return (
    <Panel title="Attributes that differ" note={attributes.length === 0 ? "none" : formatCount(attributes.length)}>
      {attributes.length === 0 ? (
        <p className="muted">Both runs and their processes said the same of themselves.</p>
      ) : (
        <Table caption="Attributes that differ" dense className="compare">
          <thead>
            <tr>
              <Header>Of</Header>
              <Header>Key</Header>
              <Header>This run</Header>
              <Header>Other</Header>
            </tr>
          </thead>
          <tbody>
            {attributes.map((item) => (
              <Row key={`${item.of.join()} ${item.key}`}>
                <td className="muted">
                  {item.of.slice(0, 3).join(", ")}
                  {item.of.length > 3 ? ` and ${item.of.length - 3} more` : ""}
                </td>
                <th scope="row" className="mono">
                  {item.key}
                </th>
                <td className="mono compare-value">{item.here ?? <span className="muted">absent</span>}</td>
                <td className="mono compare-value muted">{item.there ?? "absent"}</td>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

function signed(value: number, format: (value: number) => string): string {
  return value > 0 ? `+${format(value)}` : value < 0 ? `−${format(-value)}` : "0";
}
