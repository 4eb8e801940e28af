import type { ReactNode } from "react";
import "./facts.css";

/** A line of figures with their names: no boxes, only alignment. */
export function Facts({ label, children }: { label: string; children: ReactNode }) {
  return (
    <dl className="facts" aria-label={label}>
      {children}
    </dl>
  );
}

export function Fact({
  name,
  note,
  tone,
  children,
}: {
  name: string;
  note?: ReactNode;
  tone?: "unexplained" | "failed";
  children: ReactNode;
}) {
  return (
    <div className={`fact${tone === undefined ? "" : ` fact-${tone}`}`}>
      <dt>{name}</dt>
      <dd className="fact-value">{children}</dd>
      {note === undefined ? null : <dd className="fact-note">{note}</dd>}
    </div>
  );
}
