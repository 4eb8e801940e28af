import type { ReactNode } from "react";
import { OverdueShape, StatusShape, UnexplainedShape } from "./status.tsx";
import "./verdict.css";

export type VerdictTone = "good" | "failed" | "lost" | "overdue" | "unexplained" | "running" | "quiet";

/** One sentence that answers "is it well?", before anything else on the page. */
export function VerdictLine({
  tone,
  children,
  detail,
}: {
  tone: VerdictTone;
  children: ReactNode;
  detail?: ReactNode;
}) {
  return (
    <div className={`verdict verdict-${tone}`}>
      <VerdictShape tone={tone} />
      <p>
        <span className="verdict-words">{children}</span>
        {detail === undefined ? null : <span className="verdict-detail"> {detail}</span>}
      </p>
    </div>
  );
}

function VerdictShape({ tone }: { tone: VerdictTone }) {
  if (tone === "unexplained") return <UnexplainedShape />;
  if (tone === "overdue") return <OverdueShape />;
  if (tone === "quiet") return <StatusShape status="skipped" />;
  return <StatusShape status={tone === "good" ? "succeeded" : tone} />;
}
