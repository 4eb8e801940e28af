import type { ColumnProfile, QualityCheck, RunQuality } from "sightglass/contract";
import { countOf, formatCount, formatRatio } from "../../format/count.ts";
import { formatValueShort } from "../../format/value.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { StatusShape, UnexplainedShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { checkValue } from "./check-value.ts";
import "./checks-tab.css";

/** What the stages found out about their data. */
export function ChecksTab({ quality: { checks, columns } }: { quality: RunQuality }) {
  if (checks.length === 0 && columns.length === 0) {
    return (
      <EmptyState title="No check of the data">
        <p>
          A stage checks its rows with <code>check(rows, expected)</code> of <code>@sightglass/sdk/checks</code>, or
          with span events named <code>dq.check</code>. What it finds is shown here, and can alert.
        </p>
      </EmptyState>
    );
  }
  const notMet = checks.filter(({ status }) => status !== "passed").length;
  const note =
    notMet === 0 ? `${countOf(checks.length, "check")}, all passed` : `${notMet} of ${checks.length} not met`;
  return (
    <>
      {checks.length === 0 ? null : (
        <Panel title="Checks" note={note}>
          <Checks checks={checks} />
        </Panel>
      )}
      {columns.length === 0 ? null : (
        <Panel title="Columns" note="as they were">
          <Columns columns={columns} />
        </Panel>
      )}
    </>
  );
}

function Checks({ checks }: { checks: readonly QualityCheck[] }) {
  return (
    <Table caption="Checks of the data, those that were not met first">
      <thead>
        <tr>
          <Header>Outcome</Header>
          <Header>Check</Header>
          <Header numeric>Found</Header>
          <Header>Expected</Header>
          <Header className="roomy">Table</Header>
          <Header className="roomy">Stage</Header>
        </tr>
      </thead>
      <tbody>
        {checks.map((check) => (
          <Row key={[check.stage, check.table, check.kind, check.subject].join(" ")}>
            <td>
              <Outcome status={check.status} />
            </td>
            <th scope="row">
              {check.subject} <span className="muted">{check.kind.replaceAll("_", " ")}</span>
              {check.invalidColumns.length === 0 ? null : (
                <div className="check-columns">Most often wrong: {check.invalidColumns.join(", ")}</div>
              )}
            </th>
            <td className="num">{checkValue(check)}</td>
            <td>{check.expected}</td>
            <td className="roomy">{[check.table, check.partition].filter((part) => part !== null).join(" ")}</td>
            <td className="roomy">{check.stage}</td>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function Outcome({ status }: { status: QualityCheck["status"] }) {
  const word = { passed: "Passed", failed: "Failed", warned: "Warning" }[status];
  return (
    <span className="check-outcome">
      {status === "warned" ? (
        <UnexplainedShape />
      ) : (
        <StatusShape status={status === "passed" ? "succeeded" : "failed"} />
      )}
      {word}
    </span>
  );
}

function Columns({ columns }: { columns: readonly ColumnProfile[] }) {
  const number = (value: number | null) => (value === null ? "" : formatValueShort(value));
  return (
    <Table caption="What the columns were like">
      <thead>
        <tr>
          <Header>Column</Header>
          <Header className="roomy">Table</Header>
          <Header numeric className="roomy">
            Rows
          </Header>
          <Header numeric>Missing</Header>
          <Header numeric className="roomy">
            Distinct
          </Header>
          <Header numeric>Min</Header>
          <Header numeric className="roomy">
            5 %
          </Header>
          <Header numeric>Median</Header>
          <Header numeric className="roomy">
            95 %
          </Header>
          <Header numeric>Max</Header>
          <Header numeric className="roomy">
            Mean
          </Header>
        </tr>
      </thead>
      <tbody>
        {columns.map((column) => (
          <Row key={[column.stage, column.table, column.column].join(" ")}>
            <th scope="row">
              {column.column}
              {column.top.length === 0 ? null : <div className="check-columns">{column.top.join(", ")}</div>}
            </th>
            <td className="roomy">{column.table}</td>
            <td className="num roomy">{formatCount(column.rows)}</td>
            <td className="num">{column.rows ? formatRatio((column.missing ?? 0) / column.rows) : ""}</td>
            <td className="num roomy">{formatCount(column.distinct)}</td>
            <td className="num">{number(column.min)}</td>
            <td className="num roomy">{number(column.p05)}</td>
            <td className="num">{number(column.p50)}</td>
            <td className="num roomy">{number(column.p95)}</td>
            <td className="num">{number(column.max)}</td>
            <td className="num roomy">{number(column.mean)}</td>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
