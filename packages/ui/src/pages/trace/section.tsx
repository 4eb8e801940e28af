import type { ReactNode } from "react";

export interface SectionProps {
  title: string;
  count?: number;
  note?: string;
  /** How many the sender left out at its own limit. */
  dropped?: number;
  children: ReactNode;
}

/** A section that folds; closed and muted when there is nothing in it. */
export function Section({ title, count = 0, note = "", dropped = 0, children }: SectionProps) {
  const isEmpty = count === 0 && note === "" && dropped === 0;
  if (isEmpty) {
    return (
      <p className="span-section-empty">
        {title} <span>none</span>
      </p>
    );
  }
  return (
    <details className="span-section" open>
      <summary>
        <h3>{title}</h3>
        {count > 0 ? <span className="muted">{count}</span> : null}
        {note === "" ? null : <span className="muted truncate">{note}</span>}
      </summary>
      {children}
      {dropped > 0 ? <p className="span-note">{dropped} more were dropped by the sender at its limit.</p> : null}
    </details>
  );
}
