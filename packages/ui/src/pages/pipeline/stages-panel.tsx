import { Link } from "@tanstack/react-router";
import type { PipelineStageSummary } from "sightglass/contract";
import { formatCount } from "../../format/count.ts";
import { useNow } from "../../format/use-now.ts";
import { Count, Duration } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { stageDurationExpr, stageRowsExpr } from "../../series/stage-series.ts";
import type { ExploreSearch } from "../../url/explore-search.ts";
import type { TracesSearch } from "../../url/traces-search.ts";
import { type Window, windowDefault, windowMs, windowNames } from "../../url/windows.ts";

export interface StagesPanelProps {
  pipeline: string;
  stages: readonly PipelineStageSummary[];
  window: Window;
}

/** Each stage over the window's runs. Its figures lead to its spans and its series. */
export function StagesPanel({ pipeline, stages, window }: StagesPanelProps) {
  if (stages.length === 0) return null;
  return (
    <Panel title="Stages" note={`over ${windowNames[window]}`}>
      <Table caption="Stages" dense>
        <thead>
          <tr>
            <Header>Stage</Header>
            <Header numeric>Runs</Header>
            <Header numeric>Failed</Header>
            <Header numeric title="Half of them took less">
              p50
            </Header>
            <Header numeric title="1 of 20 took longer">
              p95
            </Header>
            <Header numeric className="wide" title="Of those that succeeded">
              Read, mean
            </Header>
            <Header numeric className="wide" title="Of those that succeeded">
              Written, mean
            </Header>
            <Header numeric title="Rows that vanished inside the stage, or were too many">
              Unexplained
            </Header>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <StageRow key={stage.name} pipeline={pipeline} stage={stage} window={window} />
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

interface StageRowProps {
  pipeline: string;
  stage: PipelineStageSummary;
  window: Window;
}

function StageRow({ pipeline, stage, window }: StageRowProps) {
  const start = new Date(useNow(600_000) - windowMs[window]).toISOString();
  const spans: TracesSearch = { attributes: [`pipeline.name=${pipeline}`, `pipeline.stage=${stage.name}`], start };
  const of = { pipeline, stage: stage.name };
  const quantile = (q: number) => stageDurationExpr(of, q, window);
  const rows = (direction: "read" | "written") => stageRowsExpr(of, direction, "1h");
  const explore = (expr: string): ExploreSearch => ({ expr: [expr], range: window });
  return (
    <Row>
      <th scope="row" className="stages-name truncate" title={stage.name}>
        {stage.name}
      </th>
      <td className="num">
        <Link to="/traces" search={spans} className="figure">
          {formatCount(stage.runCount)}
        </Link>
      </td>
      <td className={`num${stage.failed > 0 ? " is-bad" : " muted"}`}>
        {stage.failed > 0 ? (
          <Link to="/traces" search={{ ...spans, status: "error" }} className="figure">
            {formatCount(stage.failed)}
          </Link>
        ) : (
          "0"
        )}
      </td>
      <td className="num">
        <Link to="/explore" search={explore(quantile(0.5))} className="figure">
          <Duration ms={stage.durationP50Ms} />
        </Link>
      </td>
      <td className="num">
        <Link to="/explore" search={explore(quantile(0.95))} className="figure">
          <Duration ms={stage.durationP95Ms} />
        </Link>
      </td>
      <td className="num wide">
        <Link to="/explore" search={explore(rows("read"))} className="figure">
          <Count value={stage.recordsReadAverage} short />
        </Link>
      </td>
      <td className="num wide">
        <Link to="/explore" search={explore(rows("written"))} className="figure">
          <Count value={stage.recordsWrittenAverage} short />
        </Link>
      </td>
      <td className={`num${(stage.recordsUnexplained ?? 0) > 0 ? " is-unexplained" : " muted"}`}>
        {(stage.recordsUnexplained ?? 0) > 0 ? (
          <Link
            to="/pipelines/$pipeline"
            params={{ pipeline }}
            search={{ ...(window === windowDefault ? {} : { window }), rows: "unexplained" }}
            hash="runs"
            className="figure"
          >
            <Count value={stage.recordsUnexplained} />
          </Link>
        ) : (
          <Count value={stage.recordsUnexplained} />
        )}
      </td>
    </Row>
  );
}
