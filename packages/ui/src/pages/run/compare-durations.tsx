import { Link } from "@tanstack/react-router";
import { formatRatio, formatSigned } from "../../format/count.ts";
import { formatDuration, unknown } from "../../format/duration.ts";
import { Duration } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { StageDifference } from "./compare.ts";

/** Where the time went that one run took longer. */
export function DurationDifferences({ stages }: { stages: readonly StageDifference[] }) {
  const largest = Math.max(1, ...stages.map((stage) => Math.abs(stage.deltaMs ?? 0)));
  return (
    <Panel title="Durations" note="biggest part of the difference first">
      <Table caption="Stage durations, this run against the other" dense className="compare-pair">
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
              <td className="num">{stage.deltaMs === null ? unknown : formatSigned(stage.deltaMs, formatDuration)}</td>
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
