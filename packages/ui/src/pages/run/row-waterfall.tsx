import type { RunResponse } from "sightglass/contract";
import { useMemo, useState } from "react";
import { formatCount } from "../../format/count.ts";
import { Button } from "../../primitives/button.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Table } from "../../primitives/table.tsx";
import { WindowedRows } from "../../primitives/windowed-rows.tsx";
import { useAnchor } from "../../shell/use-anchor.ts";
import { type FlowLine, flowLines, FlowRow } from "./flow-rows.tsx";
import { type Fate, fateWords, plainStepsMax, type RowFlow, rowFlow, stepsToShow } from "./row-flow.ts";
import "./row-waterfall.css";

/** More stages than this stand closer. */
const denseFrom = 10;
const denseRowPx = 28;
const columns = 8;
const legend: Fate[] = ["written", "filtered", "deduplicated", "failed", "unexplained"];

export interface RowWaterfallProps {
  run: RunResponse;
  selected: string | undefined;
  onSelect: (stage: string | undefined) => void;
}

/** What became of the rows, stage by stage. What nobody accounts for is said in words. */
export function RowWaterfall({ run, selected, onSelect }: RowWaterfallProps) {
  const flow = useMemo(() => rowFlow(run), [run]);
  const [isAll, setAll] = useState(false);
  const steps = useMemo(() => (isAll ? flow.steps : stepsToShow(flow.steps)), [flow, isAll]);
  const lines = useMemo(() => flowLines(steps), [steps]);
  const isWindowed = steps.length > plainStepsMax;
  const rowOf = (line: FlowLine) => ({
    line,
    isCut: flow.scale.low > 0,
    isSelected: selected === line.step.stage.name,
    onSelect,
  });
  useAnchor("rows");
  if (flow.steps.length === 0) return <NoCounts run={run} />;
  return (
    <Panel
      title="Rows"
      anchor="rows"
      note={
        <span className="flow-legend">
          {legend.map((fate) => (
            <span key={fate}>
              <span className={`flow-swatch flow-${fate}`} /> {fateWords[fate]}
            </span>
          ))}
        </span>
      }
    >
      <Table
        caption="Rows read, lost and written by each stage"
        className={`flow${isWindowed ? " is-windowed" : ""}`}
        dense={flow.steps.length > denseFrom}
      >
        <thead>
          <tr>
            <Header>Stage</Header>
            <Header numeric>Read</Header>
            <Header className="flow-bar-head">
              <span className="flow-scale" aria-hidden="true">
                <span>{flow.scale.low === 0 ? "0" : `⌇ ${formatCount(flow.scale.low)}`}</span>
                <span>{formatCount(flow.scale.high)}</span>
              </span>
              <span className="visually-hidden">Shares</span>
            </Header>
            <Header numeric className="wide">
              Filtered
            </Header>
            <Header numeric className="wide">
              Deduplicated
            </Header>
            <Header numeric className="wide">
              Failed
            </Header>
            <Header numeric>Unexplained</Header>
            <Header numeric>Written</Header>
          </tr>
        </thead>
        {isWindowed ? (
          <WindowedRows count={lines.length} estimatePx={denseRowPx} columns={columns}>
            {(index, measure) => {
              const line = lines[index];
              return line === undefined ? null : (
                <FlowRow key={line.key} {...rowOf(line)} index={index} measure={measure} />
              );
            }}
          </WindowedRows>
        ) : (
          <tbody>
            {lines.map((line) => (
              <FlowRow key={line.key} {...rowOf(line)} />
            ))}
          </tbody>
        )}
      </Table>
      {steps.length < flow.steps.length ? (
        <p className="flow-note">
          {formatCount(steps.length)} of {formatCount(flow.steps.length)} stages: where rows are missing or failed, if
          anywhere.{" "}
          <Button variant="quiet" onClick={() => setAll(true)}>
            Show all
          </Button>
        </p>
      ) : null}
      <FlowNotes flow={flow} />
    </Panel>
  );
}

function FlowNotes({ flow }: { flow: RowFlow }) {
  return (
    <>
      {flow.scale.low > 0 ? (
        <p className="flow-note">The bars begin at {formatCount(flow.scale.low)} rows, so that small losses show.</p>
      ) : null}
      {flow.uncounted.length > 0 ? (
        <p className="flow-note">
          Told no row counts:{" "}
          {flow.uncounted
            .slice(0, 8)
            .map((stage) => stage.name)
            .join(", ")}
          {flow.uncounted.length > 8 ? ` and ${flow.uncounted.length - 8} more` : ""}.
        </p>
      ) : null}
    </>
  );
}

function NoCounts({ run }: { run: RunResponse }) {
  return (
    <Panel title="Rows">
      <p className="muted">
        {run.stages.length === 0
          ? "No stage has reported yet."
          : "No stage of this run told how many rows it read or wrote."}{" "}
        With the SDK: <code>stage.read(n)</code> and <code>stage.written(n)</code>. With plain OpenTelemetry: the span
        attributes <code>pipeline.records.read</code> and <code>pipeline.records.written</code>.
      </p>
    </Panel>
  );
}
