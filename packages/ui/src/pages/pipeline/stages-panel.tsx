import type { PipelineStageSummary } from "sightglass/contract";
import { formatCount } from "../../format/count.ts";
import { Count, Duration } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { type Window, windowNames } from "../../url/windows.ts";

/** Each stage over the window's runs. */
export function StagesPanel({ stages, window }: { stages: readonly PipelineStageSummary[]; window: Window }) {
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
