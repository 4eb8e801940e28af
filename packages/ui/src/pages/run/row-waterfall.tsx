import type { RunResponse } from "sightglass/contract";
import { Fragment, useMemo, useState } from "react";
import { formatCount } from "../../format/count.ts";
import { Button } from "../../primitives/button.tsx";
import { Count } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { useAnchor } from "../../shell/use-anchor.ts";
import { HandoffRow, UnexplainedRow } from "./flow-words.tsx";
import { type Fate, fateWords, type FlowStep, type RowFlow, rowFlow, stepsToShow } from "./row-flow.ts";
import "./row-waterfall.css";

/** More stages than this stand closer. */
const denseFrom = 10;
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
  const steps = isAll ? flow.steps : stepsToShow(flow.steps);
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
      <Table caption="Rows read, lost and written by each stage" className="flow" dense={flow.steps.length > denseFrom}>
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
        <tbody>
          {steps.map((step) => (
            <Fragment key={step.stage.id}>
              <HandoffRow step={step} />
              <StepRow
                step={step}
                isCut={flow.scale.low > 0}
                isSelected={selected === step.stage.name}
                onSelect={onSelect}
              />
              <UnexplainedRow stage={step.stage} />
            </Fragment>
          ))}
        </tbody>
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

interface StepRowProps {
  step: FlowStep;
  isCut: boolean;
  isSelected: boolean;
  onSelect: (stage: string | undefined) => void;
}

function StepRow({ step, isCut, isSelected, onSelect }: StepRowProps) {
  const { stage, segments, depth } = step;
  const unexplained = stage.recordsUnexplained ?? 0;
  return (
    <Row current={isSelected}>
      <th scope="row" style={{ paddingInlineStart: 12 + depth * 16 }}>
        <button
          type="button"
          className="flow-stage"
          title={stage.name}
          aria-pressed={isSelected}
          onClick={() => onSelect(isSelected ? undefined : stage.name)}
        >
          {stage.name}
        </button>
      </th>
      <td className="num">
        <Count value={stage.recordsRead} />
      </td>
      <td className="flow-bar-cell">
        <div className={`flow-bar${isCut ? " is-cut" : ""}`} aria-hidden="true">
          {segments.map((segment) => (
            <span
              key={segment.fate}
              className={`flow-segment flow-${segment.fate}`}
              title={`${formatCount(segment.rows)} ${fateWords[segment.fate]}`}
              style={{ insetInlineStart: `${segment.from * 100}%`, width: `${(segment.to - segment.from) * 100}%` }}
            />
          ))}
        </div>
      </td>
      <Lost value={stage.recordsFiltered} />
      <Lost value={stage.recordsDeduplicated} />
      <Lost value={stage.recordsFailed} tone="failed" />
      <td className={`num${unexplained === 0 ? " muted" : " flow-loud"}`}>
        <Count value={stage.recordsUnexplained} />
      </td>
      <td className="num flow-written-count">
        <Count value={stage.recordsWritten} />
      </td>
    </Row>
  );
}

function Lost({ value, tone }: { value: number | null; tone?: "failed" }) {
  const isNone = value === null || value === 0;
  return (
    <td className={`num wide${isNone ? " muted" : tone === "failed" ? " is-bad" : ""}`}>
      {isNone ? <Count value={value} /> : `−${formatCount(value)}`}
    </td>
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
