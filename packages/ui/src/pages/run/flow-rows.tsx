import { Link } from "@tanstack/react-router";
import type { StageDetail } from "sightglass/contract";
import { formatCount } from "../../format/count.ts";
import { Count } from "../../primitives/measures.tsx";
import { Row } from "../../primitives/table.tsx";
import { HandoffRow, UnexplainedRow } from "./flow-words.tsx";
import { fateWords, type FlowStep } from "./row-flow.ts";

/** A row of the table: a stage, or words above or below it about what does not add up. */
export interface FlowLine {
  key: string;
  kind: "handoff" | "stage" | "unexplained";
  step: FlowStep;
}

export function flowLines(steps: readonly FlowStep[]): FlowLine[] {
  return steps.flatMap((step) => {
    const line = (kind: FlowLine["kind"]): FlowLine => ({ key: `${kind} ${step.stage.id}`, kind, step });
    return [
      ...((step.handoff?.unexplained ?? 0) === 0 ? [] : [line("handoff")]),
      line("stage"),
      ...((step.stage.recordsUnexplained ?? 0) === 0 ? [] : [line("unexplained")]),
    ];
  });
}

export interface FlowRowProps {
  line: FlowLine;
  isCut: boolean;
  isSelected: boolean;
  onSelect: (stage: string | undefined) => void;
  /** Where the table is windowed. */
  index?: number;
  measure?: (row: HTMLTableRowElement | null) => void;
}

export function FlowRow({ line, index, measure, ...stage }: FlowRowProps) {
  const placed = { ref: measure, "data-index": index };
  if (line.kind === "handoff") return <HandoffRow step={line.step} {...placed} />;
  if (line.kind === "unexplained") return <UnexplainedRow stage={line.step.stage} {...placed} />;
  return <StageRow step={line.step} {...stage} {...placed} />;
}

interface StageRowProps extends Omit<FlowRowProps, "line" | "index" | "measure"> {
  step: FlowStep;
  ref: FlowRowProps["measure"];
  "data-index": number | undefined;
}

function StageRow({ step, isCut, isSelected, onSelect, ...placed }: StageRowProps) {
  const { stage, segments, depth } = step;
  const unexplained = stage.recordsUnexplained ?? 0;
  return (
    <Row current={isSelected} {...placed}>
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
        <SpanCount stage={stage} value={stage.recordsRead} />
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
        <SpanCount stage={stage} value={stage.recordsWritten} />
      </td>
    </Row>
  );
}

/** A count that the stage's span told. */
function SpanCount({ stage, value }: { stage: StageDetail; value: number | null }) {
  if (value === null) return <Count value={value} />;
  return (
    <Link to="/traces/$traceId" params={{ traceId: stage.traceId }} search={{ span: stage.spanId }} className="figure">
      <Count value={value} />
    </Link>
  );
}

function Lost({ value, tone }: { value: number | null; tone?: "failed" }) {
  const isNone = value === null || value === 0;
  return (
    <td className={`num wide${isNone ? " muted" : tone === "failed" ? " is-bad" : ""}`}>
      {isNone ? (
        <Count value={value} />
      ) : tone === "failed" ? (
        <Link to="." search={{ tab: "errors" }} className="figure">
          −{formatCount(value)}
        </Link>
      ) : (
        `−${formatCount(value)}`
      )}
    </td>
  );
}
