import { Link } from "@tanstack/react-router";
import { formatChange, formatCount, formatSigned } from "../../format/count.ts";
import { unknown } from "../../format/duration.ts";
import { Count } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { RowDifference } from "./compare.ts";

/** Where rows went that the other run had. */
export function RowDifferences({ rows }: { rows: readonly RowDifference[] }) {
  if (rows.length === 0) return null;
  return (
    <Panel title="Rows written" note="biggest relative difference first">
      <Table caption="Rows per stage, this run against the other" dense className="compare-pair">
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
              <td className="num">{row.delta === null ? unknown : formatSigned(row.delta, formatCount)}</td>
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
