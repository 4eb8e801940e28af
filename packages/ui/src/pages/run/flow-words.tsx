import { Link } from "@tanstack/react-router";
import type { StageDetail } from "sightglass/contract";
import type { ReactNode } from "react";
import { countOf, formatCount } from "../../format/count.ts";
import { UnexplainedShape } from "../../primitives/status.tsx";
import { CodeWords } from "./code-words.tsx";
import type { FlowStep } from "./row-flow.ts";

/** Between two stages, when what one wrote is not what the next read. */
export function HandoffRow({ step, ...placed }: { step: FlowStep } & Placed) {
  const { handoff, stage } = step;
  if (handoff === null || handoff.unexplained === 0) return null;
  const rows = Math.abs(handoff.unexplained);
  return (
    <WordsRow {...placed}>
      {handoff.unexplained > 0 ? (
        <CodeWords
          text={`${countOf(rows, "row")} never arrived: \`${handoff.fromName}\` wrote ${formatCount(handoff.written)}, \`${stage.name}\` read ${formatCount(handoff.read)}.`}
        />
      ) : (
        <CodeWords
          text={`${countOf(rows, "row")} came from nowhere: \`${handoff.fromName}\` wrote ${formatCount(handoff.written)}, \`${stage.name}\` read ${formatCount(handoff.read)}.`}
        />
      )}
    </WordsRow>
  );
}

/** Below a stage, when its counts do not add up. */
export function UnexplainedRow({ stage, ...placed }: { stage: StageDetail } & Placed) {
  const rows = stage.recordsUnexplained ?? 0;
  if (rows === 0) return null;
  const { recordsRead: read, recordsWritten: written } = stage;
  const explained = (stage.recordsFiltered ?? 0) + (stage.recordsDeduplicated ?? 0) + (stage.recordsFailed ?? 0);
  return (
    <WordsRow {...placed}>
      <CodeWords
        text={
          rows > 0
            ? `${countOf(rows, "row")} left \`${stage.name}\` without a reason: it read ${formatCount(read)}, wrote ${formatCount(written)}${
                explained === 0 ? " and says nothing of the rest" : `, and accounts for ${formatCount(explained)} more`
              }.`
            : `${countOf(-rows, "row")} more came out of \`${stage.name}\` than went in: it read ${formatCount(read)} and wrote ${formatCount(written)}. A join may have multiplied rows.`
        }
      />{" "}
      <Link to="." search={(before: object) => ({ ...before, tab: "logs" as const, stage: stage.name })}>
        Its logs
      </Link>
    </WordsRow>
  );
}

/** Its place in a windowed table. */
interface Placed {
  ref: ((row: HTMLTableRowElement | null) => void) | undefined;
  "data-index": number | undefined;
}

function WordsRow({ children, ...placed }: { children: ReactNode } & Placed) {
  return (
    <tr className="flow-words" {...placed}>
      <td colSpan={8}>
        <UnexplainedShape /> {children}
      </td>
    </tr>
  );
}
